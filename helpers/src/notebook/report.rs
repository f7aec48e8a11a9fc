//! What is printed when a cell fails: what happened, and the student's own line.

use std::backtrace::Backtrace;
use std::fmt::Display;
use std::io::Write;
use std::panic::{self, PanicHookInfo};
use std::thread;

use super::runs_cells;
use super::source::{Source, is_of_this_cell};
use crate::panics;

/// The most of a line that is quoted, in characters.
const MOST: usize = 120;

/// From now on a panic is reported in two lines, not with a trace of calls.
pub(super) fn install() {
    panic::set_hook(Box::new(|info| {
        // Whoever runs code silently answers for its panics, also where this hook came later.
        if !panics::is_silent() {
            report(info);
        }
    }));
}

fn report(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("without a message");
    if !runs_cells() {
        let thread = thread::current();
        let name = thread.name().unwrap_or("without a name");
        return print(&format!("panic in thread '{name}': {message}"), None);
    }
    let at = info
        .location()
        .map(|place| (place.file(), place.line() as usize));
    print(&format!("panic: {message}"), own_line(at));
}

/// Prints the error of a `?` that ended a cell, and the line it is in.
#[inline(never)]
pub fn failed(error: &dyn Display) {
    print(&format!("error: {error}"), own_line(None));
}

/// The line of the running cell that stands at `at`, or else that is nearest among its callers.
fn own_line(at: Option<(&str, usize)>) -> Option<String> {
    let source = Source::read()?;
    let trace = Backtrace::force_capture().to_string();
    let frame = frames(&trace).find(|frame| source.is(frame.file) && !source.reports(frame.line));
    let number = match at.filter(|(file, _)| source.is(file)) {
        Some((file, line)) => is_of_this_cell(file).then_some(line)?,
        None => frame.as_ref()?.line,
    };
    let line = source.line(number, frame.map(|frame| frame.function))?;
    Some(line.chars().take(MOST).collect())
}

/// A call that was going on.
pub(super) struct Frame<'a> {
    pub function: &'a str,
    pub file: &'a str,
    pub line: usize,
}

/// The calls in the text of a backtrace, the innermost first: `3: name`, and in the next line
/// `at file:line:column`. There is no other way to read one in stable Rust.
pub(super) fn frames(trace: &str) -> impl Iterator<Item = Frame<'_>> {
    let mut function = "";
    trace.lines().filter_map(move |text| {
        let text = text.trim();
        let Some(place) = text.strip_prefix("at ") else {
            function = text.split_once(": ").map_or(text, |(_, name)| name);
            return None;
        };
        let (place, _column) = place.rsplit_once(':')?;
        let (file, line) = place.rsplit_once(':')?;
        let line = line.parse().ok()?;
        Some(Frame {
            function,
            file,
            line,
        })
    })
}

/// One write to standard output, in red, line by line as the kernel sends them on. Standard error
/// would go another way, and may arrive under the next cell.
fn print(what: &str, line: Option<String>) {
    let at = line.map(|line| format!("    at: {line}"));
    // candle may append a trace of calls to an error; its first line is numbered 0.
    let said = what
        .lines()
        .take_while(|line| !line.trim_start().starts_with("0: "));
    let lines = said.chain(at.as_deref());
    let text: String = lines
        .map(|line| format!("\x1b[31m{line}\x1b[0m\n"))
        .collect();
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
