//! Sums and scalings by channel, of numbers that lie as (N, C, inner): what batch normalisation and
//! the gradients of biases are made of. Sums run channel by channel, each always in the same order.

use std::ops::Range;

use candle_core::{CpuStorage, Result, Tensor, WithDType};

use super::buffer::zeros;
use super::parallel::{run_tasks, task_count};
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

/// A tensor, less one number for each channel.
pub type Centred<'a> = (View<'a>, &'a [f64]);

impl Channels {
    /// Those of `x`.
    pub fn of(x: &Tensor) -> Result<Channels> {
        Ok(Channels {
            batch: x.dim(0)?,
            channels: x.dim(1)?,
            inner: x.dims()[2..].iter().product(),
        })
    }

    /// `sum (a - centre)`, channel by channel; with b `sum (a - centre) * (b - its centre)`.
    pub fn sums(&self, a: Centred, b: Option<Centred>) -> Result<Vec<f64>> {
        float!(a.0, T => {
            let numbers: &[T] = a.0.numbers()?;
            let other: &[T] = b.map_or(Ok(numbers), |b| b.0.numbers())?;
            let mut sums = vec![0.0; self.channels];
            run_tasks(numbers.len() * 4, sums.iter_mut().enumerate().collect(), |(c, sum): (_, &mut f64)| {
                let centre = T::from_f64(a.1[c]);
                let part = |at: Range<usize>| arch().dispatch(Sum {
                    a: &numbers[at.clone()],
                    centre,
                    b: b.map(|b| (&other[at], T::from_f64(b.1[c]))),
                });
                *sum = self.slices(c).map(part).sum();
            });
            Ok(sums)
        })
    }

    /// [`sums`](Self::sums), divided by how many numbers a channel has.
    pub fn means(&self, a: Centred, b: Option<Centred>) -> Result<Vec<f64>> {
        let count = (self.batch * self.inner) as f64;
        let sums = self.sums(a, b)?.into_iter();
        Ok(sums.map(|sum| sum / count).collect())
    }

    /// `(x - centre) * slope + shift`, channel by channel; plus `other * scale`, if there is one.
    pub fn combine(
        &self,
        x: Centred,
        slope: &[f64],
        shift: &[f64],
        other: Option<(View, &[f64])>,
    ) -> Result<CpuStorage> {
        float!(x.0, T => {
            let numbers: &[T] = x.0.numbers()?;
            let others: &[T] = other.map_or(Ok(numbers), |other| other.0.numbers())?;
            let mut y = zeros::<T>(numbers.len());
            let cost = y.len() * 4;
            let rows = self.batch * self.channels;
            let each = rows.div_ceil(task_count(cost, rows)).max(1);
            let tasks = y.chunks_mut(each * self.inner).enumerate().collect();
            run_tasks(cost, tasks, |(task, y): (usize, &mut [T])| {
                for (i, y) in y.chunks_exact_mut(self.inner).enumerate() {
                    let row = task * each + i;
                    let (c, at) = (row % self.channels, row * self.inner..(row + 1) * self.inner);
                    arch().dispatch(Combine {
                        y,
                        x: &numbers[at.clone()],
                        centre: T::from_f64(x.1[c]),
                        slope: T::from_f64(slope[c]),
                        shift: T::from_f64(shift[c]),
                        other: other.map(|o| (&others[at], T::from_f64(o.1[c]))),
                    });
                }
            });
            Ok(T::to_cpu_storage_owned(y))
        })
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
                let sums = self.sums((x, &vec![0.0; self.channels]), None)?;
                totals.iter_mut().zip(sums).for_each(|(total, sum)| *total = T::from_f64(sum));
            }
            Ok(T::to_cpu_storage_owned(totals))
        })
    }

    /// Where the numbers of a channel are.
    fn slices(&self, channel: usize) -> impl Iterator<Item = Range<usize>> {
        let (inner, channels) = (self.inner, self.channels);
        (0..self.batch).map(move |n| {
            let start = (n * channels + channel) * inner;
            start..start + inner
        })
    }
}

/// Sums that run side by side, which the compiler turns into vectors.
const SIDE_BY_SIDE: usize = 64;

struct Sum<'a, T> {
    a: &'a [T],
    centre: T,
    b: Option<(&'a [T], T)>,
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

struct Combine<'a, T> {
    y: &'a mut [T],
    x: &'a [T],
    centre: T,
    slope: T,
    shift: T,
    other: Option<(&'a [T], T)>,
}

impl<T: Real> WithSimd for Combine<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Some((other, scale)) = self.other else {
            for (y, &x) in self.y.iter_mut().zip(self.x) {
                *y = (x - self.centre) * self.slope + self.shift;
            }
            return;
        };
        for ((y, &x), &other) in self.y.iter_mut().zip(self.x).zip(other) {
            *y = (x - self.centre) * self.slope + self.shift + other * scale;
        }
    }
}
