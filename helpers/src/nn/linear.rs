//! The fully connected layer: y = x W^T + b.

use candle_core::{Result, Tensor, bail};

use super::{Init, Model, Parameter, Parameters};
use crate::functional::{self as F, words};
use crate::trace::traced;

/// A fully connected layer: `y = x W^T + b`, with `weight` (out, in) and `bias` (out), as PyTorch's
/// `nn.Linear`. Made by [`linear`].
#[derive(Clone, Debug)]
pub struct Linear {
    /// W, (out, in).
    pub weight: Parameter,
    /// b, (out).
    pub bias: Parameter,
}

/// A fully connected layer whose parameters start as PyTorch's: evenly in +-1/sqrt(in).
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let fc = nn::linear(3, 2, &params.at("fc"))?;
/// let x = Tensor::new(&[[1f32, 2., 3.]], &Device::Cpu)?;
/// assert_eq!(fc.forward(&x, false)?.dims(), [1, 2]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No inputs or no outputs, or a name that is taken.
pub fn linear(inputs: usize, outputs: usize, params: &Parameters) -> Result<Linear> {
    if inputs == 0 || outputs == 0 {
        bail!("linear: a layer needs inputs and outputs, got {inputs} -> {outputs}");
    }
    let init = Init::pytorch_default(inputs);
    Ok(Linear {
        weight: params.create("weight", (outputs, inputs), init)?,
        bias: params.create("bias", outputs, init)?,
    })
}

impl Model for Linear {
    /// (..., in) to (..., out).
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        let weight = self.weight.tensor();
        let (outputs, inputs) = weight.dims2()?;
        if x.dims().last() != Some(&inputs) {
            bail!(
                "linear: the last dimension of the input must be {inputs}, got {}; the weights of {} are ({outputs}, {inputs})",
                words(x.dims()),
                self.weight.name()
            );
        }
        let (name, parameters) = (self.weight.layer(), [&self.weight, &self.bias]);
        traced("Linear", name, &[x], &parameters, Vec::new, || {
            F::linear(x, &weight, Some(&self.bias.tensor()))
        })
    }
}
