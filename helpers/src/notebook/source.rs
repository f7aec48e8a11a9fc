//! The source of the running cell, as the kernel wrote it for the compiler.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The file, and what is in it now.
pub(super) struct Source {
    path: PathBuf,
    text: String,
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
        let real = |path: &Path| fs::canonicalize(path).ok();
        self.path.ends_with(file) || file.is_absolute() && real(file) == real(&self.path)
    }

    /// The line of this number, from 1, if it belongs to `function`.
    ///
    /// What an earlier cell compiled, a closure it kept or a method behind `dyn`, has the line numbers
    /// of its own source, which is gone: there some other function stands now.
    pub(super) fn line(&self, number: usize, function: Option<&str>) -> Option<&str> {
        let lines: Vec<&str> = self.text.lines().take(number).collect();
        let (line, before) = lines.split_last().filter(|_| lines.len() == number)?;
        let begun = || before.iter().rev().filter_map(|line| defined(line));
        let belongs = |function: &str| match function.starts_with("run_user_code") {
            // The kernel puts small functions of its own between its beginning and the line.
            true => begun().any(|name| name == function),
            false => begun().next() == Some(function),
        };
        let line = line.trim();
        let fits = function.and_then(identifier).is_none_or(belongs);
        (fits && !line.is_empty()).then_some(line)
    }
}

/// `forward` of `<ctx::Net as helpers::nn::Model>::forward::{{closure}}`.
fn identifier(function: &str) -> Option<&str> {
    let function = function.split("::{{closure}}").next()?;
    let name = function.rsplit("::").next()?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then_some(name)
}

/// The function that a line begins to define.
fn defined(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (before, rest) = line.split_once("fn ")?;
    let words = [
        "",
        "pub",
        "pub(crate)",
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
