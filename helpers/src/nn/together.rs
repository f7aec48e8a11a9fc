//! Layers that run as one: a convolution with the ReLU and the max pooling after it, a linear map
//! with the ReLU and the dropout.
//!
//! Large tensors between them are then neither written out nor read again, and the way back has one
//! step and not three. The numbers are the same, bit for bit. It happens on the CPU, inside a
//! `Sequential`, while nobody looks: a trace shows every layer.

use std::any::Any;

use candle_core::Tensor;

use super::{Conv2d, Dropout, Linear, Parameter, Pool, Relu};
use crate::functional::{self as F, After, PoolOptions};
use crate::trace;

/// What a layer is, as far as it matters here.
#[derive(Clone)]
pub(super) enum Part {
    Conv2d(Conv2d),
    Linear(Linear),
    MaxPool2d(PoolOptions),
    Relu,
    Dropout(f64),
    Other,
}

impl Part {
    pub(super) fn of(layer: &dyn Any) -> Part {
        if let Some(conv) = layer.downcast_ref::<Conv2d>() {
            return Part::Conv2d(conv.clone());
        }
        if let Some(linear) = layer.downcast_ref::<Linear>() {
            return Part::Linear(linear.clone());
        }
        if let Some(options) = layer.downcast_ref().and_then(Pool::max_pool2d) {
            return Part::MaxPool2d(options);
        }
        if let Some(dropout) = layer.downcast_ref::<Dropout>() {
            return Part::Dropout(dropout.p);
        }
        match layer.is::<Relu>() {
            true => Part::Relu,
            false => Part::Other,
        }
    }
}

/// What the first of these layers make of x, if they can run as one, and how many they are. Where
/// something does not fit the answer is `None`: run one by one, the layers say what it is.
pub(super) fn together(parts: &[Part], x: &Tensor, train: bool) -> Option<(Tensor, usize)> {
    if trace::is_on() || !F::on_cpu(x) {
        return None;
    }
    let (first, rest) = parts.split_first()?;
    match (first, rest) {
        (Part::Conv2d(conv), [Part::MaxPool2d(pool), Part::Relu, ..])
        | (Part::Conv2d(conv), [Part::Relu, Part::MaxPool2d(pool), ..]) => {
            Some((convolution(conv, x, Some(*pool), true)?, 3))
        }
        (Part::Conv2d(conv), [Part::MaxPool2d(pool), ..]) => {
            Some((convolution(conv, x, Some(*pool), false)?, 2))
        }
        (Part::Conv2d(conv), [Part::Relu, ..]) => Some((convolution(conv, x, None, true)?, 2)),
        (Part::Linear(fc), [Part::Relu, Part::Dropout(p), ..]) if train && *p > 0.0 && *p < 1.0 => {
            Some((linear(fc, x, Some(*p))?, 3))
        }
        (Part::Linear(fc), [Part::Relu, ..]) => Some((linear(fc, x, None)?, 2)),
        _ => None,
    }
}

fn convolution(conv: &Conv2d, x: &Tensor, pool: Option<PoolOptions>, relu: bool) -> Option<Tensor> {
    let (weight, bias) = (
        conv.weight.tensor(),
        conv.bias.as_ref().map(Parameter::tensor),
    );
    F::conv2d_and(x, &weight, bias.as_ref(), conv.options, pool, relu).ok()
}

fn linear(fc: &Linear, x: &Tensor, dropout: Option<f64>) -> Option<Tensor> {
    let (weight, bias) = (fc.weight.tensor(), fc.bias.tensor());
    let after = After {
        relu: true,
        dropout,
    };
    F::linear_and(x, &weight, Some(&bias), after).ok()
}
