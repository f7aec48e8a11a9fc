//! The fully connected layer: y = x W^T + b.

use candle_core::{Result, Tensor, bail};

use super::fusion::Fusible;
use super::{Init, Model, Parameter, Parameters};
use candle_functional::trace::{AsTrained, Operation, traced};
use candle_functional::{self as F, display_shape};

/// A fully connected layer: `y = x W^T + b`, with `weight` (out, in) and `bias` (out), as PyTorch's
/// `nn.Linear`. Made by [`linear`].
#[derive(Clone, Debug)]
pub struct Linear {
    /// W, (out, in).
    pub weight: Parameter,
    /// b, (out).
    pub bias: Parameter,
}

/// A fully connected layer whose parameters start as PyTorch's: uniform in +-1/sqrt(in).
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
                display_shape(x.dims()),
                self.weight.name()
            );
        }
        let name = self.weight.layer();
        let parameters: [&dyn AsTrained; 2] = [&self.weight, &self.bias];
        traced("Linear", name, &[x], &parameters, Operation::Linear, || {
            F::linear(x, &weight, Some(&self.bias.tensor()))
        })
    }

    fn fusible(&self) -> Fusible {
        Fusible::Linear {
            weight: self.weight.clone(),
            bias: self.bias.clone(),
        }
    }
}
