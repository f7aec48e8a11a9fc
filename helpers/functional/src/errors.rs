//! Errors in one line.

use std::fmt;

use candle_core::Error;

/// A shape as students write it: `(8, 3, 28, 28)`, `(3)`; written out only when it is shown.
pub struct DisplayShape<'a>(&'a [usize]);

pub fn display_shape(dims: &[usize]) -> DisplayShape<'_> {
    DisplayShape(dims)
}

impl fmt::Display for DisplayShape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, dim) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{dim}")?;
        }
        f.write_str(")")
    }
}

/// What an error says, without the trace of calls that candle may append.
pub fn first_line(error: &Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or("no reason given").to_string()
}

/// The first names of a list that may have hundreds.
pub fn some_of(list: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = list[..list.len().min(SHOWN)].join(", ");
    match list.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}
