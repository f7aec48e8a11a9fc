//! Small matrices as squares with a number in each.

use std::collections::BTreeMap;

use super::axis::short_number;
use super::canvas::{Anchor, Canvas, UNIT};
use super::font;
use super::theme::{self, Rgb, hex};

/// Numbers, row by row.
pub(super) type Matrix = Vec<Vec<f64>>;

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
        let at = (left, top - 8.0);
        self.text(name, theme::TEXT, theme::INK, Anchor::Start, at);
        let texts = rows.iter().flatten().map(|v| short_number(*v));
        let widths = texts.map(|text| font::width(&text, 10.0));
        let size = theme::TEXT.min((side - 5.0) / widths.fold(1.0, f64::max) * 10.0) * UNIT;
        // One path for the squares of a colour, one group for texts of a colour: a small file.
        let mut squares: BTreeMap<Rgb, String> = BTreeMap::new();
        let mut texts: BTreeMap<Rgb, String> = BTreeMap::new();
        for (row, values) in rows.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let (x, y) = (left + column as f64 * side, top + row as f64 * side);
                let (x, y, s, colour) = (x * UNIT, y * UNIT, side * UNIT, fill(row, column));
                let square = format!("M{x:.0} {y:.0}h{s:.0}v{s:.0}h-{s:.0}z");
                squares.entry(colour).or_default().push_str(&square);
                if !value.is_nan() {
                    let (x, y, value) =
                        (x + s / 2.0, y + s / 2.0 + 0.36 * size, short_number(*value));
                    let text = format!(r#"<text x="{x:.0}" y="{y:.0}">{value}</text>"#);
                    texts
                        .entry(theme::text_on(colour))
                        .or_default()
                        .push_str(&text);
                }
            }
        }
        let edge = hex(theme::GRID);
        for (fill, path) in squares {
            let fill = hex(fill);
            self.push(format!(
                r#"<path class="cells" d="{path}" fill="{fill}" stroke="{edge}" stroke-width="8"/>"#
            ));
        }
        for (fill, texts) in texts {
            let fill = hex(fill);
            self.push(format!(
                r#"<g font-size="{size:.0}" fill="{fill}" text-anchor="middle">{texts}</g>"#
            ));
        }
    }
}
