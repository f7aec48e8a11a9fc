//! The residual network of `5_deep`: 20 layers of 8 channels on digits of 14x14, with batch
//! normalisation, written as a student writes it.

use helpers::prelude::*;

use super::training::{self, LR, Training, batches};

struct Block(nn::Sequential);

impl Model for Block {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        F::relu(&(self.0.forward(x, train)? + x)?)
    }
}

fn conv3x3(inputs: usize, params: &Parameters) -> Result<nn::Conv2d> {
    Ok(nn::conv2d_no_bias(inputs, 8, 3, params)?.padding(1))
}

pub fn helpers(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let mut model = nn::Sequential::new(&params)
        .add("conv", conv3x3(1, &params.at("conv"))?.stride(2))
        .add("bn", nn::batch_norm2d(8, &params.at("bn"))?)
        .add("relu", nn::Relu);
    for i in 0..9 {
        let p = params.at(i);
        let block = nn::Sequential::new(&p)
            .add("conv1", conv3x3(8, &p.at("conv1"))?)
            .add("bn1", nn::batch_norm2d(8, &p.at("bn1"))?)
            .add("relu", nn::Relu)
            .add("conv2", conv3x3(8, &p.at("conv2"))?)
            .add("bn2", nn::batch_norm2d(8, &p.at("bn2"))?);
        model = model.add(i, Block(block));
    }
    let model = model
        .add("flatten", nn::Flatten)
        .add("fc", nn::linear(8 * 7 * 7, 10, &params.at("fc"))?);
    let sgd = optim::Sgd::new(&params, LR)?.momentum(0.9)?;
    let batches = batches(&[batch, 1, 14, 14], 10)?;
    let loss = loss::cross_entropy;
    Ok(training::helpers(&params, model, loss, sgd, batches))
}
