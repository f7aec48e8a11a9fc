//! Layers with PyTorch's names and layouts, and the store their parameters live in.

mod activation;
mod batch_norm;
mod conv;
pub(crate) mod file;
mod format;
mod init;
mod keys;
mod layer_norm;
mod linear;
mod parameter;
mod parameters;
mod pool;
mod sequential;
mod state;
mod together;
mod torch;

pub use activation::{Dropout, Flatten, LogSoftmax, Relu, Sigmoid, Softmax, Tanh, dropout};
pub use batch_norm::{BatchNorm, BatchNorm1d, BatchNorm2d, batch_norm1d, batch_norm2d};
pub use conv::{Conv, Conv1d, Conv2d, Conv3d, conv1d, conv2d, conv2d_no_bias, conv3d};
pub use init::Init;
pub use keys::IncompatibleKeys;
pub use layer_norm::{LayerNorm, layer_norm};
pub use linear::{Linear, linear};
pub use parameter::{Buffer, Parameter};
pub use parameters::Parameters;
pub use pool::{AdaptiveAvgPool2d, Pool, avg_pool2d, max_pool1d, max_pool2d};
pub use sequential::Sequential;

use candle_core::{Result, Tensor};

/// A network: anything that maps a batch of inputs to a batch of outputs.
///
/// This is the one trait a student implements; training, figures and summaries ask for no more.
/// `train` is an argument, so that the difference between training and evaluation (dropout, batch
/// normalisation) cannot be forgotten.
///
/// ```
/// use helpers::prelude::*;
///
/// struct Perceptron { fc: nn::Linear }
///
/// impl Model for Perceptron {
///     fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
///         self.fc.forward(x, train)
///     }
/// }
///
/// let params = Parameters::new(&Device::Cpu);
/// let model = Perceptron { fc: nn::linear(2, 1, &params.at("fc"))? };
/// let x = Tensor::zeros((4, 2), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&x, false)?.dims(), [4, 1]);
/// # Ok::<(), helpers::Error>(())
/// ```
pub trait Model {
    /// The outputs (N, ...) for the inputs `x` (N, ...).
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor>;
}
