//! Average pooling, upsampling and blurring on the CPU: every output is a weighted sum of
//! neighbouring inputs, and a weight is the product of one for the row and one for the column.

use std::ops::Range;

use candle_core::{CpuStorage, Result, WithDType};

use super::buffer::zeros;
use super::view::{View, float};

/// The neighbouring inputs that one output is made of, along one dimension, and their weights.
#[derive(Clone, Debug)]
pub struct Row<T = f64> {
    pub start: usize,
    pub weights: Vec<T>,
}

/// One row for each output along one dimension.
#[derive(Clone, Debug)]
pub struct Table {
    pub input: usize,
    pub rows: Vec<Row>,
}

/// A resampling of images: what each output row and column is made of.
#[derive(Clone, Debug)]
pub struct Resample {
    pub height: Table,
    pub width: Table,
}

impl Row {
    /// All inputs weigh the same.
    pub fn uniform(inputs: Range<usize>, weight: f64) -> Row {
        Row {
            start: inputs.start,
            weights: vec![weight; inputs.len()],
        }
    }
}

impl Resample {
    /// y (..., H_out, W_out) from x (..., H, W).
    pub fn forward(&self, x: View) -> Result<CpuStorage> {
        float!(x, T => Ok(T::to_cpu_storage_owned(self.planes::<T>(x.numbers()?))))
    }

    /// The same for the numbers of some planes.
    pub fn planes<T: WithDType>(&self, x: &[T]) -> Vec<T> {
        let (rows, columns) = (in_type::<T>(&self.height), in_type::<T>(&self.width));
        let (width, out_width) = (self.width.input, columns.len());
        let plane = self.height.input * width;
        let mut y = zeros::<T>(x.len() / plane * rows.len() * out_width);
        let mut narrow = zeros::<T>(self.height.input * out_width);
        let outputs = y.chunks_exact_mut(rows.len() * out_width);
        for (plane, y) in x.chunks_exact(plane).zip(outputs) {
            let lines = plane.chunks_exact(width);
            for (line, narrow) in lines.zip(narrow.chunks_exact_mut(out_width)) {
                for (sum, column) in narrow.iter_mut().zip(&columns) {
                    *sum = T::from_f64(0.0);
                    let inputs = line[column.start..].iter().zip(&column.weights);
                    inputs.for_each(|(&x, &weight)| *sum += weight * x);
                }
            }
            for (y, row) in y.chunks_exact_mut(out_width).zip(&rows) {
                let lines = narrow[row.start * out_width..].chunks_exact(out_width);
                for (line, &weight) in lines.zip(&row.weights) {
                    let sums = y.iter_mut().zip(line);
                    sums.for_each(|(sum, &x)| *sum += weight * x);
                }
            }
        }
        y
    }

    /// dx from dy: what each input gave, it gets back with the same weight.
    pub fn backward(&self, grad: View) -> Result<CpuStorage> {
        float!(grad, T => {
            let grad = grad.numbers::<T>()?;
            let (rows, columns) = (in_type::<T>(&self.height), in_type::<T>(&self.width));
            let width = self.width.input;
            let plane = self.height.input * width;
            let outputs = rows.len() * columns.len();
            let mut dx = zeros::<T>(grad.len() / outputs * plane);
            for (dx, grad) in dx.chunks_exact_mut(plane).zip(grad.chunks_exact(outputs)) {
                for (row, grads) in rows.iter().zip(grad.chunks_exact(columns.len())) {
                    let lines = dx[row.start * width..].chunks_exact_mut(width);
                    for (line, &row_weight) in lines.zip(&row.weights) {
                        for (column, &grad) in columns.iter().zip(grads) {
                            let grad = row_weight * grad;
                            let inputs = line[column.start..].iter_mut().zip(&column.weights);
                            inputs.for_each(|(dx, &weight)| *dx += weight * grad);
                        }
                    }
                }
            }
            Ok(T::to_cpu_storage_owned(dx))
        })
    }
}

fn in_type<T: WithDType>(table: &Table) -> Vec<Row<T>> {
    let convert = |row: &Row| Row {
        start: row.start,
        weights: row
            .weights
            .iter()
            .map(|&weight| T::from_f64(weight))
            .collect(),
    };
    table.rows.iter().map(convert).collect()
}
