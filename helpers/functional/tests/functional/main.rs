//! The functions of `F`: corners, refusals, gradients against slopes.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod corners;
mod messages;
mod slopes;
mod steps;

use candle_core::{Device, Tensor, Var};

/// A variable on the CPU.
fn var<A: candle_core::NdArray>(values: A) -> Var {
    Var::new(values, &Device::Cpu).unwrap()
}

/// The numbers of a tensor, in order.
fn numbers(x: &Tensor) -> Vec<f32> {
    x.flatten_all().unwrap().to_vec1().unwrap()
}

/// The gradient of the sum of `y`, in order.
fn grad_of_sum(y: &Tensor, x: &Var) -> Vec<f32> {
    let grads = y.sum_all().unwrap().backward().unwrap();
    numbers(grads.get(x).expect("a gradient"))
}
