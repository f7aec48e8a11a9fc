//! TP1's multilayer perceptron for 28x28 digits: 784-50-10 with dropout, 39,760 parameters.

use helpers::candle_nn::{self, Module, ops};
use helpers::prelude::*;

use super::training::{self, LR, Training, batches};

pub fn helpers(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let model = nn::Sequential::new(&params)
        .add("fc1", nn::linear(784, 50, &params.at("fc1"))?)
        .add("relu", nn::Relu)
        .add("dropout", nn::dropout(0.5)?)
        .add("fc2", nn::linear(50, 10, &params.at("fc2"))?);
    let adam = optim::Adam::new(&params, LR)?;
    let batches = batches(&[batch, 784], 10)?;
    let loss = loss::cross_entropy;
    Ok(training::helpers(&params, model, loss, adam, batches))
}

pub fn candle(batch: usize) -> Result<Training> {
    let (vars, vb) = training::candle_vars();
    let fc1 = candle_nn::linear(784, 50, vb.pp("fc1"))?;
    let fc2 = candle_nn::linear(50, 10, vb.pp("fc2"))?;
    let model = move |x: &Tensor| fc2.forward(&ops::dropout(&fc1.forward(x)?.relu()?, 0.5)?);
    let adam = training::candle_adam(&vars)?;
    let batches = batches(&[batch, 784], 10)?;
    let loss = candle_nn::loss::cross_entropy;
    Ok(training::candle(&vars, model, loss, adam, batches))
}
