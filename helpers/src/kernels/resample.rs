//! Average pooling and upsampling on the CPU: every output is a weighted sum of neighbouring
//! inputs, and a weight is the product of one for the row and one for the column.

use std::ops::Range;

use candle_core::{CpuStorage, Result, WithDType, bail};

use super::{View, zeros};

/// The inputs that one output is made of, along one dimension: the first has its own weight, all
/// others share one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row<T = f64> {
    pub(crate) inputs: Range<usize>,
    pub(crate) first: T,
    pub(crate) others: T,
}

/// One row for each output along one dimension.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) input: usize,
    pub(crate) rows: Vec<Row>,
}

/// A resampling of images: what each output row and column is made of.
#[derive(Clone, Debug)]
pub(crate) struct Resample {
    pub(crate) height: Table,
    pub(crate) width: Table,
}

impl Row {
    /// All inputs weigh the same.
    pub(crate) fn even(inputs: Range<usize>, weight: f64) -> Row {
        Row {
            inputs,
            first: weight,
            others: weight,
        }
    }

    /// Input by input, its weight.
    pub(crate) fn weights(&self) -> impl Iterator<Item = (usize, f64)> {
        let weight = |i| {
            if i == self.inputs.start {
                self.first
            } else {
                self.others
            }
        };
        self.inputs.clone().map(move |i| (i, weight(i)))
    }
}

impl<T: WithDType> Row<T> {
    fn sum(&self, values: &[T]) -> T {
        let Some((first, others)) = values[self.inputs.clone()].split_first() else {
            return T::from_f64(0.0);
        };
        let mut sum = T::from_f64(0.0);
        for &value in others {
            sum += value;
        }
        self.first * *first + self.others * sum
    }

    fn add(&self, grad: T, values: &mut [T]) {
        if let Some((first, others)) = values[self.inputs.clone()].split_first_mut() {
            *first += self.first * grad;
            let share = self.others * grad;
            others.iter_mut().for_each(|value| *value += share);
        }
    }
}

impl Resample {
    /// y (..., H_out, W_out) from x (..., H, W).
    pub(crate) fn forward(&self, x: View) -> Result<CpuStorage> {
        match x.storage {
            CpuStorage::F32(_) => self.forward_in::<f32>(x),
            CpuStorage::F64(_) => self.forward_in::<f64>(x),
            _ => bail!("resampling takes f32 or f64"),
        }
    }

    /// dx from dy: what each input gave, it gets back with the same weight.
    pub(crate) fn backward(&self, grad: View) -> Result<CpuStorage> {
        match grad.storage {
            CpuStorage::F32(_) => self.backward_in::<f32>(grad),
            CpuStorage::F64(_) => self.backward_in::<f64>(grad),
            _ => bail!("resampling takes f32 or f64"),
        }
    }

    fn forward_in<T: WithDType>(&self, x: View) -> Result<CpuStorage> {
        let x = x.numbers::<T>()?;
        let (rows, columns) = (in_type::<T>(&self.height), in_type::<T>(&self.width));
        let line = self.width.input;
        let plane = self.height.input * line;
        let mut y = Vec::with_capacity(x.len() / plane * rows.len() * columns.len());
        let mut sums = zeros::<T>(self.height.input);
        for plane in x.chunks_exact(plane) {
            for row in &rows {
                for column in &columns {
                    for h in row.inputs.clone() {
                        sums[h] = column.sum(&plane[h * line..(h + 1) * line]);
                    }
                    y.push(row.sum(&sums));
                }
            }
        }
        Ok(T::to_cpu_storage_owned(y))
    }

    fn backward_in<T: WithDType>(&self, grad: View) -> Result<CpuStorage> {
        let grad = grad.numbers::<T>()?;
        let (rows, columns) = (in_type::<T>(&self.height), in_type::<T>(&self.width));
        let line = self.width.input;
        let plane = self.height.input * line;
        let outputs = rows.len() * columns.len();
        let mut dx = zeros::<T>(grad.len() / outputs * plane);
        for (dx, grad) in dx.chunks_exact_mut(plane).zip(grad.chunks_exact(outputs)) {
            for (row, grads) in rows.iter().zip(grad.chunks_exact(columns.len())) {
                for h in row.inputs.clone() {
                    let first = h == row.inputs.start;
                    let weight = if first { row.first } else { row.others };
                    let line = &mut dx[h * line..(h + 1) * line];
                    for (column, &grad) in columns.iter().zip(grads) {
                        column.add(weight * grad, line);
                    }
                }
            }
        }
        Ok(T::to_cpu_storage_owned(dx))
    }
}

fn in_type<T: WithDType>(table: &Table) -> Vec<Row<T>> {
    let convert = |row: &Row| Row {
        inputs: row.inputs.clone(),
        first: T::from_f64(row.first),
        others: T::from_f64(row.others),
    };
    table.rows.iter().map(convert).collect()
}
