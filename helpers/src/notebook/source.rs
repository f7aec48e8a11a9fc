//! The source of the running cell, as the kernel wrote it for the compiler.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The file, and what is in it now.
pub(super) struct Source {
    pub path: PathBuf,
    pub text: String,
}

impl Source {
    /// `None` outside the kernel.
    pub(super) fn read() -> Option<Source> {
        let path = Path::new(&env::var_os("EVCXR_TMPDIR")?).join("src/lib.rs");
        let text = fs::read_to_string(&path).ok()?;
        Some(Source { path, text })
    }

    /// Whether a path that the compiler wrote down means this file. Those of cells are relative;
    /// other crates have files of the same name, with a longer or another path.
    pub(super) fn is(&self, file: &str) -> bool {
        let file = Path::new(file);
        let file = file.strip_prefix(".").unwrap_or(file);
        let same = || Some(fs::canonicalize(file).ok()? == fs::canonicalize(&self.path).ok()?);
        self.path.ends_with(file) || file.is_absolute() && same() == Some(true)
    }

    /// Whether the line of this number, from 1, is not the student's but what the kernel makes of a
    /// failed `?`: an `impl From<T> for EvcxrUserCodeError` of a few lines, and the macro of its own
    /// that calls [`failed`](super::failed) there.
    pub(super) fn reports(&self, number: usize) -> bool {
        let up_to = self.text.lines().take(number);
        let mut near = up_to.skip(number.saturating_sub(5));
        near.any(|line| {
            line.contains("for EvcxrUserCodeError") || line.contains("helpers::notebook::failed(")
        })
    }

    /// The line of this number, from 1, if it stands in this function or in a closure.
    ///
    /// A method of an earlier cell that is called through `dyn` has the line numbers of that cell's
    /// source, which is gone: there another function may stand now.
    pub(super) fn line(&self, number: usize, function: Option<&str>) -> Option<&str> {
        let lines: Vec<&str> = self.text.lines().take(number).collect();
        let line = lines.last().filter(|_| lines.len() == number)?.trim();
        let begun = || lines.iter().rev().find_map(|line| defined(line));
        let is_name = |text: &&str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let name = function.and_then(|function| function.rsplit("::").next());
        // The kernel puts functions of its own into the one that runs the cell.
        let name = name
            .filter(is_name)
            .filter(|name| !name.starts_with("run_user_code"));
        let fits = name.is_none_or(|name| begun() == Some(name));
        (fits && !line.is_empty()).then_some(line)
    }
}

/// The function that a line begins to define.
fn defined(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (before, rest) = line.split_once("fn ")?;
    let words = [
        "",
        "pub",
        "pub(super)",
        "async",
        "const",
        "unsafe",
        "extern",
        "\"C\"",
    ];
    if !before.split(' ').all(|word| words.contains(&word)) {
        return None;
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    Some(&rest[..end])
}

/// Whether the running cell shows its last expression by `Debug`, because `evcxr_display` did not
/// compile.
pub(super) fn shows_by_debug() -> bool {
    let by_debug = |source: Source| {
        source
            .text
            .contains("evcxr_send_text_plain(&format!(\"{:?}\",&(")
    };
    super::cell_thread::runs_cells() && Source::read().is_some_and(by_debug)
}
