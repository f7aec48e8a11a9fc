//! Errors in one line.

use candle_core::Error;

/// What an error says, without the trace of calls that candle may append.
pub(crate) fn first_line(error: &Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or("no reason given").to_string()
}
