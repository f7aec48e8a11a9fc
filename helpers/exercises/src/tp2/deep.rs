//! Notebook 5: batch normalisation, and the loop that trains a network which has it.

use candle_core::{DType, Device, Error, Result, Tensor};

use super::residual_blocks::{EPS, randomise};
use crate::{Card, check};
use candle_functional::{self as F, random, values};
use networks::data::DataLoader;
use networks::loss;
use networks::nn::{self, BatchNorm2d, Conv2d, Model, Parameters, Sequential};
use networks::optim::{CosineLr, Optimizer, Schedule, Sgd};

/// Checks batch normalisation in training mode: `f(x, weight, bias)` normalises each channel of x (N, C, H, W)
/// over the batch and its pixels, then scales it by `weight` (C) and shifts it by `bias` (C).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::batch_norm_by_hand(|x, weight, bias| {
///     Ok(F::batch_norm_training(x, weight, bias, 1e-5)?.0)
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn batch_norm_by_hand(f: impl Fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>) -> Card {
    let verified = "Each channel has its own mean and variance, scale and shift";
    check("Batch normalisation by hand", verified, |cases| {
        let worked = Tensor::new(&[[[[2f32]]], [[[4f32]]]], &Device::Cpu)?;
        let mut inputs = vec![worked];
        for (n, channels, side) in [(4, 1, 3), (2, 3, 4), (8, 5, 2)] {
            let x = random::normal(0.0, 1.0, (n, channels, side, side), &Device::Cpu)?;
            let spread = random::uniform(0.5, 3.0, (1, channels, 1, 1), &Device::Cpu)?;
            let centre = random::uniform(-2.0, 2.0, (1, channels, 1, 1), &Device::Cpu)?;
            inputs.push(x.broadcast_mul(&spread)?.broadcast_add(&centre)?);
        }
        for scaled in [false, true] {
            for x in &inputs {
                let channels = x.dim(1)?;
                let (weight, bias, which) = match scaled {
                    false => (
                        Tensor::ones(channels, DType::F32, &Device::Cpu)?,
                        Tensor::zeros(channels, DType::F32, &Device::Cpu)?,
                        "weight 1 and bias 0",
                    ),
                    true => (
                        random::uniform(-2.0, 2.0, channels, &Device::Cpu)?,
                        random::uniform(-2.0, 2.0, channels, &Device::Cpu)?,
                        "random weight and bias",
                    ),
                };
                cases.hint(if scaled { "Hint 2" } else { "Hint 1" });
                let call = format!("batch_norm of x {:?} with {which}", x.dims());
                let right = normalised(x, &weight, &bias)?;
                cases.close_tensor(&call, || f(x, &weight, &bias), &right)?;
            }
        }
        // A channel without any variance: nothing may become infinite.
        let flat = Tensor::full(3f32, (2, 2, 2, 2), &Device::Cpu)?;
        let weight = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
        let bias = Tensor::new(&[0f32, 0.5], &Device::Cpu)?;
        let right = normalised(&flat, &weight, &bias)?;
        let call = "batch_norm of x (2, 2, 2, 2) that is 3 everywhere";
        cases.close_tensor(call, || f(&flat, &weight, &bias), &right)
    })
}

/// The same number by number, in f64.
fn normalised(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let (n, channels, height, width) = x.dims4()?;
    let (all, weight, bias) = (values(x)?, values(weight)?, values(bias)?);
    let channel = |i: usize| i / (height * width) % channels;
    let count = (n * height * width) as f64;
    let (mut mean, mut variance) = (vec![0.0; channels], vec![0.0; channels]);
    for (i, value) in all.iter().enumerate() {
        mean[channel(i)] += value / count;
    }
    for (i, value) in all.iter().enumerate() {
        variance[channel(i)] += (value - mean[channel(i)]).powi(2) / count;
    }
    let mut y = Vec::new();
    for (i, value) in all.iter().enumerate() {
        let c = channel(i);
        let normal = (value - mean[c]) / (variance[c] + EPS).sqrt();
        y.push((normal * weight[c] + bias[c]) as f32);
    }
    Tensor::from_vec(y, x.shape(), &Device::Cpu)
}

