//! A function of two variables, known on a grid: its contour lines and its colours.

use candle_core::{Result, Tensor, bail};
use candle_functional::values;

use super::axis::Axis;
use super::marching_squares::{Place, joined, zero_line};
use crate::svg::Raster;
use crate::theme::Rgb;

/// Values at uniformly spaced places, `side` to a row, the first row at the bottom.
pub(crate) struct ScalarField {
    pub side: usize,
    pub values: Vec<f64>,
}

impl ScalarField {
    /// The values in the middle of `side` by `side` pixels over the same axes, interpolated.
    pub fn resampled(&self, side: usize) -> Vec<f64> {
        let last = self.side - 1;
        let along = |i: usize| {
            let at = (i as f64 + 0.5) / side as f64 * last as f64;
            let cell = (at as usize).min(last - 1);
            (cell, at - cell as f64)
        };
        let value = |i: usize| {
            let ((column, x), (row, y)) = (along(i % side), along(i / side));
            let at = |row: usize| {
                let first = row * self.side + column;
                self.values[first] * (1.0 - x) + self.values[first + 1] * x
            };
            at(row) * (1.0 - y) + at(row + 1) * y
        };
        (0..side * side).map(value).collect()
    }

    /// The places of a grid over two axes, in the order of the values.
    pub fn places(side: usize, x: &Axis, y: &Axis) -> Vec<Place> {
        let at = |axis: &Axis, i: usize| {
            axis.low + i as f64 * (axis.high - axis.low) / (side - 1) as f64
        };
        (0..side * side)
            .map(|i| (at(x, i % side), at(y, i / side)))
            .collect()
    }

    /// The lines where the function is `level`, with breaks between them.
    pub fn contour(&self, level: f64, x: &Axis, y: &Axis) -> Vec<Place> {
        let (side, places) = (self.side, ScalarField::places(self.side, x, y));
        let mut segments = Vec::new();
        for row in 1..side {
            for column in 1..side {
                let (above, below) = (row * side + column, (row - 1) * side + column);
                let corners = [below - 1, below, above, above - 1];
                let values = corners.map(|i| self.values[i] - level);
                segments.extend(zero_line(values, corners.map(|i| places[i])));
            }
        }
        joined(&segments)
    }
}

/// What `run` gives on a grid over the axes, row by row from the bottom; how many columns it has.
pub(crate) fn evaluate_on_grid(
    what: &str,
    run: impl Fn(&Tensor) -> Result<Tensor>,
    like: &Tensor,
    side: usize,
    x: &Axis,
    y: &Axis,
) -> Result<(usize, Vec<f64>)> {
    let (m, places) = (side * side, ScalarField::places(side, x, y));
    let inputs: Vec<f32> = places
        .iter()
        .flat_map(|(x, y)| [*x as f32, *y as f32])
        .collect();
    let input = Tensor::from_vec(inputs, (m, 2), like.device())?;
    let output = run(&input.to_dtype(like.dtype())?)?;
    let columns = match *output.dims() {
        [n] if n == m => 1,
        [n, columns] if n == m && columns > 0 => columns,
        ref dims => bail!("{what}: for input ({m}, 2) the model must give ({m}, C), got {dims:?}"),
    };
    let values = values(&output)?;
    if let Some(i) = values.iter().position(|v| !v.is_finite()) {
        let (x, y) = places[i / columns];
        bail!(
            "{what}: the model gives {} at x0 = {x:.3}, x1 = {y:.3}",
            values[i]
        );
    }
    Ok((columns, values))
}

/// Colours of a grid, row by row from the bottom, as pixels.
pub(crate) fn raster(side: usize, colours: Vec<Rgb>) -> Raster {
    let pixels = colours.chunks(side).rev().flatten().copied().collect();
    Raster {
        width: side,
        height: side,
        pixels,
    }
}
