//! Batch normalisation, one channel after the other: its numbers come from memory once, and are in
//! the cache when they are read again. A ReLU behind it costs nothing then.
//!
//! With x' = (x - mean) / std it is y = x' * weight + bias, and backward
//!
//! ```text
//! dbias = sum dy     dweight = sum dy x'
//! dx = (dy - mean dy - x' mean (dy x')) * weight / std     if mean and std are those of x
//! dx = dy * weight / std                                   if they were given
//! ```

use std::sync::OnceLock;

use candle_core::{CpuStorage, Result, WithDType};

use super::channels::{Channels, Sum};
use super::results::filled;
use super::simd::{Real, Simd, WithSimd, arch};
use super::view::{View, float};

/// The normalisation of x (N, C, ...), and what follows.
#[derive(Clone, Copy)]
pub struct BatchNorm {
    pub sizes: Channels,
    pub relu: bool,
}

/// The mean and the variance, by channel.
pub type Moments = (Vec<f64>, Vec<f64>);

/// What x is normalised with, by channel.
#[derive(Clone, Debug)]
pub struct Statistics {
    pub mean: Vec<f64>,
    pub var: Vec<f64>,
    pub eps: f64,
    /// They were given, and are not those of x.
    pub given: bool,
}

/// What a channel is scaled with.
#[derive(Clone, Copy)]
struct Scale {
    mean: f64,
    std: f64,
    weight: f64,
    bias: f64,
}

/// The gradients by channel.
pub struct Gradients {
    pub dx: CpuStorage,
    pub weight: Vec<f64>,
    pub bias: Vec<f64>,
}

impl Statistics {
    fn scale(&self, channel: usize, weight: &[f64], bias: &[f64]) -> Scale {
        Scale {
            mean: self.mean[channel],
            std: (self.var[channel] + self.eps).sqrt(),
            weight: weight[channel],
            bias: bias[channel],
        }
    }
}

impl BatchNorm {
    /// y from x, and what it was normalised with: x's own statistics if none are given.
    pub fn forward(
        &self,
        x: View,
        weight: &[f64],
        bias: &[f64],
        given: Option<&Moments>,
        eps: f64,
    ) -> Result<(CpuStorage, Statistics)> {
        let known = OnceLock::new();
        let moments: Vec<OnceLock<(f64, f64)>> = vec![known; self.sizes.channels];
        let y = float!(x, T => {
            let x: &[T] = x.numbers()?;
            let y = self.by_channel(x.len() * 8, |channel, y: Vec<&mut [T]>| {
                let (mean, var) = *moments[channel].get_or_init(|| match given {
                    Some((mean, var)) => (mean[channel], var[channel]),
                    None => self.sizes.moments(x, channel),
                });
                let scale = Scale {
                    mean,
                    std: (var + eps).sqrt(),
                    weight: weight[channel],
                    bias: bias[channel],
                };
                for (y, at) in y.into_iter().zip(self.sizes.slices(channel)) {
                    arch().dispatch(Forward { y, x: &x[at], scale, relu: self.relu });
                }
            });
            T::to_cpu_storage_owned(y)
        });
        let moments = moments.into_iter().filter_map(OnceLock::into_inner);
        let (mean, var) = moments.unzip();
        let given = given.is_some();
        Ok((
            y,
            Statistics {
                mean,
                var,
                eps,
                given,
            },
        ))
    }

