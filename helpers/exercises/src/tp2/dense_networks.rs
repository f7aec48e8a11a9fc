//! Notebook 6: a classifier turned into a fully convolutional network, and a network with a skip.

use candle_core::{Device, Result, Tensor};

use super::residual_blocks::randomise;
use crate::{Card, check};
use candle_functional::{self as F, random};
use networks::nn::{self, Model, Parameters, Sequential};

/// Checks LeNet-5 turned into a fully convolutional network: `f(trained, params)` makes it of the
/// parameters of a classifier for images of 32 x 32, `conv1`, `conv2`, `fc1`, `fc2` and `fc3`, with the
/// same weights.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::fcn_of_lenet5(|_trained, params| {
///     let conv1 = nn::conv2d(1, 10, 32, &params.at("conv1"))?; // one layer for all
///     Ok(nn::Sequential::new(params).add("conv1", conv1))
/// });
/// assert!(card.message().contains("a batch of 2 images of 32 × 32"));
/// ```
pub fn fcn_of_lenet5(f: impl Fn(&Parameters, &Parameters) -> Result<Sequential>) -> Card {
    let verified = "Each place of the map has what the classifier returns for its window";
    check(
        "LeNet-5 as a fully convolutional network",
        verified,
        |cases| {
            for (n, height, width) in [(2, 32, 32), (1, 36, 44), (2, 50, 33)] {
                let trained = Parameters::new(&Device::Cpu);
                let classifier = lenet5(&trained)?;
                let x = random::normal(0.0, 1.0, (n, 1, height, width), &Device::Cpu)?;
                let (rows, columns) = ((height - 32) / 4 + 1, (width - 32) / 4 + 1);
                let mut scores = Vec::new();
                for row in 0..rows {
                    for column in 0..columns {
                        let window = x.narrow(2, 4 * row, 32)?.narrow(3, 4 * column, 32)?;
                        scores.push(classifier.forward(&window.contiguous()?, false)?);
                    }
                }
                let right = Tensor::stack(&scores, 2)?.reshape((n, 10, rows, columns))?;
                let call = format!("the output for a batch of {n} images of {height} × {width}");
                let output = || f(&trained, &Parameters::new(&Device::Cpu))?.forward(&x, false);
                cases.hint("Hint 1");
                let shape = || Ok(output()?.dims().to_vec());
                cases.equal(
                    &format!("the shape of {call}"),
                    shape,
                    right.dims().to_vec(),
                )?;
                cases.hint("Hint 2");
                cases.close_tensor(&call, output, &right)?;
            }
            Ok(())
        },
    )
}

fn lenet5(p: &Parameters) -> Result<Sequential> {
    Ok(Sequential::new(p)
        .add("conv1", nn::conv2d(1, 6, 5, &p.at("conv1"))?)
        .add("relu1", nn::Relu)
        .add("pool1", nn::max_pool2d(2))
        .add("conv2", nn::conv2d(6, 16, 5, &p.at("conv2"))?)
        .add("relu2", nn::Relu)
        .add("pool2", nn::max_pool2d(2))
        .add("flatten", nn::Flatten)
        .add("fc1", nn::linear(16 * 5 * 5, 120, &p.at("fc1"))?)
        .add("relu3", nn::Relu)
        .add("fc2", nn::linear(120, 84, &p.at("fc2"))?)
        .add("relu4", nn::Relu)
        .add("fc3", nn::linear(84, 10, &p.at("fc3"))?))
}

/// Checks a small network with a skip: `f(params)` makes it of `conv1` (3 to 8 maps, 3 x 3), `conv2` (8 to
/// 16 maps, 3 x 3), `score` (16 to 3) and `skip` (8 to 3). Behind each of the first two come a ReLU and a
/// max pooling of 2; `skip` takes the maps of `conv1` before they are pooled. The scores are enlarged
/// to the size of the skip's, and added.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::skip_network(|params| nn::conv2d(3, 3, 1, &params.at("score")));
/// assert!(card.message().contains("conv1.weight"));
/// ```
pub fn skip_network<M: Model>(f: impl Fn(&Parameters) -> Result<M>) -> Card {
    let verified = "The output is the sum of coarse and fine scores, at the size of the image";
    check("A skip", verified, |cases| {
        for (n, height, width) in [(2, 8, 12), (1, 16, 16), (2, 13, 10), (1, 7, 31)] {
            let params = Parameters::new(&Device::Cpu);
            let call = format!("images ({n}, 3, {height}, {width})");
            let model = cases.run("with_skip(params)", || f(&params))?;
            randomise(&params)?;
            let x = random::normal(0.0, 1.0, (n, 3, height, width), &Device::Cpu)?;
            let right = cases.run("the layers", || skipped(&params, &x))?;
            cases.hint("Hint 1");
            let shape = || Ok(model.forward(&x, false)?.dims().to_vec());
            cases.equal(
                &format!("the shape for {call}"),
                shape,
                right.dims().to_vec(),
            )?;
            cases.hint("Hint 2");
            cases.close_tensor(
                &format!("the output for {call}"),
                || model.forward(&x, false),
                &right,
            )?;
        }
        Ok(())
    })
}

fn skipped(params: &Parameters, x: &Tensor) -> Result<Tensor> {
    let conv = |name: &str, x: &Tensor, padding: usize| -> Result<Tensor> {
        let weight = params.get(&format!("{name}.weight"))?.tensor();
        let bias = params.get(&format!("{name}.bias"))?.tensor();
        let options = F::ConvOptions {
            padding,
            ..F::ConvOptions::default()
        };
        F::conv2d(x, &weight, Some(&bias), options)
    };
    let half = |x: &Tensor| F::max_pool2d(x, F::PoolOptions::new(2));
    let fine = conv("conv1", x, 1)?.relu()?;
    let coarse = conv("conv2", &half(&fine)?, 1)?.relu()?;
    let scores = conv("score", &half(&coarse)?, 0)?;
    let size = (x.dim(2)?, x.dim(3)?);
    F::upsample_bilinear2d(&scores, size, false)? + conv("skip", &fine, 0)?
}
