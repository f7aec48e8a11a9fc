//! Small matrices as squares with a number in each.

use std::collections::BTreeMap;

use crate::number_format::short_number;
use crate::svg::{Anchor, Canvas, font};
use crate::theme::{self, Rgb, UNIT, hex};

/// Numbers, row by row.
pub(crate) type Matrix = Vec<Vec<f64>>;

/// A number and its place, in pixels.
type Label = (String, (f64, f64));

impl Canvas {
    /// Adds a matrix in squares of this side, in pixels, its name above; NaN leaves a square empty.
    pub fn matrix(
        &mut self,
        (left, top): (f64, f64),
        side: f64,
        name: &str,
        rows: &Matrix,
        fill: impl Fn(usize, usize) -> Rgb,
    ) {
        let (x, y) = (left * UNIT, top * UNIT);
        self.push(format!(r#"<g transform="translate({x:.0} {y:.0})">"#));
        self.text(name, theme::TEXT, theme::INK, Anchor::Start, (0.0, -8.0));
        let texts = rows.iter().flatten().map(|v| short_number(*v));
        let widths = texts.map(|text| font::width(&text, 10.0));
        let size = theme::TEXT.min((side - 5.0) / widths.fold(1.0, f64::max) * 10.0);
        // The squares of a colour are one path, the texts of a colour one group: a small file.
        // A path draws three sides of each square, and the next goes on from there if it can.
        let mut squares: BTreeMap<Rgb, (String, (i64, i64))> = BTreeMap::new();
        let mut texts: BTreeMap<Rgb, Vec<Label>> = BTreeMap::new();
        for (row, values) in rows.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let (x, y) = (column as f64 * side, row as f64 * side);
                let colour = fill(row, column);
                if !value.is_nan() {
                    let at = (x + side / 2.0, y + side / 2.0 + 0.36 * size);
                    let here = texts.entry(theme::text_on(colour)).or_default();
                    here.push((short_number(*value), at));
                }
                let [x, y, s] = [x, y, side].map(|length| (length * UNIT).round() as i64);
                let (path, next) = squares.entry(colour).or_default();
                if *next != (x, y) || path.is_empty() {
                    let end = if path.is_empty() { "" } else { "z" };
                    *path += &format!("{end}M{x} {y}");
                }
                *path += &format!("v{s}h{s}v-{s}");
                *next = (x + s, y);
            }
        }
        let edge = hex(theme::GRID);
        for (fill, (path, _)) in squares {
            let fill = hex(fill);
            self.push(format!(
                r#"<path class="cells" d="{path}z" fill="{fill}" stroke="{edge}" stroke-width="8"/>"#
            ));
        }
        for (colour, texts) in texts {
            for (text, at) in texts {
                self.text(&text, size, colour, Anchor::Middle, at);
            }
        }
        self.push("</g>");
    }
}
