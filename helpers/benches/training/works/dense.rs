//! A network as those of `6_dense_prediction`: a class for each pixel of a scene of 64x64, back at its
//! size by two transposed convolutions.

use helpers::prelude::*;

use super::training::{self, LR, Training, batches};

struct Up(nn::Parameter);

impl Model for Up {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        F::conv_transpose2d(x, &self.0.tensor(), None, 2, 1, 0)
    }
}

pub fn helpers(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let conv = |i: usize, inputs, outputs| {
        Ok::<_, Error>(nn::conv2d(inputs, outputs, 3, &params.at(i))?.padding(1))
    };
    let up = |i: usize, inputs: usize, outputs: usize| {
        let init = nn::Init::pytorch_default(16 * outputs);
        let weight = params
            .at(i)
            .create("weight", (inputs, outputs, 4, 4), init)?;
        Ok::<_, Error>(Up(weight))
    };
    let model = nn::Sequential::new(&params)
        .add(0, conv(0, 3, 16)?)
        .add(1, nn::Relu)
        .add(2, nn::max_pool2d(2))
        .add(3, conv(3, 16, 32)?)
        .add(4, nn::Relu)
        .add(5, nn::max_pool2d(2))
        .add(6, conv(6, 32, 64)?)
        .add(7, nn::Relu)
        .add(8, up(8, 64, 16)?)
        .add(9, nn::Relu)
        .add(10, up(10, 16, 3)?);
    let adam = optim::Adam::new(&params, LR)?;
    let batches = batches(&[batch, 3, 64, 64], 3)?.targets(|classes| {
        let pixels = classes.reshape((batch, 1, 1))?;
        pixels.broadcast_as((batch, 64, 64))?.contiguous()
    })?;
    let loss = loss::cross_entropy;
    Ok(training::helpers(&params, model, loss, adam, batches))
}
