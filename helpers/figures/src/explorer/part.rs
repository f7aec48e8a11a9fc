//! A matrix in colours under its name, and three of them in a row.

use candle_core::Result;

use super::convolution::size;
use super::scale::furthest_from_0;
use crate::matrices::annotated_matrix::Matrix;
use crate::svg::{Anchor, Canvas, Raster, font};
use crate::theme::{self, Rgb};

/// Above a matrix, for its name.
pub(crate) const HEAD: f64 = 22.0;
/// For a sign between two parts.
const SIGN: f64 = 20.0;
/// From this side on a square holds its number.
const NUMBERED: f64 = 30.0;
/// The window and the output that it gives: neither grey nor a colour of the scale of weights.
pub(crate) const MARK: Rgb = theme::CLASSES[2];

/// A matrix in squares of this side, each in its colour.
pub(crate) struct Part<'a> {
    pub name: String,
    pub values: &'a Matrix,
    pub side: f64,
    pub colour: &'a dyn Fn(usize, usize) -> Rgb,
}

impl Part<'_> {
    fn size(&self) -> (f64, f64) {
        let (rows, columns) = size(self.values);
        let name = font::width(&self.name, theme::TEXT);
        let wide = (columns as f64 * self.side).max(name);
        (wide, rows as f64 * self.side)
    }

    fn draw(&self, canvas: &mut Canvas, corner: (f64, f64)) -> Result<()> {
        if self.side >= NUMBERED {
            let shown = rounded(self.values, self.side);
            canvas.matrix(corner, self.side, &self.name, &shown, self.colour);
            return Ok(());
        }
        let (height, width) = size(self.values);
        let colour = |i: usize| (self.colour)(i / width, i % width);
        let raster = Raster {
            width,
            height,
            pixels: (0..width * height).map(colour).collect(),
        };
        let shown = (width as f64 * self.side, height as f64 * self.side);
        canvas.push(raster.image(corner, shown, true)?);
        canvas.outline(corner, shown, theme::AXIS, 0.8);
        let at = (corner.0, corner.1 - 8.0);
        canvas.text(&self.name, theme::TEXT, theme::INK, Anchor::Start, at);
        Ok(())
    }
}

/// Three parts beside each other, a sign behind the first and "=" behind the second; the canvas
/// grows around them. Gives their corners.
pub(crate) fn row(canvas: &mut Canvas, parts: &[Part; 3], sign: &str) -> Result<[(f64, f64); 3]> {
    let top = canvas.height + HEAD;
    let tallest = parts.iter().map(|part| part.size().1).fold(0.0, f64::max);
    let mut left = theme::MARGIN;
    let mut corners = [(0.0, 0.0); 3];
    for (i, part) in parts.iter().enumerate() {
        let (wide, high) = part.size();
        corners[i] = (left, top + (tallest - high) / 2.0);
        part.draw(canvas, corners[i])?;
        left += wide;
        if let Some(sign) = [sign, "="].get(i) {
            let at = (left + SIGN / 2.0, top + tallest / 2.0 + 6.0);
            canvas.text(sign, theme::TITLE, theme::INK, Anchor::Middle, at);
            left += SIGN;
        }
    }
    canvas.width = canvas.width.max(left);
    canvas.height = top + tallest;
    Ok(corners)
}

/// A frame around so many squares, white at its edges: it is seen on black and on white.
pub(crate) fn mark(
    canvas: &mut Canvas,
    (left, top): (f64, f64),
    side: f64,
    (row, column): (usize, usize),
    (rows, columns): (usize, usize),
) {
    let corner = (left + column as f64 * side, top + row as f64 * side);
    let size = (columns as f64 * side, rows as f64 * side);
    canvas.outline(corner, size, theme::BACKGROUND, 4.0);
    canvas.outline(corner, size, MARK, 2.0);
}

/// A thin frame inside one square, whose colour is still seen.
pub(crate) fn mark_inside(
    canvas: &mut Canvas,
    (left, top): (f64, f64),
    side: f64,
    (row, column): (usize, usize),
) {
    let corner = (
        left + column as f64 * side + 0.75,
        top + row as f64 * side + 0.75,
    );
    canvas.outline(corner, (side - 1.5, side - 1.5), MARK, 1.5);
}

/// The side of the squares of a matrix that may be so wide, in whole pixels.
pub(crate) fn side_in(room: f64, matrix: &Matrix) -> f64 {
    let (rows, columns) = size(matrix);
    (room / rows.max(columns) as f64).floor().min(36.0)
}

/// With as many decimals as the largest number needs and a square has room for.
fn rounded(matrix: &Matrix, side: f64) -> Matrix {
    let digits = if side < 48.0 { 1.0 } else { 2.0 };
    let most = furthest_from_0(matrix).max(f64::MIN_POSITIVE);
    let unit = 10f64.powf((digits - most.log10().floor()).max(0.0));
    let round = |value: &f64| (value * unit).round() / unit;
    let row = |row: &Vec<f64>| row.iter().map(round).collect();
    matrix.iter().map(row).collect()
}
