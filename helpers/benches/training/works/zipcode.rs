//! The zip-code network (LeCun et al. 1989), 9,760 parameters: 16x16 inputs, a bias for every
//! position, tanh everywhere, squared error, one digit a step.
//!
//! Each plane of H2 sees 8 of the 12 planes of H1. Here the 12 planes of H2 are three groups of
//! four, which see planes 0 to 7, 4 to 11, and 8 to 11 with 0 to 3: one grouped convolution.

use helpers::candle_nn::{self, Module, VarBuilder};
use helpers::prelude::*;

use super::training::{self, LR, Training, batches};

/// The planes of H1 that the three groups see, 8 each.
const SEEN: [[(usize, usize); 2]; 3] = [[(0, 4), (4, 4)], [(4, 4), (8, 4)], [(8, 4), (0, 4)]];

fn seen_by_group(h1: &Tensor) -> Result<Tensor> {
    let planes = SEEN.as_flattened().iter();
    let planes = planes.map(|&(first, count)| h1.narrow(1, first, count));
    Tensor::cat(&planes.collect::<Result<Vec<_>>>()?, 1) // (N, 24, 8, 8)
}

struct ZipCode {
    h1: nn::Conv2d,
    h1_bias: nn::Parameter,
    h2: nn::Conv2d,
    h2_bias: nn::Parameter,
    h3: nn::Linear,
    out: nn::Linear,
}

impl Model for ZipCode {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let h1 = self.h1.forward(x, train)?; // (N, 12, 8, 8)
        let h1 = F::tanh(&h1.broadcast_add(&self.h1_bias.tensor())?)?;
        let h2 = self.h2.forward(&seen_by_group(&h1)?, train)?; // (N, 12, 4, 4)
        let h2 = F::tanh(&h2.broadcast_add(&self.h2_bias.tensor())?)?;
        let h3 = F::tanh(&self.h3.forward(&h2.flatten_from(1)?, train)?)?;
        F::tanh(&self.out.forward(&h3, train)?)
    }
}

pub fn helpers(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let conv = |inputs, name| nn::conv2d_no_bias(inputs, 12, 5, &params.at(name));
    let mut model = ZipCode {
        h1: conv(1, "h1")?.stride(2).padding(2), // 300 weights
        h1_bias: params.create("h1.bias", (12, 8, 8), nn::Init::ZEROS)?,
        h2: conv(8, "h2")?.stride(2).padding(2), // 2,400 weights
        h2_bias: params.create("h2.bias", (12, 4, 4), nn::Init::ZEROS)?,
        h3: nn::linear(192, 30, &params.at("h3"))?,
        out: nn::linear(30, 10, &params.at("out"))?,
    };
    model.h2.options.groups = SEEN.len();
    let sgd = optim::Sgd::new(&params, LR)?;
    Ok(training::helpers(
        &params,
        model,
        loss::mse,
        sgd,
        digits(batch)?,
    ))
}

pub fn candle(batch: usize) -> Result<Training> {
    let (vars, vb) = training::candle_vars();
    let conv = |inputs, groups, vb: VarBuilder| {
        let config = candle_nn::Conv2dConfig {
            padding: 2,
            stride: 2,
            groups,
            ..Default::default()
        };
        candle_nn::conv2d_no_bias(inputs, 12, 5, config, vb)
    };
    let (h1, h1_bias) = (conv(1, 1, vb.pp("h1"))?, vb.get((12, 8, 8), "h1.bias")?);
    let h2 = conv(8 * SEEN.len(), SEEN.len(), vb.pp("h2"))?;
    let h2_bias = vb.get((12, 4, 4), "h2.bias")?;
    let h3 = candle_nn::linear(192, 30, vb.pp("h3"))?;
    let out = candle_nn::linear(30, 10, vb.pp("out"))?;
    let model = move |x: &Tensor| {
        let h1 = h1.forward(x)?.broadcast_add(&h1_bias)?.tanh()?;
        let h2 = h2.forward(&seen_by_group(&h1)?)?;
        let h2 = h2.broadcast_add(&h2_bias)?.tanh()?;
        let h3 = h3.forward(&h2.flatten_from(1)?)?.tanh()?;
        out.forward(&h3)?.tanh()
    };
    let sgd = training::candle_sgd(&vars)?;
    let loss = candle_nn::loss::mse;
    Ok(training::candle(&vars, model, loss, sgd, digits(batch)?))
}

/// 16x16 inputs; the target is 1 for the right class and -1 for the others.
fn digits(batch: usize) -> Result<training::Batches> {
    let signs = |classes: &Tensor| (F::one_hot(classes, 10)? * 2.0)? - 1.0;
    batches(&[batch, 1, 16, 16], 10)?.targets(signs)
}
