//! Sums by channel, of numbers that lie as (N, C, inner): for batch normalisation and the gradients
//! of biases. They run channel by channel, each always in the same order.

use std::ops::Range;

use candle_core::{CpuStorage, Result, Tensor, WithDType};

use super::buffer::zeros;
use super::parallel::run_tasks;
use super::simd::{Real, Simd, WithSimd, arch};
use super::view::{View, float};

/// The sizes of a tensor (N, C, ...).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Channels {
    pub batch: usize,
    pub channels: usize,
    /// The numbers of one channel of one sample.
    pub inner: usize,
}

impl Channels {
    /// Those of `x`.
    pub fn of(x: &Tensor) -> Result<Channels> {
        Ok(Channels {
            batch: x.dim(0)?,
            channels: x.dim(1)?,
            inner: x.dims()[2..].iter().product(),
        })
    }

    /// The mean and the variance of a channel of x.
    pub(super) fn moments<T: Real>(&self, x: &[T], channel: usize) -> (f64, f64) {
        let count = (self.batch * self.inner) as f64;
        let mean = self.sum(x, channel, T::ZERO, false) / count;
        let var = self.sum(x, channel, T::from_f64(mean), true) / count;
        (mean, var)
    }

    /// The sum over a channel of `x - centre`, or of its squares.
    fn sum<T: Real>(&self, x: &[T], channel: usize, centre: T, squared: bool) -> f64 {
        let part = |at: Range<usize>| {
            let a = &x[at];
            let b = squared.then_some((a, centre));
            arch().dispatch(Sum { a, centre, b })
        };
        self.slices(channel).map(part).sum()
    }

    /// The sums of x over all but the channels, as the gradient of a bias.
    pub fn totals(&self, x: View) -> Result<CpuStorage> {
        float!(x, T => {
            let mut totals = zeros::<T>(self.channels);
            if self.inner == 1 {
                for row in x.numbers::<T>()?.chunks_exact(self.channels) {
                    totals.iter_mut().zip(row).for_each(|(total, &x)| *total += x);
                }
            } else {
                let x = x.numbers::<T>()?;
                let tasks = totals.iter_mut().enumerate().collect();
                run_tasks(x.len() * 4, tasks, |(channel, total): (usize, &mut T)| {
                    *total = T::from_f64(self.sum(x, channel, T::ZERO, false));
                });
            }
            Ok(T::to_cpu_storage_owned(totals))
        })
    }

    /// Where the numbers of a channel are.
    pub(super) fn slices(&self, channel: usize) -> impl Iterator<Item = Range<usize>> {
        let (inner, channels) = (self.inner, self.channels);
        (0..self.batch).map(move |n| {
            let start = (n * channels + channel) * inner;
            start..start + inner
        })
    }
}

/// Sums that run side by side, which the compiler turns into vectors.
const SIDE_BY_SIDE: usize = 64;

/// `sum (a - centre)`; with b `sum (a - centre) * (b - its centre)`.
pub(super) struct Sum<'a, T> {
    pub(super) a: &'a [T],
    pub(super) centre: T,
    pub(super) b: Option<(&'a [T], T)>,
}

impl<T: Real> WithSimd for Sum<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let mut sums = [T::ZERO; SIDE_BY_SIDE];
        let (rows, rest) = self.a.as_chunks::<SIDE_BY_SIDE>();
        let Some((b, b_centre)) = self.b else {
            for row in rows.iter().map(|row| row.as_slice()).chain([rest]) {
                for (sum, &a) in sums.iter_mut().zip(row) {
                    *sum += a - self.centre;
                }
            }
            return sums.iter().map(|sum| sum.to_f64()).sum();
        };
        let (b_rows, b_rest) = b.as_chunks::<SIDE_BY_SIDE>();
        for (row, b) in rows.iter().zip(b_rows) {
            for ((sum, &a), &b) in sums.iter_mut().zip(row).zip(b) {
                *sum += (a - self.centre) * (b - b_centre);
            }
        }
        for ((sum, &a), &b) in sums.iter_mut().zip(rest).zip(b_rest) {
            *sum += (a - self.centre) * (b - b_centre);
        }
        sums.iter().map(|sum| sum.to_f64()).sum()
    }
}
