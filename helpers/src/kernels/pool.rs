//! Max pooling on the CPU: the largest number of each window, and the way back to it.
//!
//! Which element won is kept for the gradient. No branch depends on the numbers: guessing who wins
//! would fail half of the time.

use std::ops::Range;

use candle_core::{CpuStorage, Result, WithDType};

use super::simd::{Real, Simd, WithSimd, arch};
use super::threads::{pieces, run};
use super::{Axis, View, float, zeros};

/// The sizes of a max pooling; `axes` are height and width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MaxPool {
    /// Samples times channels.
    pub(crate) planes: usize,
    pub(crate) axes: [Axis; 2],
}

impl MaxPool {
    /// y from x, and for each window the place of its winner in the plane: the largest number, of
    /// equals the first, and NaN beats all (of several the last), as in PyTorch.
    pub(crate) fn forward(&self, x: View) -> Result<(CpuStorage, Vec<u32>)> {
        float!(x, T => {
            let (plane, places) = (self.plane(), self.places());
            let mut y = zeros::<T>(self.planes * places);
            let mut winners = vec![0; y.len()];
            let (each, cost) = self.share();
            let x: &[T] = x.numbers()?;
            let parts = y.chunks_mut(each * places).zip(winners.chunks_mut(each * places));
            let tasks = x.chunks(each * plane).zip(parts).collect();
            run(cost, tasks, |(x, (y, winners)): (&[T], (&mut [T], &mut [u32]))| {
                self.planes(x, y, winners);
            });
            Ok((T::to_cpu_storage_owned(y), winners))
        })
    }

    /// The same for some planes, one after the other.
    pub(super) fn planes<T: Real>(&self, x: &[T], y: &mut [T], winners: &mut [u32]) {
        arch().dispatch(Winners {
            pool: self,
            x,
            y,
            winners,
        });
    }

    /// dx from dy: each number goes to the element that won its window.
    pub(crate) fn backward(&self, winners: &[u32], grad: View) -> Result<CpuStorage> {
        float!(grad, T => {
            let (plane, places) = (self.plane(), self.places());
            let mut dx = zeros::<T>(self.planes * plane);
            let (each, cost) = self.share();
            let grads = grad.numbers::<T>()?.chunks(each * places);
            let parts = winners.chunks(each * places).zip(grads);
            let tasks = dx.chunks_mut(each * plane).zip(parts).collect();
            run(cost, tasks, |(dx, (winners, grads)): (&mut [T], (&[u32], &[T]))| {
                let parts = winners.chunks_exact(places).zip(grads.chunks_exact(places));
                for (dx, (winners, grads)) in dx.chunks_exact_mut(plane).zip(parts) {
                    for (&winner, &grad) in winners.iter().zip(grads) {
                        dx[winner as usize] += grad;
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
        (self.planes.div_ceil(pieces(cost, self.planes)).max(1), cost)
    }
}

/// Some planes of x, and what becomes of them.
struct Winners<'a, T> {
    pool: &'a MaxPool,
    x: &'a [T],
    y: &'a mut [T],
    winners: &'a mut [u32],
}

impl<T: Real> WithSimd for Winners<'_, T> {
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
        let results = results.zip(self.winners.chunks_exact_mut(places));
        for (plane, (y, winners)) in planes.zip(results) {
            let rows = y.chunks_exact_mut(width.output);
            let rows = rows.zip(winners.chunks_exact_mut(width.output));
            for (oh, (y, winners)) in rows.enumerate() {
                let rows = height.window(oh);
                if by_pairs {
                    let first = rows.start * width.input;
                    pairs(&plane[first..], first as u32, width.input, y, winners);
                    continue;
                }
                let places = y.iter_mut().zip(winners).zip(&columns);
                for ((y, winner), columns) in places {
                    let first = rows.start * width.input + columns.start;
                    (*y, *winner) = match (rows.len(), columns.len()) {
                        (3, 3) => best_of(plane, first, width.input, 3, 3),
                        (high, wide) => best_of(plane, first, width.input, high, wide),
                    };
                }
            }
        }
    }
}

/// The usual windows, 2x2 side by side: a row of them, which the compiler turns into vectors.
#[inline(always)]
fn pairs<T: Real>(plane: &[T], first: u32, line: usize, y: &mut [T], winners: &mut [u32]) {
    let (above, below) = (
        plane[..line].as_chunks().0,
        plane[line..2 * line].as_chunks().0,
    );
    let places = y.iter_mut().zip(winners).zip(above.iter().zip(below));
    for (place, ((y, winner), ([a, b], [c, d]))) in places.enumerate() {
        let first = first + 2 * place as u32;
        let below = first + line as u32;
        let (best, at) = duel((*a, first), (*b, first + 1));
        let (best, at) = duel((best, at), (*c, below));
        (*y, *winner) = duel((best, at), (*d, below + 1));
    }
}

/// The larger of two numbers, each with its place; of equals the first, and NaN beats all.
#[inline(always)]
fn duel<T: Real>(best: (T, u32), next: (T, u32)) -> (T, u32) {
    // NaN is the one number that differs from itself.
    #[allow(clippy::eq_op)]
    let wins = (next.0 > best.0) | (next.0 != next.0);
    if wins { next } else { best }
}

/// The largest number of a window that starts at `first`, and where it is.
#[inline(always)]
fn best_of<T: Real>(plane: &[T], first: usize, line: usize, high: usize, wide: usize) -> (T, u32) {
    let mut best = (plane[first], first as u32);
    for row in 0..high {
        let start = first + row * line;
        for (column, &next) in plane[start..start + wide].iter().enumerate() {
            best = duel(best, (next, (start + column) as u32));
        }
    }
    best
}
