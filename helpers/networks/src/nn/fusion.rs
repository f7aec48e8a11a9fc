//! Layers that run as one: a convolution with the ReLU and the max pooling after it, a linear map
//! with the ReLU and the dropout, a batch normalisation with the ReLU.
//!
//! Large tensors between them are then neither written out nor read again, and backward takes one
//! step and not three. The numbers are the same, bit for bit. It happens on the CPU, inside a
//! `Sequential`, while no trace is on: a trace shows every layer.

use std::sync::Arc;

use candle_core::{Result, Tensor};

use super::Parameter;
use candle_functional::trace;
use candle_functional::{self as F, ConvOptions, LinearEpilogue, PoolOptions};

/// The output for x, while training or not.
pub type Forward = dyn Fn(&Tensor, bool) -> Result<Tensor> + Send + Sync;

/// What a layer says of itself, so that it can run as one with its neighbours.
#[derive(Clone)]
pub enum Fusible {
    /// A convolution over images.
    Conv2d {
        /// The kernels.
        weight: Parameter,
        /// One number per kernel.
        bias: Option<Parameter>,
        /// How the kernels move.
        options: ConvOptions,
    },
    /// A fully connected layer.
    Linear {
        /// The weights.
        weight: Parameter,
        /// One number per output.
        bias: Parameter,
    },
    /// A batch normalisation, as it runs with a ReLU behind it.
    BatchNorm(Arc<Forward>),
    /// A max pooling of images.
    MaxPool2d(PoolOptions),
    /// A ReLU.
    Relu,
    /// A dropout of this probability.
    Dropout(f64),
    /// Any other layer, which runs by itself.
    No,
}

/// The output of the first of these layers for x, if they can run as one, and how many they are.
/// Where something does not fit it is `None`: run one by one, the layers say what it is.
pub(super) fn forward_fused(
    layers: &[Fusible],
    x: &Tensor,
    train: bool,
) -> Option<(Tensor, usize)> {
    if trace::is_on() || !x.device().is_cpu() {
        return None;
    }
    let (first, rest) = layers.split_first()?;
    match first {
        Fusible::Conv2d {
            weight,
            bias,
            options,
        } => {
            let (pool, relu, count) = match rest {
                [Fusible::MaxPool2d(pool), Fusible::Relu, ..]
                | [Fusible::Relu, Fusible::MaxPool2d(pool), ..] => (Some(*pool), true, 3),
                [Fusible::MaxPool2d(pool), ..] => (Some(*pool), false, 2),
                [Fusible::Relu, ..] => (None, true, 2),
                _ => return None,
            };
            let (weight, bias) = (weight.tensor(), bias.as_ref().map(Parameter::tensor));
            let y = F::conv2d_fused(x, &weight, bias.as_ref(), *options, pool, relu);
            Some((y.ok()?, count))
        }
        Fusible::Linear { weight, bias } => {
            let (epilogue, count) = match rest {
                [Fusible::Relu, Fusible::Dropout(p), ..] if train && *p > 0.0 && *p < 1.0 => {
                    (LinearEpilogue::ReluDropout(*p), 3)
                }
                [Fusible::Relu, ..] => (LinearEpilogue::Relu, 2),
                _ => return None,
            };
            let y = F::linear_fused(x, &weight.tensor(), Some(&bias.tensor()), Some(epilogue));
            Some((y.ok()?, count))
        }
        Fusible::BatchNorm(with_relu) => match rest {
            [Fusible::Relu, ..] => Some((with_relu(x, train).ok()?, 2)),
            _ => None,
        },
        _ => None,
    }
}
