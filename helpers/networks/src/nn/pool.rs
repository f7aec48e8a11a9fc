//! Pooling layers: a window becomes its maximum or its mean.

use std::fmt;

use candle_core::{Result, Tensor};

use super::Model;
use super::fusion::Fusible;
use candle_functional::trace::{Operation, traced};
use candle_functional::{self as F, PoolOptions};

/// A pooling layer, made by [`max_pool1d`], [`max_pool2d`] or [`avg_pool2d`].
#[derive(Clone)]
pub struct Pool {
    kind: Kind,
    /// The window and how it moves.
    pub options: PoolOptions,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    MaxPool1d,
    MaxPool2d,
    AvgPool2d,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.kind, self.options)
    }
}

impl Pool {
    /// The same layer with another stride; at first windows lie side by side.
    pub fn stride(mut self, stride: usize) -> Pool {
        self.options = self.options.stride(stride);
        self
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
    pool(Kind::MaxPool1d, k)
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
    pool(Kind::MaxPool2d, k)
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
    pool(Kind::AvgPool2d, k)
}

fn pool(kind: Kind, k: usize) -> Pool {
    let options = PoolOptions::new(k);
    Pool { kind, options }
}

impl Model for Pool {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        let o = self.options;
        let window = o.window();
        let max = || Operation::MaxPool(window);
        match self.kind {
            Kind::MaxPool1d => traced("MaxPool1d", "", &[x], &[], max(), || F::max_pool1d(x, o)),
            Kind::MaxPool2d => traced("MaxPool2d", "", &[x], &[], max(), || F::max_pool2d(x, o)),
            Kind::AvgPool2d => traced(
                "AvgPool2d",
                "",
                &[x],
                &[],
                Operation::AvgPool(window),
                || F::avg_pool2d(x, o),
            ),
        }
    }

    fn fusible(&self) -> Fusible {
        match self.kind {
            Kind::MaxPool2d => Fusible::MaxPool2d(self.options),
            Kind::MaxPool1d | Kind::AvgPool2d => Fusible::No,
        }
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
        let operation = Operation::AdaptiveAvgPool { size: self.size };
        traced("AdaptiveAvgPool2d", "", &[x], &[], operation, || {
            F::adaptive_avg_pool2d(x, self.size)
        })
    }
}
