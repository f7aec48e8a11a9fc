//! Notebook 4: layers and networks over time.

use candle_core::{Device, Error, Result, Tensor};

use crate::{Card, Cases, check};
use candle_functional::{self as F, ConvOptions, PoolOptions, random, values};
use networks::nn::{Model, Parameters};

const CASES: usize = 8;

/// Checks a time-delay layer: `f(x, weight, bias)` gives the sums (N, K, T - k + 1), before the activation,
/// for `x` (N, C, T), `weight` (K, C, k) and `bias` (K).
///
/// ```
/// use helpers::prelude::*;
/// let conv1d = |x: &Tensor, w: &Tensor, b: &Tensor| F::conv1d(x, w, Some(b), F::ConvOptions::default());
/// assert_eq!(exercise::tp2::time_delay(conv1d).status(), exercise::Status::Right);
/// ```
pub fn time_delay(f: impl Fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>) -> Card {
    let verified = "Each sum sees all channels of k frames, with the same weights at every moment";
    check("A time-delay layer", verified, |cases| {
        for case in 0..CASES {
            if case == 3 {
                cases.hint("Hint 2");
            }
            // The first are small: their cards can be followed by hand.
            let (n, channels, frames, kernels, k) = match case {
                0 => (1, 1, 3, 1, 2),
                1 => (1, 1, 4, 1, 3),
                2 => (1, 2, 3, 1, 2),
                _ => (2, 4, 7 + case, 3, case - 2),
            };
            let whole = |shape: &[usize]| random::uniform(-4.5, 4.5, shape, &Device::Cpu)?.round();
            let x = whole(&[n, channels, frames])?;
            let weight = whole(&[kernels, channels, k])?;
            let bias = whole(&[kernels])?;
            let call = match case {
                0 | 1 => format!(
                    "time_delay(x = {:?}, weight = {:?}, bias = {:?})",
                    values(&x)?,
                    values(&weight)?,
                    values(&bias)?
                ),
                _ => format!(
                    "time_delay of x ({n}, {channels}, {frames}), weight ({kernels}, {channels}, {k})"
                ),
            };
            let right = by_loops(&x, &weight, &bias)?;
            cases.close_tensor(&call, || f(&x, &weight, &bias), &right)?;
        }
        Ok(())
    })
}

/// The same number by number.
fn by_loops(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let (n, channels, frames) = x.dims3()?;
    let (kernels, _, k) = weight.dims3()?;
    let (x, w, b) = (values(x)?, values(weight)?, values(bias)?);
    let moments = frames - k + 1;
    let mut sums = Vec::new();
    for place in 0..n * kernels * moments {
        let (item, kernel, t) = (
            place / (kernels * moments),
            place / moments % kernels,
            place % moments,
        );
        let mut sum = b[kernel];
        for channel in 0..channels {
            for delay in 0..k {
                let input = x[(item * channels + channel) * frames + t + delay];
                sum += w[(kernel * channels + channel) * k + delay] * input;
            }
        }
        sums.push(sum as f32);
    }
    Tensor::from_vec(sums, (n, kernels, moments), &Device::Cpu)
}

/// Checks the time-delay network with other windows: `f(first, second, params)` builds it with windows of
/// `first` frames in h1 and `second` in h2, with the names of the original.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::windows(|_, _, params| models::mlp(&[240, 3], params));
/// assert!(card.message().contains("expected 521, got 723"));
/// ```
pub fn windows<M: Model>(f: impl Fn(usize, usize, &Parameters) -> Result<M>) -> Card {
    let verified = "Parameters and logits are right for four pairs of windows";
    check("Other windows", verified, |cases| {
        for (first, second) in [(3, 5), (1, 1), (5, 3), (2, 7)] {
            let count = 8 * (16 * first + 1) + 3 * (8 * second + 1) + 6;
            let call = format!("tdnn_with({first}, {second}, params)");
            let build = |params: &Parameters| f(first, second, params);
            built(cases, &call, count, (2, 16, 15), build, |params, x| {
                let h1 = conv(x, params, "h1", ConvOptions::default(), F::sigmoid)?;
                let h2 = conv(&h1, params, "h2", ConvOptions::default(), F::sigmoid)?;
                let out = params.at("out");
                let scaled = h2
                    .mean_keepdim(2)?
                    .broadcast_mul(&out.get("weight")?.tensor())?;
                scaled.broadcast_add(&out.get("bias")?.tensor())?.squeeze(2)
            })?;
        }
        Ok(())
    })
}

