//! The one trait of networks and layers.

use candle_core::{Result, Tensor};

use super::fusion::Fusible;

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

    /// What this layer is to a [`Sequential`](super::Sequential) that runs neighbours as one.
    #[doc(hidden)]
    fn fusible(&self) -> Fusible {
        Fusible::No
    }
}
