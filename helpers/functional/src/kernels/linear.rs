//! The fully connected map y = x W^T + b and its gradients, on the tiles of [`tile`](super::tile).
//!
//! x is (rows, inputs) and W (outputs, inputs), so y is a table of dot products along the inputs.
//! The gradients are sums of rows, dx of W's and dW of x's, each times one number of dy: outer
//! tiles, with dy packed as the weights.

use candle_core::{CpuStorage, Result, WithDType};

use super::buffer::zeros;
use super::parallel::{run_tasks, task_count};
use super::pointwise::relu_in_place;
use super::simd::{Real, arch};
use super::tile::{DOT_COLUMNS, Dot, Outer, Tiles};
use super::view::{View, float};

/// The sizes of a linear map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear {
    pub rows: usize,
    pub inputs: usize,
    pub outputs: usize,
}

impl Linear {
    /// y from x, the weight and a bias, through ReLU if that is wanted.
    pub fn forward(
        &self,
        x: View,
        weight: View,
        bias: Option<View>,
        relu: bool,
    ) -> Result<CpuStorage> {
        float!(x, T => {
            let bias = bias.map_or(Ok(&[][..]), |bias| bias.numbers())?;
            self.forward_in::<T>(x.numbers()?, weight.numbers()?, bias, relu)
        })
    }

    /// dx from dy and the weight.
    pub fn input_gradient(&self, grad: View, weight: View) -> Result<CpuStorage> {
        let (m, k, n) = (self.rows, self.outputs, self.inputs);
        float!(grad, T => Ok(T::to_cpu_storage_owned(
            sums_of_rows::<T>(m, k, n, grad.numbers()?, (k, 1), weight.numbers()?)
        )))
    }

    /// dW from x and dy.
    pub fn weight_gradient(&self, x: View, grad: View) -> Result<CpuStorage> {
        let (m, k, n) = (self.outputs, self.rows, self.inputs);
        float!(x, T => Ok(T::to_cpu_storage_owned(
            sums_of_rows::<T>(m, k, n, grad.numbers()?, (1, m), x.numbers()?)
        )))
    }

    fn forward_in<T: Real>(
        &self,
        x: &[T],
        weight: &[T],
        bias: &[T],
        relu: bool,
    ) -> Result<CpuStorage> {
        let (inputs, outputs) = (self.inputs, self.outputs);
        let mut y = zeros::<T>(self.rows * outputs);
        let tiles = Tiles::new::<T>(arch());
        let height = tiles.dot_rows(self.rows);
        // Few rows and many outputs cannot be shared by rows: a tile is the least piece.
        let cost = self.rows * inputs * outputs;
        let each = self
            .rows
            .div_ceil(task_count(cost, self.rows.div_ceil(height)));
        let each = each.next_multiple_of(height).max(1);
        let tasks = x.chunks(each * inputs).zip(y.chunks_mut(each * outputs));
        run_tasks(cost, tasks.collect(), |(x, y): (&[T], &mut [T])| {
            for n in (0..outputs).step_by(DOT_COLUMNS) {
                let columns = std::array::from_fn(|i| (n + i).min(outputs - 1) * inputs);
                let tiles_of_x = x.chunks(height * inputs);
                for (x, y) in tiles_of_x.zip(y.chunks_mut(height * outputs)) {
                    let starts: [usize; 8] = std::array::from_fn(|m| m * inputs);
                    let sums = tiles.dot(Dot {
                        a: x,
                        rows: &starts[..x.len() / inputs],
                        b: weight,
                        columns,
                        length: inputs,
                    });
                    let upto = outputs.min(n + DOT_COLUMNS);
                    for (y, sums) in y.chunks_exact_mut(outputs).zip(sums) {
                        y[n..upto].copy_from_slice(&sums[..upto - n]);
                    }
                }
            }
            if !bias.is_empty() {
                for y in y.chunks_exact_mut(outputs) {
                    y.iter_mut().zip(bias).for_each(|(y, &bias)| *y += bias);
                }
            }
            if relu {
                relu_in_place(y);
            }
        });
        Ok(T::to_cpu_storage_owned(y))
    }
}

/// c (m, n) with `c[i] = sum_j a[i, j] b[j]`, where `b` is (k, n) and a's strides are given.
fn sums_of_rows<T: Real>(
    m: usize,
    k: usize,
    n: usize,
    a: &[T],
    strides: (usize, usize),
    b: &[T],
) -> Vec<T> {
    let mut c = zeros::<T>(m * n);
    if n == 0 || m == 0 {
        return c;
    }
    let tiles = Tiles::new::<T>(arch());
    let height = tiles.outer_rows(m);
    let offsets: Vec<usize> = (0..k).map(|j| j * n).collect();
    let cost = m * k * n;
    let each = m.div_ceil(task_count(cost, m.div_ceil(height)));
    let each = each.next_multiple_of(height);
    let tasks = c.chunks_mut(each * n).enumerate().collect();
    run_tasks(cost, tasks, |(task, c): (usize, &mut [T])| {
        let mut packed = zeros::<T>(k * height);
        let mut sums = zeros::<T>(height * tiles.width);
        for (panel, c) in c.chunks_mut(height * n).enumerate() {
            let (first, rows) = (task * each + panel * height, c.len() / n);
            let packed = &mut packed[..k * rows];
            for (j, packed) in packed.chunks_exact_mut(rows).enumerate() {
                let a = a[first * strides.0 + j * strides.1..].iter();
                let column = packed.iter_mut().zip(a.step_by(strides.0));
                column.for_each(|(packed, &a)| *packed = a);
            }
            for start in (0..n).step_by(tiles.width) {
                let count = tiles.width.min(n - start);
                // Full vectors go where they belong, others as far as they belong there.
                let full = count.is_multiple_of(tiles.lanes);
                let (to, stride) = match full {
                    true => (&mut c[start..], n),
                    false => (sums.as_mut_slice(), tiles.width),
                };
                tiles.outer(
                    rows,
                    Outer {
                        a: packed,
                        b,
                        offsets: &offsets,
                        start,
                        count,
                        init: &[],
                        c: to,
                        stride,
                    },
                );
                if !full {
                    let rows = c.chunks_exact_mut(n).zip(sums.chunks_exact(tiles.width));
                    rows.for_each(|(c, sums)| {
                        c[start..start + count].copy_from_slice(&sums[..count]);
                    });
                }
            }
        }
    });
    c
}
