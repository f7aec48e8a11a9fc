//! The small CNN of the second practical.

use candle_core::Result;

use crate::nn::{self, Parameters, Sequential};

/// Two convolutions and two fully connected layers for 28 x 28 digits: images (N, 1, 28, 28) to the
/// logits (N, 10), 27,830 parameters.
///
/// `conv1` 1 -> 10, `pool1`, `relu1`, `conv2` 10 -> 10, `pool2`, `relu2`, `flatten`, `fc1` 490 -> 50,
/// `relu3`, `dropout`, `fc2` 50 -> 10. Kernels are 5 x 5 with padding 2.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = models::cnn(&params)?;
/// let x = Tensor::zeros((8, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&x, false)?.dims(), [8, 10]);
/// assert_eq!(params.count(), 27_830);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A name that is taken.
pub fn cnn(params: &Parameters) -> Result<Sequential> {
    Ok(Sequential::new(params)
        .add(
            "conv1",
            nn::conv2d(1, 10, 5, &params.at("conv1"))?.padding(2),
        )
        .add("pool1", nn::max_pool2d(2))
        .add("relu1", nn::Relu)
        .add(
            "conv2",
            nn::conv2d(10, 10, 5, &params.at("conv2"))?.padding(2),
        )
        .add("pool2", nn::max_pool2d(2))
        .add("relu2", nn::Relu)
        .add("flatten", nn::Flatten)
        .add("fc1", nn::linear(490, 50, &params.at("fc1"))?)
        .add("relu3", nn::Relu)
        .add("dropout", nn::dropout(0.5)?)
        .add("fc2", nn::linear(50, 10, &params.at("fc2"))?))
}
