//! Lines on a chart: curves, borders, paths, arrows, and what they enclose.

use super::plotting_area::PlottingArea;
use crate::legend::Key;
use crate::number_format::short_number;
use crate::svg::{polyline, stroke};
use crate::theme::{self, Rgb, UNIT, hex};

/// Points joined in their order; one that cannot be shown (NaN) leaves a gap.
#[derive(Clone)]
pub(crate) struct Line {
    /// What it is, in the SVG.
    pub class: &'static str,
    /// What the legend says, if anything.
    pub name: String,
    pub points: Vec<(f64, f64)>,
    /// The values that its points count, if it is a histogram.
    pub counted: Vec<f64>,
    pub colour: Rgb,
    pub dash: &'static str,
    pub end: End,
}

/// How the pieces of a line are finished.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum End {
    Plain,
    Filled,
    Dots,
    Arrow,
}

/// Between two pieces.
pub(crate) const BREAK: (f64, f64) = (f64::NAN, f64::NAN);
const DASHES: [&str; 4] = ["", "60 45", "1 40", "90 40 1 40"];

/// The colour and the dashes of line number `index` of several.
pub(crate) fn series_style(index: usize) -> (Rgb, &'static str) {
    (
        theme::CLASSES[index % theme::CLASSES.len()],
        DASHES[index % DASHES.len()],
    )
}

impl Line {
    pub fn new(class: &'static str, name: &str, points: Vec<(f64, f64)>) -> Line {
        let (name, colour, dash, end) = (name.to_string(), theme::INK, "", End::Plain);
        Line {
            class,
            name,
            points,
            counted: Vec::new(),
            colour,
            dash,
            end,
        }
    }

    pub fn key(&self) -> Key {
        match self.end {
            End::Filled => Key::Patch(self.colour),
            _ => Key::Stroke(self.colour, self.dash),
        }
    }

    /// Where values are missing; `step` is the name of the horizontal axis.
    pub fn note(&self, step: &str, log: bool) -> Option<String> {
        let places = self
            .points
            .iter()
            .enumerate()
            .filter(|(_, p)| !shown(p.1, log));
        let missing: Vec<usize> = places.map(|(i, _)| i).collect();
        let (first, last) = (*missing.first()?, *missing.last()?);
        let at = |i: usize| short_number(self.points[i].0);
        let kind = if log {
            "not above 0 or not finite"
        } else {
            "not finite"
        };
        let place = match missing.len() {
            1 => format!("at {step} {}", at(first)),
            n if n == self.points.len() - first => format!("from {step} {}", at(first)),
            n => format!("{n} times from {step} {} to {}", at(first), at(last)),
        };
        let name = if self.name.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.name)
        };
        Some(format!("{name}{kind} {place}"))
    }

    pub fn svg(&self, area: &PlottingArea) -> String {
        let (mut lines, mut dots) = (String::new(), String::new());
        let mut dot = |(x, y): (i64, i64), radius: f64| {
            dots.push_str(&format!(r#"<circle cx="{x}" cy="{y}" r="{radius:.0}"/>"#));
        };
        for piece in self.pieces(area) {
            lines.push_str(&polyline(&piece));
            match (self.end, &piece[..]) {
                // Between two gaps there is no line, but there is a value.
                (End::Plain, [at]) => dot(*at, 1.6 * theme::LINE * UNIT),
                (End::Dots, [.., last]) => {
                    piece.iter().for_each(|at| dot(*at, 22.0));
                    dot(*last, 48.0);
                }
                (End::Arrow, [.., from, to]) => lines.push_str(&head(*from, *to)),
                _ => {}
            }
        }
        if lines.is_empty() {
            return lines;
        }
        let colour = hex(self.colour);
        let line = match self.end {
            End::Filled => format!(
                r#"<path class="{}" d="{lines}" fill="{colour}" fill-opacity=".55" stroke="{colour}" stroke-width="9"/>"#,
                self.class
            ),
            _ => stroke(&lines, self.class, self.colour, self.dash),
        };
        if dots.is_empty() {
            line
        } else {
            format!(r#"{line}<g fill="{colour}">{dots}</g>"#)
        }
    }

    /// Runs of points without gap, in tenths of a pixel. Of those that follow one another in the
    /// same column of pixels, the lowest and the highest are kept.
    fn pieces(&self, area: &PlottingArea) -> Vec<Vec<(i64, i64)>> {
        let visible = |p: &(f64, f64)| p.0.is_finite() && shown(p.1, area.y.log);
        let runs = self
            .points
            .split(|p| !visible(p))
            .filter(|run| !run.is_empty());
        let thinned = |run: &[(f64, f64)]| {
            let spots: Vec<(i64, i64)> = run.iter().map(|p| area.at(*p)).collect();
            if self.end != End::Plain {
                return spots;
            }
            let columns = spots.chunk_by(|a, b| a.0 / 10 == b.0 / 10);
            columns.flat_map(lowest_and_highest).collect()
        };
        runs.map(thinned).collect()
    }
}

fn shown(value: f64, log: bool) -> bool {
    value.is_finite() && (!log || value > 0.0)
}

/// The lowest and the highest point, in their order.
fn lowest_and_highest(column: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let low = (0..column.len()).min_by_key(|&i| column[i].1).unwrap_or(0);
    let high = (0..column.len()).max_by_key(|&i| column[i].1).unwrap_or(0);
    let mut kept = vec![column[low.min(high)], column[low.max(high)]];
    kept.dedup();
    kept
}

/// The two strokes of an arrow's head.
fn head(from: (i64, i64), to: (i64, i64)) -> String {
    let (dx, dy) = ((to.0 - from.0) as f64, (to.1 - from.1) as f64);
    let length = dx.hypot(dy);
    let reach = 70f64.min(0.5 * length) / length.max(1.0);
    let barb = |turn: f64| {
        let (sin, cos) = turn.sin_cos();
        let (x, y) = (reach * (dx * cos - dy * sin), reach * (dx * sin + dy * cos));
        ((to.0 as f64 - x) as i64, (to.1 as f64 - y) as i64)
    };
    polyline(&[barb(0.45), to, barb(-0.45)])
}
