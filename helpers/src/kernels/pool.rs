//! Max pooling on the CPU: the largest number of each window, and the way back to it.
//!
//! A row of windows at a time, one of their elements after the other: the loop runs along the row
//! with no branch that depends on the numbers, so it becomes vectors. Which element won is kept for
//! the gradient.

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
                arch().dispatch(Winners { pool: self, x, y, winners });
            });
            Ok((T::to_cpu_storage_owned(y), winners))
        })
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

    fn places(&self) -> usize {
        self.axes[0].output * self.axes[1].output
    }

    /// How many planes make a task, and the price of all.
    fn share(&self) -> (usize, usize) {
        let window = self.axes[0].kernel * self.axes[1].kernel;
        let cost = self.planes * (self.plane() + self.places() * window) * 4;
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
        let rows = self.y.chunks_exact_mut(width.output);
        let rows = rows.zip(self.winners.chunks_exact_mut(width.output));
        for (i, (best, winners)) in rows.enumerate() {
            let (plane, oh) = (i / height.output, i % height.output);
            let plane = &self.x[plane * self.pool.plane()..][..self.pool.plane()];
            let window = height.window(oh);
            for (ow, (best, winner)) in best.iter_mut().zip(winners.iter_mut()).enumerate() {
                let first = window.start * width.input + width.window(ow).start;
                (*best, *winner) = (plane[first], first as u32);
            }
            for row in window {
                for k in 0..width.kernel {
                    let places = width.valid(k);
                    if places.is_empty() {
                        continue;
                    }
                    let first = row * width.input + width.position(places.start, k);
                    let from = &plane[first..(row + 1) * width.input];
                    let (best, winners) = (&mut best[places.clone()], &mut winners[places]);
                    match width.stride {
                        1 => challenge::<T, 1>(from, first as u32, best, winners),
                        2 => challenge::<T, 2>(from, first as u32, best, winners),
                        stride => {
                            let from = from.iter().step_by(stride);
                            let ats = (first as u32..).step_by(stride);
                            for ((&next, at), (best, winner)) in
                                from.zip(ats).zip(best.iter_mut().zip(winners))
                            {
                                duel(next, at, best, winner);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One element of each window against the best so far; windows are `STRIDE` apart.
#[inline(always)]
fn challenge<T: Real, const STRIDE: usize>(
    from: &[T],
    first: u32,
    best: &mut [T],
    winners: &mut [u32],
) {
    let (whole, rest) = from.as_chunks::<STRIDE>();
    let (many, last) = best.split_at_mut(whole.len().min(best.len()));
    let (many_winners, last_winner) = winners.split_at_mut(many.len());
    let places = many.iter_mut().zip(many_winners).zip(whole).enumerate();
    for (i, ((best, winner), next)) in places {
        duel(next[0], first + (i * STRIDE) as u32, best, winner);
    }
    if let (Some(best), Some(winner), Some(&next)) =
        (last.first_mut(), last_winner.first_mut(), rest.first())
    {
        duel(next, first + (whole.len() * STRIDE) as u32, best, winner);
    }
}

#[inline(always)]
fn duel<T: Real>(next: T, at: u32, best: &mut T, winner: &mut u32) {
    // NaN is the one number that differs from itself.
    #[allow(clippy::eq_op)]
    let wins = (next > *best) | (next != next);
    *best = if wins { next } else { *best };
    *winner = if wins { at } else { *winner };
}
