//! Max pooling on the CPU: the largest number of each window, and the gradient to it.
//!
//! Which element was the largest is kept for the gradient. No branch depends on the numbers: guessing which it is
//! would fail half of the time.

use std::ops::Range;

use candle_core::{CpuStorage, Result, WithDType};

use super::axis::WindowAxis;
use super::buffer::zeros;
use super::parallel::{run_tasks, task_count};
use super::results::filled;
use super::simd::{Real, Simd, WithSimd, arch};
use super::view::{View, float};

/// The sizes of a max pooling; `axes` are height and width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxPool {
    /// Samples times channels.
    pub planes: usize,
    pub axes: [WindowAxis; 2],
}

impl MaxPool {
    /// y from x, and for each window its argmax, a place in the plane: of the largest number, of
    /// equals the first, and NaN beats all (of several the last), as in PyTorch.
    pub fn forward(&self, x: View) -> Result<(CpuStorage, Vec<u32>)> {
        float!(x, T => {
            let (plane, places) = (self.plane(), self.places());
            let mut y = zeros::<T>(self.planes * places);
            let mut argmax = vec![0; y.len()];
            let (each, cost) = self.share();
            let x: &[T] = x.numbers()?;
            let parts = y.chunks_mut(each * places).zip(argmax.chunks_mut(each * places));
            let tasks = x.chunks(each * plane).zip(parts).collect();
            run_tasks(cost, tasks, |(x, (y, argmax)): (&[T], (&mut [T], &mut [u32]))| {
                self.planes(x, y, argmax);
            });
            Ok((T::to_cpu_storage_owned(y), argmax))
        })
    }

    /// The same for some planes, one after the other.
    pub(super) fn planes<T: Real>(&self, x: &[T], y: &mut [T], argmax: &mut [u32]) {
        arch().dispatch(MaxWindows {
            pool: self,
            x,
            y,
            argmax,
        });
    }

    /// dx from dy: each number goes to the argmax of its window.
    pub fn backward(&self, argmax: &[u32], grad: View) -> Result<CpuStorage> {
        float!(grad, T => {
            let (plane, places) = (self.plane(), self.places());
            let (each, cost) = self.share();
            let grads: &[T] = grad.numbers()?;
            let (size, tasks) = (each * plane, self.planes.div_ceil(each));
            let dx = filled(self.planes * plane, size, tasks, |i| i, cost, |i, dx: Vec<&mut [T]>| {
                let planes = dx.into_iter().flat_map(|dx| dx.chunks_exact_mut(plane));
                let (argmax, grads) = (&argmax[i * each * places..], &grads[i * each * places..]);
                let parts = argmax.chunks_exact(places).zip(grads.chunks_exact(places));
                for (dx, (argmax, grads)) in planes.zip(parts) {
                    for (&place, &grad) in argmax.iter().zip(grads) {
                        dx[place as usize] += grad;
                    }
                }
            });
            Ok(T::to_cpu_storage_owned(dx))
        })
    }

    fn plane(&self) -> usize {
        self.axes[0].input * self.axes[1].input
    }

    pub(super) fn places(&self) -> usize {
        self.axes[0].output * self.axes[1].output
    }

    /// How many planes make a task, and the price of all.
    fn share(&self) -> (usize, usize) {
        let window = self.axes[0].kernel * self.axes[1].kernel;
        let cost = self.planes * (self.plane() + self.places() * window) * 8;
        (
            self.planes.div_ceil(task_count(cost, self.planes)).max(1),
            cost,
        )
    }
}

/// Some planes of x, and what becomes of them.
struct MaxWindows<'a, T> {
    pool: &'a MaxPool,
    x: &'a [T],
    y: &'a mut [T],
    argmax: &'a mut [u32],
}

impl<T: Real> WithSimd for MaxWindows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let [height, width] = &self.pool.axes;
        let by_pairs = height.is_by_pairs() && width.is_by_pairs();
        let columns = (0..width.output).filter(|_| !by_pairs);
        let columns: Vec<Range<usize>> = columns.map(|ow| width.window(ow)).collect();
        let planes = self.x.chunks_exact(self.pool.plane());
        let places = self.pool.places();
        let results = self.y.chunks_exact_mut(places);
        let results = results.zip(self.argmax.chunks_exact_mut(places));
        // The largest number of each row in the columns of each window, and where it is.
        let mut across = vec![T::ZERO; height.input * columns.len()];
        let mut at = vec![0; across.len()];
        for (plane, (y, argmax)) in planes.zip(results) {
            let rows = across.chunks_exact_mut(columns.len().max(1));
            let rows = rows.zip(at.chunks_exact_mut(columns.len().max(1)));
            for (i, (across, at)) in rows.enumerate() {
                let row = &plane[i * width.input..][..width.input];
                windows_of_row(row, i * width.input, &columns, across, at);
            }
            let rows = y.chunks_exact_mut(width.output);
            let rows = rows.zip(argmax.chunks_exact_mut(width.output));
            for (oh, (y, argmax)) in rows.enumerate() {
                let rows = height.window(oh);
                if by_pairs {
                    let first = rows.start * width.input;
                    pairs(&plane[first..], first as u32, width.input, y, argmax);
                    continue;
                }
                let row = |row: usize| row * width.output..(row + 1) * width.output;
                y.copy_from_slice(&across[row(rows.start)]);
                argmax.copy_from_slice(&at[row(rows.start)]);
                for next in rows.skip(1) {
                    let next = across[row(next)].iter().zip(&at[row(next)]);
                    for ((y, place), (&next, &at)) in y.iter_mut().zip(&mut *argmax).zip(next) {
                        (*y, *place) = larger((*y, *place), (next, at));
                    }
                }
            }
        }
    }
}

/// The largest number of a row, which starts at `first`, in some windows, and where it is.
#[inline(always)]
fn windows_of_row<T: Real>(
    row: &[T],
    first: usize,
    windows: &[Range<usize>],
    across: &mut [T],
    at: &mut [u32],
) {
    let results = across.iter_mut().zip(at).zip(windows);
    for ((across, at), window) in results {
        let start = (first + window.start) as u32;
        let largest = |numbers: &[T]| {
            let mut best = (numbers[0], start);
            for (place, &next) in (start..).zip(numbers).skip(1) {
                best = larger(best, (next, place));
            }
            best
        };
        (*across, *at) = match row[window.clone()] {
            [a, b, c] => largest(&[a, b, c]),
            ref numbers => largest(numbers),
        };
    }
}

/// The usual windows, 2x2 side by side: a row of them, which the compiler turns into vectors.
#[inline(always)]
fn pairs<T: Real>(plane: &[T], first: u32, line: usize, y: &mut [T], argmax: &mut [u32]) {
    let (above, below) = (
        plane[..line].as_chunks().0,
        plane[line..2 * line].as_chunks().0,
    );
    let places = y.iter_mut().zip(argmax).zip(above.iter().zip(below));
    for (i, ((y, place), ([a, b], [c, d]))) in places.enumerate() {
        let first = first + 2 * i as u32;
        let below = first + line as u32;
        let (best, at) = larger((*a, first), (*b, first + 1));
        let (best, at) = larger((best, at), (*c, below));
        (*y, *place) = larger((best, at), (*d, below + 1));
    }
}

/// The larger of two numbers, each with its place; of equals the first, and NaN beats all.
#[inline(always)]
fn larger<T: Real>(best: (T, u32), next: (T, u32)) -> (T, u32) {
    // NaN is the one number that differs from itself.
    #[allow(clippy::eq_op)]
    let greater = (next.0 > best.0) | (next.0 != next.0);
    if greater { next } else { best }
}
