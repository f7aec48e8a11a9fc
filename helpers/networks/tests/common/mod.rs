//! What several test files share.

// Every test file compiles its own copy and uses a part of it.
#![allow(dead_code)]

pub mod reference;
pub mod training;

use helpers::prelude::*;

/// Compares the gradient of `loss` at `var` (f32) with central differences.
pub fn check_gradient(var: &Var, loss: impl Fn() -> Result<Tensor>) -> Result<()> {
    const STEP: f32 = 1e-2;
    let grads = loss()?.backward()?;
    let grad = grads.get(var).expect("the variable has a gradient");
    let grad: Vec<f32> = grad.flatten_all()?.to_vec1()?;
    let start: Vec<f32> = var.flatten_all()?.to_vec1()?;
    for i in 0..start.len() {
        let at = |shift: f32| {
            let mut values = start.clone();
            values[i] += shift;
            var.set(&Tensor::from_vec(values, var.dims(), var.device())?)?;
            loss()?.to_scalar::<f32>()
        };
        let slope = (at(STEP)? - at(-STEP)?) / (2.0 * STEP);
        assert!(
            (slope - grad[i]).abs() <= 1e-3 * (1.0 + slope.abs()),
            "element {i}: the gradient is {}, the slope {slope}",
            grad[i]
        );
    }
    var.set(&Tensor::from_vec(start, var.dims(), var.device())?)
}

/// Compares the gradient of `loss` at `var` (f64) with central differences.
pub fn check_gradient_f64(var: &Var, loss: impl Fn() -> Result<Tensor>) -> Result<()> {
    const STEP: f64 = 1e-6;
    let grads = loss()?.backward()?;
    let grad = grads.get(var).expect("the variable has a gradient");
    let grad: Vec<f64> = grad.flatten_all()?.to_vec1()?;
    let start: Vec<f64> = var.flatten_all()?.to_vec1()?;
    for i in 0..start.len() {
        let at = |shift: f64| {
            let mut values = start.clone();
            values[i] += shift;
            var.set(&Tensor::from_vec(values, var.dims(), var.device())?)?;
            loss()?.to_scalar::<f64>()
        };
        let slope = (at(STEP)? - at(-STEP)?) / (2.0 * STEP);
        assert!(
            (slope - grad[i]).abs() <= 1e-7 * (1.0 + slope.abs()),
            "element {i}: the gradient is {}, the slope {slope}",
            grad[i]
        );
    }
    var.set(&Tensor::from_vec(start, var.dims(), var.device())?)
}
