//! Pooling layers: a window becomes its maximum or its mean.

use std::fmt;

use candle_core::{Result, Tensor};

use super::Model;
use crate::functional::{self as F, PoolOptions};
use crate::trace::traced;

/// A pooling layer, made by [`max_pool1d`], [`max_pool2d`] or [`avg_pool2d`].
#[derive(Clone)]
pub struct Pool {
    what: &'static str,
    /// The window and how it moves.
    pub options: PoolOptions,
    pool: fn(&Tensor, PoolOptions) -> Result<Tensor>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.what, self.options)
    }
}

impl Pool {
    /// The same layer with another stride; at first windows lie side by side.
    pub fn stride(mut self, stride: usize) -> Pool {
        self.options = self.options.stride(stride);
        self
    }

    /// How the window moves, if this is [`max_pool2d`].
    pub(super) fn max_pool2d(&self) -> Option<PoolOptions> {
        (self.what == "MaxPool2d").then_some(self.options)
    }

    /// The same layer with each side of the input padded.
    pub fn padding(mut self, padding: usize) -> Pool {
        self.options = self.options.padding(padding);
        self
    }
}

/// The maximum of `k` numbers in a row, (N, C, L) to (N, C, L'), as PyTorch's `nn.MaxPool1d`.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[[1f32, 5., 2., 0.]]], &Device::Cpu)?;
/// let y = nn::max_pool1d(2).forward(&x, false)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [5., 2.]);
/// # Ok::<(), helpers::Error>(())
/// ```
pub fn max_pool1d(k: usize) -> Pool {
    pool("MaxPool1d", k, F::max_pool1d)
}

/// The maximum of `k` x `k` windows, (N, C, H, W) to (N, C, H', W'), as PyTorch's `nn.MaxPool2d`.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::zeros((1, 3, 8, 8), DType::F32, &Device::Cpu)?;
/// assert_eq!(nn::max_pool2d(2).forward(&x, false)?.dims(), [1, 3, 4, 4]);
/// assert_eq!(nn::max_pool2d(3).stride(2).forward(&x, false)?.dims(), [1, 3, 3, 3]);
/// # Ok::<(), helpers::Error>(())
/// ```
pub fn max_pool2d(k: usize) -> Pool {
    pool("MaxPool2d", k, F::max_pool2d)
}

/// The mean of `k` x `k` windows, (N, C, H, W) to (N, C, H', W'), as PyTorch's `nn.AvgPool2d`.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::ones((1, 3, 8, 8), DType::F32, &Device::Cpu)?;
/// assert_eq!(nn::avg_pool2d(2).forward(&x, false)?.dims(), [1, 3, 4, 4]);
/// # Ok::<(), helpers::Error>(())
/// ```
pub fn avg_pool2d(k: usize) -> Pool {
    pool("AvgPool2d", k, F::avg_pool2d)
}

fn pool(what: &'static str, k: usize, pool: fn(&Tensor, PoolOptions) -> Result<Tensor>) -> Pool {
    let options = PoolOptions::new(k);
    Pool {
        what,
        options,
        pool,
    }
}

impl Model for Pool {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        let o = self.options;
        let settings = || {
            vec![
                ("kernel_size", o.kernel_size.to_string()),
                ("stride", o.stride.to_string()),
                ("padding", o.padding.to_string()),
            ]
        };
        traced(self.what, "", &[x], &[], settings, || (self.pool)(x, o))
    }
}

/// Means over a grid of `size` windows, whatever the input's size: (N, C, H, W) to (N, C, size), as
/// PyTorch's `nn.AdaptiveAvgPool2d`.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::ones((1, 512, 7, 9), DType::F32, &Device::Cpu)?;
/// let pool = nn::AdaptiveAvgPool2d { size: (1, 1) };
/// assert_eq!(pool.forward(&x, false)?.dims(), [1, 512, 1, 1]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AdaptiveAvgPool2d {
    /// Height and width of the result.
    pub size: (usize, usize),
}

impl Model for AdaptiveAvgPool2d {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        let settings = || vec![("size", format!("{:?}", self.size))];
        traced("AdaptiveAvgPool2d", "", &[x], &[], settings, || {
            F::adaptive_avg_pool2d(x, self.size)
        })
    }
}