    /// The gradients, from x and dy.
    pub fn backward(
        &self,
        x: View,
        grad: View,
        weight: &[f64],
        bias: &[f64],
        statistics: &Statistics,
    ) -> Result<Gradients> {
        let sums: Vec<OnceLock<(f64, f64)>> = vec![OnceLock::new(); self.sizes.channels];
        let count = (self.sizes.batch * self.sizes.inner) as f64;
        let dx = float!(x, T => {
            let (x, grad): (&[T], &[T]) = (x.numbers()?, grad.numbers()?);
            let dx = self.by_channel(x.len() * 8, |channel, mut dx: Vec<&mut [T]>| {
                let scale = statistics.scale(channel, weight, bias);
                let centre = T::from_f64(scale.mean);
                let (mut sum, mut along) = (0.0, 0.0);
                for (dx, at) in dx.iter_mut().zip(self.sizes.slices(channel)) {
                    let (x, grad) = (&x[at.clone()], &grad[at]);
                    arch().dispatch(Passed { dx, x, grad, scale, relu: self.relu });
                    sum += arch().dispatch(Sum { a: dx, centre: T::ZERO, b: None });
                    along += arch().dispatch(Sum { a: dx, centre: T::ZERO, b: Some((x, centre)) });
                }
                let sum = T::from_f64(sum).to_f64();
                sums[channel].get_or_init(|| (sum, along / scale.std));
                let slope = scale.weight / scale.std;
                // How dx depends on x, through mean and std.
                let through = (!statistics.given).then(|| {
                    let by_x = -slope * along / (scale.std * scale.std * count);
                    (by_x, -slope * sum / count)
                });
                for (dx, at) in dx.into_iter().zip(self.sizes.slices(channel)) {
                    arch().dispatch(Backward { dx, x: &x[at], centre, slope, through });
                }
            });
            T::to_cpu_storage_owned(dx)
        });
        let sums = sums
            .into_iter()
            .map(|sums| sums.into_inner().unwrap_or_default());
        let (bias, weight) = sums.unzip();
        Ok(Gradients { dx, weight, bias })
    }

    /// A tensor like x, of which each channel is filled by itself.
    fn by_channel<T: Real>(
        &self,
        cost: usize,
        work: impl Fn(usize, Vec<&mut [T]>) + Sync,
    ) -> Vec<T> {
        let Channels {
            batch,
            channels,
            inner,
        } = self.sizes;
        filled(
            batch * channels * inner,
            inner,
            channels,
            |i| i % channels,
            cost,
            work,
        )
    }
}

struct Forward<'a, T> {
    y: &'a mut [T],
    x: &'a [T],
    scale: Scale,
    relu: bool,
}

impl<T: Real> WithSimd for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let normalized = normalized::<T>(self.scale);
        if self.relu {
            for (y, &x) in self.y.iter_mut().zip(self.x) {
                let normalized = normalized(x);
                *y = if normalized <= T::ZERO {
                    T::ZERO
                } else {
                    normalized
                };
            }
        } else {
            for (y, &x) in self.y.iter_mut().zip(self.x) {
                *y = normalized(x);
            }
        }
    }
}

/// y from x, before a ReLU.
#[inline(always)]
fn normalized<T: Real>(scale: Scale) -> impl Fn(T) -> T {
    let centre = T::from_f64(scale.mean);
    let slope = T::from_f64(scale.weight / scale.std);
    let shift = T::from_f64(scale.bias);
    move |x| (x - centre) * slope + shift
}

/// What of dy passes the ReLU.
struct Passed<'a, T> {
    dx: &'a mut [T],
    x: &'a [T],
    grad: &'a [T],
    scale: Scale,
    relu: bool,
}

impl<T: Real> WithSimd for Passed<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        if !self.relu {
            return self.dx.copy_from_slice(self.grad);
        }
        let normalized = normalized::<T>(self.scale);
        for ((dx, &x), &grad) in self.dx.iter_mut().zip(self.x).zip(self.grad) {
            *dx = if normalized(x) <= T::ZERO {
                T::ZERO
            } else {
                grad
            };
        }
    }
}

/// dx from what passed, in place.
struct Backward<'a, T> {
    dx: &'a mut [T],
    x: &'a [T],
    centre: T,
    slope: f64,
    through: Option<(f64, f64)>,
}

impl<T: Real> WithSimd for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let slope = T::from_f64(self.slope);
        let Some((by_x, shift)) = self.through else {
            return self.dx.iter_mut().for_each(|dx| *dx *= slope);
        };
        let (by_x, shift) = (T::from_f64(by_x), T::from_f64(shift));
        for (dx, &x) in self.dx.iter_mut().zip(self.x) {
            *dx = (x - self.centre) * by_x + shift + *dx * slope;
        }
    }
}
