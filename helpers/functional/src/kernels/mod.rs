//! The CPU inner loops behind this crate's functions, of optimizers and of images.
//!
//! Loops over contiguous memory, in f32 and f64. Speed belongs here and nowhere else: a convolution
//! runs in `conv`, whatever its rank and whichever gradient is asked for, a fully connected map in
//! `linear`, both on the inner loops of `tile` and `shifted_sum`, whose vector instructions `simd` chooses.

mod along_channels;
mod along_places;
mod axis;
mod batch_norm;
mod buffer;
mod channels;
mod conv;
mod cross_entropy;
mod epilogue;
mod implicit_gemm;
mod linear;
mod max_pool;
mod optimizer;
mod packing;
mod padded_layout;
mod parallel;
mod phases;
mod pointwise;
mod product;
mod resample;
mod results;
mod shifted_sum;
mod simd;
mod tanh;
mod thread_pool;
mod tile;
mod unfold;
mod view;
mod weight_gradient;
mod wide_gradient;
mod winograd;
mod winograd_transforms;

pub(crate) use axis::WindowAxis;
pub(crate) use batch_norm::{BatchNorm, Gradients, Statistics};
pub(crate) use channels::Channels;
pub(crate) use conv::Convolution;
pub(crate) use cross_entropy::{cross_entropy, cross_entropy_gradient};
pub(crate) use epilogue::ConvEpilogue;
pub(crate) use linear::Linear;
pub(crate) use max_pool::MaxPool;
pub use optimizer::{Numbers, Update};
pub(crate) use pointwise::{Activation, add, add_relu, multiply, multiply_in_place};
pub use resample::{Resample, Row, Table};
pub use simd::Real;
pub use thread_pool::num_threads;
pub(crate) use view::View;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
