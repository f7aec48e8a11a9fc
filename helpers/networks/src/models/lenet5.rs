//! LeNet-5, which read cheques in 1998.

use candle_core::Result;

use crate::nn::{self, Parameters, Sequential};

/// LeNet-5 of LeCun et al. 1998, "Gradient-based learning applied to document recognition", in the
/// dense form usual today: images (N, 1, 32, 32) to the logits (N, 10), 61,706 parameters. Its layers
/// have the paper's names: `c1`, `tanh1`, `s2`, `c3`, ..., `f6`, `output`.
///
/// Every map of C3 sees all of S2's, pooling is a plain mean and the outputs are logits; in the
/// paper C3 is connected in part, pooling has weights and the outputs measure distances.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = models::lenet5(&params)?;
/// let x = Tensor::zeros((8, 1, 32, 32), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&x, false)?.dims(), [8, 10]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A name that is taken.
pub fn lenet5(params: &Parameters) -> Result<Sequential> {
    Ok(Sequential::new(params)
        .add("c1", nn::conv2d(1, 6, 5, &params.at("c1"))?)
        .add("tanh1", nn::Tanh)
        .add("s2", nn::avg_pool2d(2))
        .add("c3", nn::conv2d(6, 16, 5, &params.at("c3"))?)
        .add("tanh3", nn::Tanh)
        .add("s4", nn::avg_pool2d(2))
        .add("c5", nn::conv2d(16, 120, 5, &params.at("c5"))?)
        .add("tanh5", nn::Tanh)
        .add("flatten", nn::Flatten)
        .add("f6", nn::linear(120, 84, &params.at("f6"))?)
        .add("tanh6", nn::Tanh)
        .add("output", nn::linear(84, 10, &params.at("output"))?))
}
