//! The multilayer perceptron.

use candle_core::{Result, Tensor, bail};

use crate::nn::{self, Model, Parameters, Sequential};

/// Fully connected layers with a ReLU between each and the next.
#[derive(Clone, Debug)]
pub struct Mlp {
    /// `fc1`, `relu1`, `fc2`, ...
    pub layers: Sequential,
}

/// An [`Mlp`] with layers of these sizes, from the inputs to the outputs.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = models::mlp(&[784, 50, 10], &params)?;
/// let x = Tensor::zeros((8, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&x, false)?.dims(), [8, 10]);
/// assert_eq!(params.count(), 39_760);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Fewer than two sizes, a size of 0, a name that is taken.
pub fn mlp(sizes: &[usize], params: &Parameters) -> Result<Mlp> {
    if sizes.len() < 2 {
        bail!("mlp: the sizes go from the inputs to the outputs, as [784, 50, 10], got {sizes:?}");
    }
    let mut layers = Sequential::new(params).add("flatten", nn::Flatten);
    for (i, pair) in sizes.windows(2).enumerate() {
        if i > 0 {
            layers = layers.add(format!("relu{i}"), nn::Relu);
        }
        let name = format!("fc{}", i + 1);
        let fc = nn::linear(pair[0], pair[1], &params.at(&name))?;
        layers = layers.add(name, fc);
    }
    Ok(Mlp { layers })
}

impl Model for Mlp {
    /// (N, ...), flattened, to the logits (N, outputs).
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        self.layers.forward(x, train)
    }
}
