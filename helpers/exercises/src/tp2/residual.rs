//! Notebook 5: blocks with shortcuts.

use candle_core::{Device, Error, Result, Tensor};

use super::residual_blocks::{halving, pre_activation as pre_activated, randomise, residual};
use crate::{Card, Cases, check};
use candle_functional::{random, values};
use networks::nn::{self, Model, Parameters};

/// Checks a residual block that halves the image: `f(inputs, outputs, params)` builds one that maps
/// (N, inputs, H, W) to (N, outputs, H / 2, W / 2), with the layers `conv1`, `bn1`, `conv2`, `bn2`, and `fit` and
/// `bn3` on the way around.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::halving_block(|inputs, outputs, params| {
///     nn::conv2d_no_bias(inputs, outputs, 3, &params.at("conv1"))
/// });
/// assert!(card.message().contains("expected 3680, got 1152"));
/// ```
pub fn halving_block<M: Model>(f: impl Fn(usize, usize, &Parameters) -> Result<M>) -> Card {
    let verified = "Parameters, shapes and outputs are right, in training and in evaluation mode";
    check("A block that halves the image", verified, |cases| {
        for (inputs, outputs, side) in [(8, 16, 8), (1, 2, 6), (5, 5, 7)] {
            let call = format!("halving_block({inputs}, {outputs}, params)");
            // 9 weights a kernel and channel in the two convolutions, 1 in `fit`; a scale and a shift each.
            let count = 9 * (inputs + outputs) * outputs + inputs * outputs + 6 * outputs;
            let build = |params: &Parameters| f(inputs, outputs, params);
            let shape = (3, inputs, side, side);
            block(cases, &call, count, shape, build, halving)?;
        }
        Ok(())
    })
}

/// Checks a block with normalisation and ReLU before each convolution: `f(channels, params)` builds one with
/// the layers `bn1`, `conv1`, `bn2` and `conv2` (He et al. 2016, Identity mappings in deep residual networks).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::pre_activation(|channels, params| {
///     nn::conv2d_no_bias(channels, channels, 3, &params.at("conv1"))
/// });
/// assert!(card.message().contains("expected 1184, got 576"));
/// ```
pub fn pre_activation<M: Model>(f: impl Fn(usize, &Parameters) -> Result<M>) -> Card {
    let verified = "The layers come in the right order, and the input is added as it came";
    check("A block with its ReLUs inside", verified, |cases| {
        for (channels, side) in [(8, 7), (3, 4)] {
            let call = format!("pre_activation({channels}, params)");
            let count = 18 * channels * channels + 4 * channels;
            let build = |params: &Parameters| f(channels, params);
            let shape = (3, channels, side, side);
            block(cases, &call, count, shape, build, pre_activated)?;
        }
        Ok(())
    })
}

/// What a block must return for its parameters and an input, in training mode or not.
type Right = fn(&Tensor, &Parameters, bool) -> Result<Tensor>;

/// One block that the student builds: its number of parameters, then its outputs in both modes.
fn block<M: Model>(
    cases: &mut Cases,
    call: &str,
    count: usize,
    shape: (usize, usize, usize, usize),
    build: impl Fn(&Parameters) -> Result<M>,
    right: Right,
) -> Result<()> {
    let counted = || {
        let params = Parameters::new(&Device::Cpu);
        build(&params)?;
        Ok::<_, Error>(params.count())
    };
    cases.hint("Hint 1");
    cases.equal(&format!("the parameters of {call}"), counted, count)?;
    let params = Parameters::new(&Device::Cpu);
    let model = build(&params)?;
    randomise(&params)?;
    let x = random::normal(0.0, 1.0, shape, &Device::Cpu)?;
    cases.hint("Hint 2");
    for (train, mode) in [(false, "evaluation"), (true, "training")] {
        let expected = right(&x, &params, train)?;
        let input = format!("{call}, forward of x {shape:?} in {mode} mode");
        cases.close_tensor(&input, || model.forward(&x, train), &expected)?;
    }
    Ok(())
}

/// Checks that blocks start as the identity: `f(params)` changes the parameters of a residual network whose
/// blocks are called block1, block2, ..., so that each returns its input (Goyal et al. 2017, Accurate, large
/// minibatch SGD).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::identity_start(|_params| Ok(()));
/// assert!(card.message().contains("block 1 of 1"));
/// ```
pub fn identity_start(f: impl Fn(&Parameters) -> Result<()>) -> Card {
    let verified = "Every block returns its input, and nothing else was changed";
    check("Blocks that start as the identity", verified, |cases| {
        for blocks in [1, 3, 9] {
            let params = network(blocks)?;
            let before = all_values(&params)?;
            cases.hint("Hint 1");
            for i in 1..=blocks {
                // Behind a ReLU no number is below 0.
                let x = random::uniform(0.0, 2.0, (2, 8, 7, 7), &Device::Cpu)?;
                let output = || {
                    f(&params)?;
                    residual(&x, &params.at(format!("block{i}")), true)
                };
                let input = format!("the output of block {i} of {blocks} for x (2, 8, 7, 7)");
                cases.close_tensor(&input, output, &x)?;
            }
            cases.hint("Hint 2");
            let changed = || {
                let pairs = before.iter().zip(all_values(&params)?);
                let changed = pairs.filter(|(before, after)| before.1 != after.1);
                Ok::<_, Error>(changed.map(|(before, _)| before.0.clone()).collect())
            };
            let expected: Vec<String> = (1..=blocks)
                .map(|i| format!("block{i}.bn2.weight"))
                .collect();
            cases.equal("which parameters changed", changed, expected)?;
        }
        Ok(())
    })
}

/// The parameters of the notebook's residual network with so many blocks.
fn network(blocks: usize) -> Result<Parameters> {
    let params = Parameters::new(&Device::Cpu);
    nn::conv2d_no_bias(1, 8, 3, &params.at("conv"))?;
    nn::batch_norm2d(8, &params.at("bn"))?;
    for i in 1..=blocks {
        let block = params.at(format!("block{i}"));
        for unit in 1..=2 {
            nn::conv2d_no_bias(8, 8, 3, &block.at(format!("conv{unit}")))?;
            nn::batch_norm2d(8, &block.at(format!("bn{unit}")))?;
        }
    }
    nn::linear(392, 10, &params.at("fc"))?;
    Ok(params)
}

/// Each parameter's name and values.
fn all_values(params: &Parameters) -> Result<Vec<(String, Vec<f64>)>> {
    let all = params.all().into_iter();
    all.map(|p| Ok((p.name().to_string(), values(&p.tensor())?)))
        .collect()
}