/// Checks a network of three convolutions whose dilation is 1, 2 and 4: `f(params)` builds conv1, conv2 and
/// conv3 with 8, 8 and 3 kernels of 3 frames and a ReLU after the first two, from (N, 16, 15) to (N, 3).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::dilated(|params| models::mlp(&[240, 3], params));
/// assert!(card.message().contains("expected 667, got 723"));
/// ```
pub fn dilated<M: Model>(f: impl Fn(&Parameters) -> Result<M>) -> Card {
    let verified = "667 parameters, and each logit depends on all 15 frames as it should";
    check("Dilated windows", verified, |cases| {
        for _ in 0..3 {
            built(
                cases,
                "dilated(params)",
                667,
                (2, 16, 15),
                &f,
                |params, x| {
                    let wide = |dilation| ConvOptions {
                        dilation,
                        ..Default::default()
                    };
                    let h1 = conv(x, params, "conv1", wide(1), F::relu)?;
                    let h2 = conv(&h1, params, "conv2", wide(2), F::relu)?;
                    conv(&h2, params, "conv3", wide(4), |x| Ok(x.clone()))?.squeeze(2)
                },
            )?;
        }
        Ok(())
    })
}

/// Checks a tower that keeps the order in time: `f(params)` builds conv1, conv2 and fc, from (N, 4, 128) to
/// (N, 16), with means over four parts of the time in place of one.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::tower_of_parts(|params| models::mlp(&[512, 16], params));
/// assert!(card.message().contains("expected 4992, got 8208"));
/// ```
pub fn tower_of_parts<M: Model>(f: impl Fn(&Parameters) -> Result<M>) -> Card {
    let verified =
        "4,992 parameters, and the embedding knows in which part of the time something happens";
    check("A tower that keeps the order", verified, |cases| {
        for _ in 0..3 {
            built(
                cases,
                "parts_tower(params)",
                4_992,
                (2, 4, 128),
                &f,
                |params, x| {
                    let stride = ConvOptions {
                        stride: 2,
                        ..Default::default()
                    };
                    let h = conv(x, params, "conv1", stride, F::relu)?;
                    let h = conv(&h, params, "conv2", stride, F::relu)?;
                    let parts = F::avg_pool1d(&h, PoolOptions::new(7))?.flatten_from(1)?;
                    let fc = params.at("fc");
                    F::linear(
                        &parts,
                        &fc.get("weight")?.tensor(),
                        Some(&fc.get("bias")?.tensor()),
                    )
                },
            )?;
        }
        Ok(())
    })
}

/// A convolution with the parameters of this name, and its activation.
fn conv(
    x: &Tensor,
    params: &Parameters,
    name: &str,
    options: ConvOptions,
    activation: impl Fn(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let layer = params.at(name);
    let (weight, bias) = (layer.get("weight")?.tensor(), layer.get("bias")?.tensor());
    activation(&F::conv1d(x, &weight, Some(&bias), options)?)
}

/// One network that the student builds: its number of parameters, then its outputs with parameters that are
/// all away from 0.
fn built<M: Model>(
    cases: &mut Cases,
    call: &str,
    count: usize,
    shape: (usize, usize, usize),
    build: impl Fn(&Parameters) -> Result<M>,
    outputs: impl Fn(&Parameters, &Tensor) -> Result<Tensor>,
) -> Result<()> {
    let counted = || {
        let params = Parameters::new(&Device::Cpu);
        build(&params)?;
        Ok::<_, Error>(params.count())
    };
    cases.equal(&format!("the parameters of {call}"), counted, count)?;
    let params = Parameters::new(&Device::Cpu);
    let model = build(&params)?;
    for parameter in params.all() {
        let shape = parameter.var().shape().clone();
        parameter.set(&random::uniform(-0.6, 0.6, shape, &Device::Cpu)?)?;
    }
    let x = random::uniform(-1.0, 1.0, shape, &Device::Cpu)?;
    let right = outputs(&params, &x)?; // or else its error lists the names that exist
    let input = format!("{call}, forward of x {shape:?}");
    cases.close_tensor(&input, || model.forward(&x, false), &right)
}
