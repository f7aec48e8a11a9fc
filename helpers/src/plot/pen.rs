//! Paths of an SVG in as few characters as there can be.

use std::fmt::Write;

/// Writes a path of whole numbers.
#[derive(Default)]
pub(super) struct Pen {
    pub path: String,
    /// The last one, which goes without saying when it comes again.
    command: Option<char>,
}

impl Pen {
    /// A line to a point so far away.
    pub fn line(&mut self, (dx, dy): (i64, i64)) {
        match (dx, dy) {
            (0, 0) => {}
            (dx, 0) => self.put('h', &[dx]),
            (0, dy) => self.put('v', &[dy]),
            _ => self.put('l', &[dx, dy]),
        }
    }

    pub fn put(&mut self, command: char, numbers: &[i64]) {
        if self.command.replace(command) != Some(command) {
            self.path.push(command);
        }
        for number in numbers {
            if *number >= 0 && self.path.ends_with(|c: char| c.is_ascii_digit()) {
                self.path.push(' ');
            }
            // Writing to a string cannot fail.
            write!(self.path, "{number}").ok();
        }
    }
}
