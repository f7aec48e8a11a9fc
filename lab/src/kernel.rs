//! What Jupyter calls to start a Rust kernel: gives it a private copy of the warm build directory,
//! then becomes the script that answers Jupyter and runs evcxr_jupyter.
//!
//! Two kernels must not share a build directory, and a fresh one costs minutes of compiling. The
//! copy takes a blink and nothing in it is compiled again.
//!
//! Who removes the copy: a small process started beside the kernel waits for the lock on
//! `ID.lock`, which the kernel holds as long as it lives, however it ends. What is left after
//! a power cut is swept at the next start.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::Args;

use crate::project::{Project, lock};
use crate::{copy, evcxr, jupyter, own_network, process, python, rust, scaffold, stand_in, warm};

#[cfg(unix)]
const FRONT: &str = include_str!("front.py");

#[derive(Args)]
pub struct Options {
    /// The file in which Jupyter says where to connect.
    connection_file: PathBuf,
    #[command(flatten)]
    pub features: crate::Features,
}

/// Starts the kernel. On Unix this process becomes the kernel, so that signals and the exit code
/// are its own.
pub fn start(project: &Project, options: &Options) -> Result<ExitCode> {
    let evcxr = evcxr::find(project)
        .context("the Rust kernel evcxr_jupyter is not installed. Run: cargo lab")?;
    let in_place = std::env::var_os(warm::IN_PLACE).map(PathBuf::from);
    let id = match &in_place {
        Some(_) => None,
        None => Some(reserve(project)?),
    };
    let directory = match (&id, in_place) {
        (Some((id, _)), _) => project.kernels()?.join(id),
        (None, directory) => directory.unwrap_or_default(),
    };
    let mut command = command(project, &evcxr, &options.connection_file, &directory)?;
    if let Some((id, lock)) = id {
        fill(project, &directory, &options.features.features)?;
        // The kernel holds the lock through its (otherwise unused) standard input.
        command.stdin(Stdio::from(lock));
        spawn_cleanup(project, &id)?;
    }
    set_environment(&mut command, &directory);
    stand_in::put_before(&mut command, &jupyter::launcher(project), &directory)?;
    become_kernel(command)
}

/// The command that Jupyter talks to: on Unix a script that starts evcxr and stands before it.
#[cfg(unix)]
fn command(
    project: &Project,
    evcxr: &Path,
    connection: &Path,
    directory: &Path,
) -> Result<Command> {
    let python = python::python(project);
    let mut command = match own_network::command(connection)? {
        Some(mut command) => {
            command.arg(python);
            command
        }
        None => Command::new(python),
    };
    command.arg(jupyter::script(project, "front.py", FRONT)?);
    command.arg(connection).arg(directory).arg(evcxr);
    Ok(command)
}

/// On Windows evcxr itself: Stop ends the process that holds the variables.
#[cfg(not(unix))]
fn command(_: &Project, evcxr: &Path, connection: &Path, _: &Path) -> Result<Command> {
    let mut command = Command::new(evcxr);
    command.arg("--control_file").arg(connection);
    Ok(command)
}

#[cfg(unix)]
fn become_kernel(mut command: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("the kernel could not be started. Run: cargo lab doctor")
}

#[cfg(not(unix))]
fn become_kernel(mut command: Command) -> Result<ExitCode> {
    let status = command
        .status()
        .context("evcxr_jupyter could not be started")?;
    Ok(ExitCode::from(
        u8::try_from(status.code().unwrap_or(1)).unwrap_or(1),
    ))
}

/// A fresh identifier and its lock, after sweeping what dead kernels left.
fn reserve(project: &Project) -> Result<(String, File)> {
    let folder = project.kernels()?;
    let _alone = lock(&folder.join("sweep.lock"))?;
    sweep(&folder);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let id = format!("{}-{}", now.as_millis(), std::process::id());
    let held = lock(&folder.join(format!("{id}.lock")))?;
    Ok((id, held))
}

/// Removes what kernels that have ended left: the directory, then the lock file.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let lock = entry.path().with_extension("lock");
        if lock.ends_with("sweep.lock") || is_held(&lock) {
            continue;
        }
        let directory = lock.with_extension("");
        if !directory.exists() || fs::remove_dir_all(&directory).is_ok() {
            let _ = fs::remove_file(lock);
        }
    }
}

/// Whether a kernel is running.
pub fn any_is_running(project: &Project) -> bool {
    let folder = project
        .kernels()
        .and_then(|folder| Ok(fs::read_dir(folder)?));
    let entries = folder.into_iter().flatten().flatten();
    let mut locks = entries.map(|entry| entry.path().with_extension("lock"));
    locks.any(|lock| !lock.ends_with("sweep.lock") && is_held(&lock))
}

