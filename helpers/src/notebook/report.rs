//! What is printed when a cell fails: what happened, and the student's own line.

use std::fmt::Display;
use std::io::Write;
use std::panic::{self, PanicHookInfo};
use std::thread;

use super::cell_thread::runs_cells;
use super::libraries::Libraries;
use super::source::Source;
use candle_functional::panics;

/// The most of a line that is quoted, in characters.
const MOST: usize = 120;

/// From now on a panic is reported in two lines, not with a trace of calls.
pub(super) fn install() {
    panic::set_hook(Box::new(|info| {
        // Whoever runs code silently reports its panics, also where this hook came later.
        if !panics::is_silent() {
            report(info);
        }
    }));
}

fn report(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("without a message");
    if !runs_cells() {
        let thread = thread::current();
        let name = thread.name().unwrap_or("unnamed");
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
    let (source, libraries) = (Source::read()?, Libraries::read());
    let calls = calls(&libraries);
    let call = calls
        .iter()
        .find(|call| source.is(&call.file) && !source.reports(call.line));
    let number = match at.filter(|(file, _)| source.is(file)) {
        // A closure that an earlier cell kept has the line numbers of that cell.
        Some((file, line)) => {
            let cell = libraries.cell_at(file.as_ptr().addr());
            (cell.is_none() || cell == libraries.running_cell()).then_some(line)?
        }
        None => call?.line,
    };
    let line = source.line(number, call.map(|call| call.function.as_str()))?;
    Some(line.chars().take(MOST).collect())
}

/// A call that was going on.
struct Call {
    function: String,
    file: String,
    line: usize,
}

/// The calls in the running cell, the innermost first; where nobody tells what is the cell, all.
fn calls(libraries: &Libraries) -> Vec<Call> {
    let cell = libraries.running_cell();
    let (mut calls, mut addresses) = (Vec::new(), Vec::new());
    backtrace::trace(|frame| {
        // It is the address to return to: the call lies right before it.
        let address = frame.ip().addr().saturating_sub(1);
        if cell.is_none() {
            backtrace::resolve_frame(frame, |symbol| {
                let name = symbol.name().map(|name| format!("{name:#}"));
                let file = symbol.filename().map(|file| file.display().to_string());
                calls.extend(call(name, file, symbol.lineno()));
            });
        } else if libraries.cell_at(address) == cell {
            addresses.push(address);
        }
        true
    });
    // `backtrace` knows only the libraries that were there when it was first asked.
    let file = addresses
        .first()
        .and_then(|address| libraries.place(*address));
    let Some(Ok(symbols)) = file.map(|(file, _)| addr2line::Loader::new(file)) else {
        return calls;
    };
    for (_, place) in addresses
        .iter()
        .filter_map(|address| libraries.place(*address))
    {
        let place = symbols.relative_address_base() + place as u64;
        let Ok(mut frames) = symbols.find_frames(place) else {
            continue;
        };
        while let Ok(Some(frame)) = frames.next() {
            let name = frame
                .function
                .and_then(|name| Some(name.demangle().ok()?.into_owned()));
            let location = frame.location.as_ref();
            let file = location.and_then(|place| place.file.map(str::to_string));
            calls.extend(call(name, file, location.and_then(|place| place.line)));
        }
    }
    calls
}

fn call(function: Option<String>, file: Option<String>, line: Option<u32>) -> Option<Call> {
    Some(Call {
        function: function.unwrap_or_default(),
        file: file?,
        line: line? as usize,
    })
}

/// One write to standard output, in red, line by line as the kernel sends them on. Standard error
/// would go another way, and may arrive under the next cell.
fn print(what: &str, line: Option<String>) {
    let at = line.map(|line| format!("    at: {line}"));
    // candle may append a trace of calls to an error; its first line is numbered 0.
    let trace = |line: &&str| line.trim_start().starts_with("0: ");
    let more = what.lines().skip(1).take_while(|line| !trace(line));
    let lines = what.lines().take(1).chain(more).chain(at.as_deref());
    let text: String = lines
        .map(|line| format!("\x1b[31m{line}\x1b[0m\n"))
        .collect();
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
