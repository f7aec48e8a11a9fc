//! The networks of `4_signals`: Waibel's for phonemes of 15 frames, and the tower that two signatures
//! go through, here side by side in one batch.

use helpers::prelude::*;

use super::training::{self, LR, Training, batches};

pub fn tdnn(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let model = nn::Sequential::new(&params)
        .add("h1", nn::conv1d(16, 8, 3, &params.at("h1"))?)
        .add("sigmoid1", nn::Sigmoid)
        .add("h2", nn::conv1d(8, 3, 5, &params.at("h2"))?)
        .add("sigmoid2", nn::Sigmoid)
        .add("flatten", nn::Flatten)
        .add("out", nn::linear(27, 3, &params.at("out"))?);
    let sgd = optim::Sgd::new(&params, LR)?.momentum(0.9)?;
    let batches = batches(&[batch, 16, 15], 3)?;
    let loss = loss::cross_entropy;
    Ok(training::helpers(&params, model, loss, sgd, batches))
}

pub fn siamese(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let conv = |name: &str, inputs, outputs| {
        Ok::<_, Error>(nn::conv1d(inputs, outputs, 5, &params.at(name))?.stride(2))
    };
    let model = nn::Sequential::new(&params)
        .add("conv1", conv("conv1", 4, 16)?)
        .add("relu1", nn::Relu)
        .add("conv2", conv("conv2", 16, 32)?)
        .add("relu2", nn::Relu)
        .add("flatten", nn::Flatten)
        .add("fc", nn::linear(32 * 29, 16, &params.at("fc"))?);
    let adam = optim::Adam::new(&params, LR)?;
    let batches = batches(&[2 * batch, 4, 128], 2)?;
    let apart = |y: &Tensor, _: &Tensor| {
        let n = y.dim(0)? / 2;
        loss::mse(&y.narrow(0, 0, n)?, &y.narrow(0, n, n)?)
    };
    Ok(training::helpers(&params, model, apart, adam, batches))
}
