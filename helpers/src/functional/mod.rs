//! Differentiable functions of tensors, as PyTorch's `torch.nn.functional`; notebooks call this
//! room `F`.
//!
//! Names, layouts and results are PyTorch's; stride, padding and dilation are the same for every
//! spatial dimension. Every gradient is right, which stock candle's are not: its max pooling is
//! wrong by 1/k^2, its average pooling on sizes that do not divide, its upsampling loses what other
//! branches sent, and `softmax_last_dim` gives none at all.
//!
//! On the CPU convolutions, pooling and resizing run in this crate's own loops, in f32 or f64; on
//! CUDA and Metal the same functions are composed of candle operations that are right there.
//!
//! ```
//! use helpers::prelude::*;
//! let x = Tensor::zeros((8, 1, 28, 28), DType::F32, &Device::Cpu)?;
//! let kernels = Tensor::zeros((10, 1, 5, 5), DType::F32, &Device::Cpu)?;
//! let h = F::relu(&F::conv2d(&x, &kernels, None, F::ConvOptions::default())?)?;
//! let y = F::max_pool2d(&h, F::PoolOptions::new(2))?;
//! assert_eq!(y.dims(), [8, 10, 12, 12]);
//! # Ok::<(), helpers::Error>(())
//! ```

mod activation;
mod avg_pool;
mod check;
mod composed;
mod conv;
mod conv_op;
mod conv_transpose;
pub(crate) mod cpu_op;
mod dropout;
mod gradients;
mod linear;
mod max_pool;
mod norm;
mod one_hot;
mod resample;
mod softmax;
mod unfold;
mod upsample;

pub(crate) use crate::errors::words;
pub use activation::{relu, sigmoid, tanh};
pub use avg_pool::{adaptive_avg_pool2d, avg_pool1d, avg_pool2d};
pub(crate) use check::float;
pub(crate) use conv::conv2d_and;
pub use conv::{ConvOptions, conv1d, conv2d, conv3d};
pub use conv_transpose::conv_transpose2d;
pub use dropout::dropout;
pub(crate) use gradients::gradients;
pub use linear::linear;
pub(crate) use linear::{After, linear_and};
pub use max_pool::{PoolOptions, max_pool1d, max_pool2d};
pub(crate) use norm::batch_norm_training;
pub use norm::{batch_norm, layer_norm};
pub use one_hot::one_hot;
pub use softmax::{log_softmax, softmax};
pub use unfold::unfold;
pub use upsample::{upsample_bilinear2d, upsample_nearest2d};

use candle_core::Tensor;

/// Whether this crate's own loops run: they do on the CPU. Elsewhere, and in tests that ask for it,
/// the function is composed of candle's operations.
pub(crate) fn on_cpu(x: &Tensor) -> bool {
    #[cfg(test)]
    if tests::COMPOSED.get() {
        return false;
    }
    x.device().is_cpu()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
