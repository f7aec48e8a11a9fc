//! Paths of an SVG in as few characters as possible.

use std::fmt::Write;

use crate::theme::{self, Rgb, UNIT, hex};

/// The data of a path (its attribute `d`), in whole numbers.
#[derive(Default)]
pub(crate) struct PathData {
    pub text: String,
    /// The last one, which is left out when it comes again.
    command: Option<char>,
}

impl PathData {
    /// A line to a point so far away.
    pub fn line(&mut self, (dx, dy): (i64, i64)) {
        match (dx, dy) {
            (0, 0) => {}
            (dx, 0) => self.put('h', &[dx]),
            (0, dy) => self.put('v', &[dy]),
            _ => self.put('l', &[dx, dy]),
        }
    }

    /// Adds a command with its numbers.
    pub fn put(&mut self, command: char, numbers: &[i64]) {
        if self.command.replace(command) != Some(command) {
            self.text.push(command);
        }
        for number in numbers {
            if *number >= 0 && self.text.ends_with(|c: char| c.is_ascii_digit()) {
                self.text.push(' ');
            }
            // Writing to a string cannot fail.
            write!(self.text, "{number}").ok();
        }
    }
}

/// A line through the points, with a dot at the first in case it is the only one.
pub(crate) fn polyline(points: &[(i64, i64)]) -> String {
    let mut data = PathData::default();
    if let Some((x, y)) = points.first() {
        data.put('M', &[*x, *y]);
        data.put('l', &[0, 0]);
    }
    let mut ahead = (0, 0);
    for pair in points.windows(2) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let across = dy == 0 && ahead.1 == 0 && dx * ahead.0 >= 0;
        let down = dx == 0 && ahead.0 == 0 && dy * ahead.1 >= 0;
        // Steps that go straight on, as over empty bins, are one.
        if across || down {
            ahead = (ahead.0 + dx, ahead.1 + dy);
        } else {
            data.line(ahead);
            ahead = (dx, dy);
        }
    }
    data.line(ahead);
    data.text
}

/// A path drawn as a line of the usual width.
pub(crate) fn stroke(path: &str, class: &str, colour: Rgb, dash: &str) -> String {
    let dash = match dash {
        "" => String::new(),
        dash => format!(r#" stroke-dasharray="{dash}""#),
    };
    format!(
        r#"<path class="{class}" d="{path}" fill="none" stroke="{}" stroke-width="{:.0}" stroke-linecap="round" stroke-linejoin="round"{dash}/>"#,
        hex(colour),
        theme::LINE * UNIT
    )
}