fn is_held(lock: &Path) -> bool {
    File::open(lock).is_ok_and(|file| file.try_lock().is_err())
}

/// Puts a copy of the warm directory at `directory`; without one the kernel compiles for itself.
fn fill(project: &Project, directory: &Path, features: &[String]) -> Result<()> {
    let warm = warm::directory(project, features)?;
    let trouble = if !warm.exists() {
        match warm::copy_previous(project, directory)? {
            true => Some("the helpers were changed since the set-up"),
            false => Some("the helpers are not compiled yet"),
        }
    } else if !warm::has_helpers(&warm) {
        Some("the compiled helpers are broken; `cargo lab clean` makes a fresh start")
    } else if copy::copy_tree(&warm, directory, &copy::is_shared_artefact, copy::link).is_err() {
        let _ = fs::remove_dir_all(directory);
        Some("the compiled helpers could not be copied")
    } else {
        None
    };
    if let Some(trouble) = trouble {
        eprintln!(
            "This kernel starts slowly (it compiles for minutes): {trouble}. Run `cargo lab` once to mend it."
        );
    }
    scaffold::write(project, directory, features)
}

/// What `cargo run` and the user's shell set for other builds must not reach this one.
pub fn clear_environment(command: &mut Command) {
    let foreign = |name: &str| {
        (name.starts_with("CARGO_") && name != "CARGO_HOME" && !name.starts_with("CARGO_HTTP_"))
            || ["CARGO", "RUSTFLAGS", "RUSTC", "RUST_BACKTRACE"].contains(&name)
    };
    for (name, _) in std::env::vars_os() {
        if foreign(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
}

fn set_environment(command: &mut Command, directory: &Path) {
    clear_environment(command);
    command.env("EVCXR_TMPDIR", directory.join("crate"));
    command.env("EVCXR_CONFIG_DIR", directory.join("config"));
    // candle's errors carry a backtrace of 15 lines; a student needs the one line before it.
    command.env("RUST_LIB_BACKTRACE", "0");
    // What evcxr has read and needs no more goes back to the system.
    command.env("MIMALLOC_PURGE_DELAY", "0");
    // candle's own threads wait for one another after each sum of two large tensors, on the cores that
    // the helpers' threads and a second training want: with two trainings at once a step took twice
    // as long.
    if std::env::var_os("CANDLE_NUM_THREADS").is_none() {
        command.env("CANDLE_NUM_THREADS", "1");
    }
    // evcxr moves each cell's library up one folder, where the relative paths to libstd, and to helpers
    // that are a symbolic link, which the compiler wrote into it are wrong: they are found only by chance,
    // or through this.
    let own = [rust::library_folder(), warm::folder_of_helpers(directory)];
    if own.iter().any(Option::is_some) {
        let name = if cfg!(target_os = "macos") {
            "DYLD_LIBRARY_PATH"
        } else {
            "LD_LIBRARY_PATH"
        };
        let old = std::env::var_os(name).unwrap_or_default();
        let folders = own.into_iter().flatten();
        let folders = folders.chain(std::env::split_paths(&old));
        if let Ok(joined) = std::env::join_paths(folders.filter(|path| path.is_absolute())) {
            command.env(name, joined);
        }
    }
}

fn spawn_cleanup(project: &Project, id: &str) -> Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--root").arg(project.root()).args([
        "kernel-cleanup",
        id,
        &std::process::id().to_string(),
    ]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(unix)]
    {
        // Out of the kernel's process group, with which Jupyter kills it.
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    command
        .spawn()
        .context("the process that cleans up after the kernel could not be started")?;
    Ok(())
}

/// Waits for the kernel to end, then removes its directory.
pub fn clean_up_after(project: &Project, id: &str, kernel: u32) -> Result<ExitCode> {
    let directory = project.kernels()?.join(id);
    let lock = directory.with_extension("lock");
    if let Ok(file) = File::open(&lock) {
        file.lock()?;
    }
    // A kernel that was killed leaves the process that runs the cells; in an endless loop it would
    // never notice. Jupyter made the kernel the head of a process group of its own.
    if cfg!(unix) {
        let group = format!("-{kernel}");
        process::output_of(Command::new("kill").args(["-KILL", "--", &group]));
    }
    // The processes may need a moment to go; what cannot be removed now is swept later.
    for _ in 0..20 {
        if !directory.exists() || fs::remove_dir_all(&directory).is_ok() {
            let _ = fs::remove_file(&lock);
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(250));
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_script_names_the_evcxr_it_stands_before() {
        let version = format!("\"implementation_version\": \"{}\"", evcxr::VERSION);
        assert!(FRONT.contains(&version));
    }
}