/// Checks a training loop: `f(model, sgd, loader, epochs)` trains in training mode with a learning rate that
/// falls from the optimizer's along a cosine, set before each epoch, and returns the mean loss of each epoch.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::training_loop(|_model, _sgd, _loader, epochs| Ok(vec![0.0; epochs]));
/// assert!(card.message().contains("batches that bn1 saw"));
/// ```
pub fn training_loop(
    f: impl Fn(&dyn Model, &mut Sgd, &DataLoader, usize) -> Result<Vec<f64>>,
) -> Card {
    let verified = "Batch normalisation sees every batch, and the learning rate falls";
    check("Two bugs in a training loop", verified, |cases| {
        let centres = [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
        for (seed, points, epochs) in [(1, 8, 3), (2, 16, 5), (3, 24, 8)] {
            let loader = DataLoader::new(datasets::blobs(points, &centres, 0.5)?, 8)?;
            let right = outcome(&right_loop, seed, &loader, epochs)?;
            let of = format!("{epochs} epochs of {} batches", loader.len());
            cases.hint("Hint 1");
            let seen = || Ok(outcome(&f, seed, &loader, epochs)?.batches);
            cases.equal(
                &format!("the batches that bn1 saw in training mode in {of}"),
                seen,
                right.batches,
            )?;
            cases.hint("Hint 2");
            let last = || Ok(outcome(&f, seed, &loader, epochs)?.lr);
            let input = format!("the learning rate of the last of {of}, from 0.1 on");
            cases.close(&input, last, right.lr)?;
            let losses = || Ok(outcome(&f, seed, &loader, epochs)?.losses);
            cases.close_list(&format!("the losses of {of}"), losses, &right.losses)?;
        }
        Ok(())
    })
}

/// What a training left.
struct Outcome {
    losses: Vec<f64>,
    /// How many batches a normalisation saw in training mode.
    batches: i64,
    lr: f64,
}

/// Trains a small network with batch normalisation by this loop.
fn outcome(
    train: &impl Fn(&dyn Model, &mut Sgd, &DataLoader, usize) -> Result<Vec<f64>>,
    seed: u64,
    loader: &DataLoader,
    epochs: usize,
) -> Result<Outcome> {
    random::manual_seed(seed);
    let params = Parameters::new(&Device::Cpu);
    let bn = nn::batch_norm1d(8, &params.at("bn1"))?;
    let model = Sequential::new(&params)
        .add("fc1", nn::linear(2, 8, &params.at("fc1"))?)
        .add("bn1", bn.clone())
        .add("relu1", nn::Relu)
        .add("fc2", nn::linear(8, 3, &params.at("fc2"))?);
    let mut sgd = Sgd::new(&params, 0.1)?;
    Ok(Outcome {
        losses: train(&model, &mut sgd, loader, epochs)?,
        batches: bn.num_batches_tracked.tensor().to_scalar::<i64>()?,
        lr: sgd.lr(),
    })
}

fn right_loop(
    model: &dyn Model,
    sgd: &mut Sgd,
    loader: &DataLoader,
    epochs: usize,
) -> Result<Vec<f64>> {
    let schedule = CosineLr::new(sgd.lr(), epochs)?;
    let mut losses = Vec::new();
    for epoch in 0..epochs {
        sgd.set_lr(schedule.lr(epoch))?;
        let mut sum = 0.0;
        for batch in loader {
            let (x, targets) = batch?;
            let loss = loss::cross_entropy(&model.forward(&x, true)?, &targets)?;
            sgd.backward_step(&loss)?;
            sum += f64::from(loss.to_scalar::<f32>()?);
        }
        losses.push(sum / loader.len() as f64);
    }
    Ok(losses)
}

/// Checks a batch normalisation that is folded into the convolution before it: `f(conv, bn)` gives the weight
/// and the bias of one convolution that returns what both return in evaluation mode.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::folded(|conv, bn| Ok((conv.weight.tensor(), bn.bias.tensor())));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn folded(f: impl Fn(&Conv2d, &BatchNorm2d) -> Result<(Tensor, Tensor)>) -> Card {
    let verified = "One convolution returns what convolution and normalisation returned";
    check("Batch normalisation folded away", verified, |cases| {
        for (inputs, outputs, k) in [(1, 2, 1), (3, 4, 3), (8, 8, 3), (2, 5, 5)] {
            let params = Parameters::new(&Device::Cpu);
            let conv = nn::conv2d_no_bias(inputs, outputs, k, &params.at("conv"))?.padding(k / 2);
            let bn = nn::batch_norm2d(outputs, &params.at("bn"))?;
            randomise(&params)?;
            let x = random::normal(0.0, 1.0, (2, inputs, 6, 6), &Device::Cpu)?;
            let right = bn.forward(&conv.forward(&x, false)?, false)?;
            let call = format!("folded(conv, bn) with weights ({outputs}, {inputs}, {k}, {k})");
            let shapes = || {
                let (weight, bias) = f(&conv, &bn)?;
                Ok::<_, Error>((weight.dims().to_vec(), bias.dims().to_vec()))
            };
            let expected = (vec![outputs, inputs, k, k], vec![outputs]);
            cases.hint("Hint 1");
            cases.equal(&format!("the shapes of {call}"), shapes, expected)?;
            cases.hint("Hint 2");
            let output = || {
                let (weight, bias) = f(&conv, &bn)?;
                F::conv2d(&x, &weight, Some(&bias), conv.options)
            };
            cases.close_tensor(&format!("the convolution of {call}"), output, &right)?;
        }
        Ok(())
    })
}
