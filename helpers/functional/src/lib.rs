//! Differentiable functions of candle's tensors, as PyTorch's `torch.nn.functional`.
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
//! use candle_core::{DType, Device, Tensor};
//! use candle_functional as F;
//! let x = Tensor::zeros((8, 1, 28, 28), DType::F32, &Device::Cpu)?;
//! let kernels = Tensor::zeros((10, 1, 5, 5), DType::F32, &Device::Cpu)?;
//! let h = F::relu(&F::conv2d(&x, &kernels, None, F::ConvOptions::default())?)?;
//! let y = F::max_pool2d(&h, F::PoolOptions::new(2))?;
//! assert_eq!(y.dims(), [8, 10, 12, 12]);
//! # Ok::<(), candle_core::Error>(())
//! ```

mod activation;
mod allocator;
mod avg_pool;
mod backward;
mod batch_norm;
mod bias;
mod check;
mod composed;
mod conv;
mod conv_op;
mod conv_options;
mod conv_transpose;
mod cpu_op;
mod cross_entropy;
mod dropout;
#[doc(hidden)]
pub mod errors;
mod flatten;
mod gradients;
mod hand_over;
#[doc(hidden)]
pub mod kernels;
mod known;
mod layer_norm;
mod linear;
mod max_pool;
#[doc(hidden)]
pub mod memory;
mod one_hot;
#[doc(hidden)]
pub mod panics;
mod pool_options;
mod power_spectrum;
pub mod random;
mod resample;
mod softmax;
pub mod stop;
pub mod trace;
mod unfold;
mod upsample;
mod values;

pub use activation::{add_relu, relu, sigmoid, tanh};
pub use allocator::keep_freed_memory;
pub use avg_pool::{adaptive_avg_pool2d, avg_pool1d, avg_pool2d};
pub use batch_norm::{batch_norm, batch_norm_relu, batch_norm_training};
#[doc(hidden)]
pub use check::float;
pub use conv::{conv1d, conv2d, conv2d_fused, conv3d};
pub use conv_options::ConvOptions;
pub use conv_transpose::conv_transpose2d;
pub use cross_entropy::cross_entropy_fused;
pub use dropout::dropout;
#[doc(hidden)]
pub use errors::display_shape;
pub use flatten::flatten;
pub use gradients::gradients;
pub use kernels::num_threads;
pub use layer_norm::layer_norm;
pub use linear::{LinearEpilogue, linear, linear_fused};
pub use max_pool::{max_pool1d, max_pool2d};
pub use one_hot::one_hot;
pub use pool_options::PoolOptions;
pub use power_spectrum::power_spectrum;
pub use softmax::{log_softmax, softmax};
pub use unfold::unfold;
pub use upsample::{upsample_bilinear2d, upsample_nearest2d};
#[doc(hidden)]
pub use values::values;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

/// The README's example, so that it stays true.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
