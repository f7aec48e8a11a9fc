//! The perceptron: one neuron, two classes.

use candle_core::{Result, Tensor};

use crate::nn::{self, Linear, Model, Parameters};
use candle_functional as F;

/// One neuron whose output is a probability (Rosenblatt 1958, with a sigmoid in place of the step).
#[derive(Clone, Debug)]
pub struct Perceptron {
    /// w and b, `fc`.
    pub fc: Linear,
}

/// A [`Perceptron`] of `inputs` inputs.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = models::perceptron(2, &params)?;
/// let x = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
/// let probs = model.forward(&x, false)?;
/// assert_eq!((probs.dims(), params.count()), (&[2, 2][..], 3));
/// assert!((probs.sum_all()?.to_scalar::<f32>()? - 2.0).abs() < 1e-6);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No inputs, or a name that is taken.
pub fn perceptron(inputs: usize, params: &Parameters) -> Result<Perceptron> {
    let fc = nn::linear(inputs, 1, &params.at("fc"))?;
    Ok(Perceptron { fc })
}

impl Model for Perceptron {
    /// (N, inputs) to the probabilities (1 - p, p), (N, 2): p is that of class 1.
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let p = F::sigmoid(&self.fc.forward(x, train)?)?;
        Tensor::cat(&[&(1.0 - &p)?, &p], 1)
    }
}
