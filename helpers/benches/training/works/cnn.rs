//! TP2's network for 28x28 digits: two convolutions with pooling, two dense layers, 27,830
//! parameters.

use helpers::candle_nn::{self, Module, ops};
use helpers::prelude::*;

use super::training::{self, LR, Training, batches};

pub fn helpers(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let p = |name: &str| params.at(name);
    let model = nn::Sequential::new(&params)
        .add("conv1", nn::conv2d(1, 10, 5, &p("conv1"))?.padding(2)) // (N, 10, 28, 28)
        .add("pool1", nn::max_pool2d(2)) // (N, 10, 14, 14)
        .add("relu1", nn::Relu)
        .add("conv2", nn::conv2d(10, 10, 5, &p("conv2"))?.padding(2))
        .add("pool2", nn::max_pool2d(2)) // (N, 10, 7, 7)
        .add("relu2", nn::Relu)
        .add("flatten", nn::Flatten) // (N, 490)
        .add("fc1", nn::linear(490, 50, &p("fc1"))?)
        .add("relu3", nn::Relu)
        .add("dropout", nn::dropout(0.5)?)
        .add("fc2", nn::linear(50, 10, &p("fc2"))?);
    let adam = optim::Adam::new(&params, LR)?;
    let batches = batches(&[batch, 1, 28, 28], 10)?;
    let loss = loss::cross_entropy;
    Ok(training::helpers(&params, model, loss, adam, batches))
}

pub fn candle(batch: usize) -> Result<Training> {
    let (vars, vb) = training::candle_vars();
    let same = candle_nn::Conv2dConfig {
        padding: 2,
        ..Default::default()
    };
    let conv1 = candle_nn::conv2d(1, 10, 5, same, vb.pp("conv1"))?;
    let conv2 = candle_nn::conv2d(10, 10, 5, same, vb.pp("conv2"))?;
    let fc1 = candle_nn::linear(490, 50, vb.pp("fc1"))?;
    let fc2 = candle_nn::linear(50, 10, vb.pp("fc2"))?;
    let model = move |x: &Tensor| {
        let x = conv1.forward(x)?.max_pool2d(2)?.relu()?;
        let x = conv2.forward(&x)?.max_pool2d(2)?.relu()?;
        let x = fc1.forward(&x.flatten_from(1)?)?.relu()?;
        fc2.forward(&ops::dropout(&x, 0.5)?)
    };
    let adam = training::candle_adam(&vars)?;
    let batches = batches(&[batch, 1, 28, 28], 10)?;
    let loss = candle_nn::loss::cross_entropy;
    Ok(training::candle(&vars, model, loss, adam, batches))
}
