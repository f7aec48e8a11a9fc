//! A matrix whose numbers can be read.

use candle_core::{Result, Tensor, bail};

use super::annotated_matrix::Matrix;
use crate::figure::Figure;
use crate::number_format::short_number;
use crate::svg::{Canvas, font};
use crate::theme;
use crate::values::{finite_values, min_max};

/// The most rows and columns: more numbers cannot be read.
const MOST: usize = 28;
const SIDE: f64 = 28.0;

/// A matrix (H, W) with a number in each square: blue below 0, white at 0, orange above.
///
/// ```
/// use helpers::prelude::*;
/// let figure = plot::matrix(&Tensor::eye(3, DType::F32, &Device::Cpu)?)?.title("The identity");
/// # assert!(figure.svg()?.contains("The identity"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Another shape, an empty one, more than 28 rows or columns, a value that is not finite.
pub fn matrix(values: &Tensor) -> Result<Figure> {
    const WHAT: &str = "matrix";
    let (rows, columns) = match *values.dims() {
        [rows, columns] if (1..=MOST).contains(&rows) && (1..=MOST).contains(&columns) => {
            (rows, columns)
        }
        ref dims => bail!("{WHAT}: expected (H, W), each side from 1 to {MOST}, got {dims:?}"),
    };
    let values = finite_values(WHAT, values)?;
    let texts = values.iter().map(|v| short_number(*v));
    let widest = texts.map(|text| font::width(&text, theme::TEXT));
    let room = (theme::PAGE - 2.0 * theme::MARGIN) / columns as f64;
    let side = (widest.fold(0.0, f64::max) + 8.0).clamp(SIDE, room.max(SIDE));
    let (low, high) = min_max(&values);
    let most = low.abs().max(high.abs()).max(f64::MIN_POSITIVE);
    let numbers: Matrix = values.chunks(columns).map(<[f64]>::to_vec).collect();
    let width = (2.0 * theme::MARGIN + columns as f64 * side).max(280.0);
    let height = rows as f64 * side + theme::MARGIN;
    let mut canvas = Canvas::blank(width, height);
    let corner = (theme::MARGIN, 1.0);
    canvas.matrix(corner, side, "", &numbers, |row, column| {
        // Not as dark as pictures: the numbers are what is read.
        theme::diverging(0.5 + 0.32 * numbers[row][column] / most)
    });
    Ok(Figure::new(canvas))
}
