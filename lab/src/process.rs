//! Running other programs: their output goes to a log file and, line by line, to the spinner; when
//! one fails, the end of its output becomes the error.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

use crate::progress::Progress;
use crate::project::Project;

/// Lines kept of each stream.
const TAIL: usize = 10;

/// Runs a command to its end. `log` names the file in `.lab/logs`; `hint` says what to do when it
/// fails.
pub fn run_logged(
    project: &Project,
    command: &mut Command,
    log: &str,
    progress: &Progress,
    hint: &str,
) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let path = project.lab().join("logs").join(format!("{log}.log"));
    let sink = Sink::new(&path)?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{name} could not be started. {hint}"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        scope.spawn(|| out.map(|stream| sink.follow(0, stream, progress)));
        scope.spawn(|| err.map(|stream| sink.follow(1, stream, progress)));
    });
    let status = child.wait()?;
    if !status.success() {
        let tail = sink.tail();
        let cause = cause_of(&tail).unwrap_or(hint);
        let log = project.relative(&path);
        bail!("{name} failed ({status}). {cause}\nIts last words (all of them in {log}):\n{tail}");
    }
    Ok(())
}

/// The output of a short command, trimmed; none when it is absent or fails.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_string();
    output.status.success().then_some(text)
}

/// Common causes, told from what the failed program printed.
fn cause_of(output: &str) -> Option<&'static str> {
    let output = output.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| output.contains(word));
    if has(&["no space left", "disk full", "not enough space"]) {
        return Some("The disk is full: free about 4 GB, then run the command again.");
    }
    let network = [
        "could not resolve host",
        "couldn't resolve host",
        "temporary failure in name resolution",
        "failed to establish a new connection",
        "no matching distribution found",
        "network is unreachable",
        "spurious network error",
        "--offline was specified",
        "failed to download",
        "connection refused",
        "timed out",
    ];
    if has(&network) {
        return Some(
            "The network (or the package registry) could not be reached: connect, then run the command again; what is done already is kept.",
        );
    }
    None
}

/// Where the lines of both streams meet. Their ends are kept apart: the error must not be pushed out
/// by what the other stream went on to say.
struct Sink {
    inner: Mutex<(File, [VecDeque<String>; 2])>,
}

impl Sink {
    fn new(path: &Path) -> Result<Sink> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Sink {
            inner: Mutex::new((file, [VecDeque::new(), VecDeque::new()])),
        })
    }

    fn follow(&self, which: usize, stream: impl Read, progress: &Progress) {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_string();
            // pip tells of every package that another Python would need.
            if line.is_empty() || line.starts_with("Ignoring ") {
                continue;
            }
            progress.say(&line);
            if let Ok(mut inner) = self.inner.lock() {
                // A full disk must not stop the step: the program itself will say so.
                let _ = writeln!(inner.0, "{line}");
                let end = &mut inner.1[which];
                end.push_back(line.chars().take(200).collect());
                if end.len() > TAIL {
                    end.pop_front();
                }
            }
        }
    }

    fn tail(&self) -> String {
        match self.inner.lock() {
            Ok(inner) => Vec::from_iter(inner.1.iter().flatten().map(|line| format!("    {line}")))
                .join("\n"),
            Err(_) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::progress::step;

    fn project() -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("helpers")).unwrap();
        fs::write(folder.path().join("helpers/Cargo.toml"), "").unwrap();
        let project = Project::find(Some(folder.path().into())).unwrap();
        (folder, project)
    }

    fn failure_of(script: &str) -> String {
        let (_folder, project) = project();
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let result = step("test", "no time", |progress| {
            run_logged(&project, &mut command, "test", progress, "HINT")
        });
        result.unwrap_err().to_string()
    }

    #[test]
    #[cfg(unix)]
    fn a_failure_shows_the_end_of_the_output_and_the_hint() {
        let error = failure_of("seq 100; echo broken >&2; exit 3");
        assert!(
            error.contains("HINT") && error.contains("broken"),
            "{error}"
        );
        assert!(!error.contains("    50\n"), "only the end: {error}");
    }

    #[test]
    #[cfg(unix)]
    fn common_causes_are_named() {
        let disk = failure_of("echo 'write failed: No space left on device'; exit 1");
        assert!(disk.contains("The disk is full"), "{disk}");
        let network = failure_of("echo 'Could not resolve host: example.org'; exit 1");
        assert!(network.contains("The network"), "{network}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        assert_eq!(output_of(&mut Command::new("no-such-program")), None);
    }
}
