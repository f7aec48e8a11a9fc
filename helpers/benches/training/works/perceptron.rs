//! TP1's perceptron: 2 inputs, 2 classes, 6 parameters. What is timed is the price of a call.

use helpers::candle_nn::{self, Module};
use helpers::prelude::*;

use super::training::{self, LR, Training, batches};

pub fn helpers(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(2, 2, &params.at("fc"))?;
    let sgd = optim::Sgd::new(&params, LR)?;
    let batches = batches(&[batch, 2], 2)?;
    let loss = loss::cross_entropy;
    Ok(training::helpers(&params, fc, loss, sgd, batches))
}

pub fn candle(batch: usize) -> Result<Training> {
    let (vars, vb) = training::candle_vars();
    let fc = candle_nn::linear(2, 2, vb.pp("fc"))?;
    let sgd = training::candle_sgd(&vars)?;
    let batches = batches(&[batch, 2], 2)?;
    let loss = candle_nn::loss::cross_entropy;
    let model = move |x: &Tensor| fc.forward(x);
    Ok(training::candle(&vars, model, loss, sgd, batches))
}
