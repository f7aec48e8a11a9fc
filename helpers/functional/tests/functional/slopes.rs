//! Every gradient against central differences, in f64.

use candle_core::{DType, Device, Result, Shape, Tensor, Var};
use candle_functional::{self as F, random, random::manual_seed};

fn normal(shape: impl Into<Shape>) -> Var {
    let x = random::normal(0.0, 1.0, shape, &Device::Cpu).unwrap();
    Var::from_tensor(&x.to_dtype(DType::F64).unwrap()).unwrap()
}

/// Compares the gradients of a sum of `run`'s squares with slopes.
fn check(vars: &[&Var], run: impl Fn() -> Result<Tensor>) {
    const STEP: f64 = 1e-5;
    let loss = || -> Result<Tensor> { (run()? + 0.5)?.sqr()?.sum_all() };
    let grads = loss().unwrap().backward().unwrap();
    for var in vars {
        let numbers = |x: &Tensor| x.flatten_all().unwrap().to_vec1::<f64>().unwrap();
        let (start, grad) = (numbers(var), numbers(grads.get(var).expect("a gradient")));
        let set = |values: Vec<f64>| {
            let values = Tensor::from_vec(values, var.dims(), var.device()).unwrap();
            var.set(&values).unwrap();
        };
        for i in 0..start.len() {
            let at = |shift: f64| {
                let mut values = start.clone();
                values[i] += shift;
                set(values);
                loss().unwrap().to_scalar::<f64>().unwrap()
            };
            let slope = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            assert!(
                (slope - grad[i]).abs() <= 1e-7 * (1.0 + slope.abs()),
                "element {i} of {:?}: the gradient is {}, the slope {slope}",
                var.dims(),
                grad[i]
            );
        }
        set(start);
    }
}

#[test]
fn of_convolutions() {
    manual_seed(1);
    let options = F::ConvOptions {
        stride: 2,
        padding: 2,
        dilation: 2,
        groups: 2,
    };
    let bias = normal(4);
    let (x, w) = (normal((2, 2, 9)), normal((4, 1, 3)));
    check(&[&x, &w, &bias], || F::conv1d(&x, &w, Some(&bias), options));
    let (x, w) = (normal((2, 2, 5, 6)), normal((4, 1, 3, 2)));
    check(&[&x, &w, &bias], || F::conv2d(&x, &w, Some(&bias), options));
    let (x, w) = (normal((1, 2, 3, 4, 5)), normal((4, 1, 2, 3, 2)));
    check(&[&x, &w, &bias], || F::conv3d(&x, &w, Some(&bias), options));
    let (x, w) = (normal((2, 3, 3, 2)), normal((3, 4, 3, 2)));
    check(&[&x, &w, &bias], || {
        F::conv_transpose2d(&x, &w, Some(&bias), 2, 1, 1)
    });
}

#[test]
fn of_pooling_and_resizing() {
    manual_seed(2);
    let windows = F::PoolOptions::new(3).stride(2).padding(1);
    let x = normal((2, 2, 7));
    check(&[&x], || F::max_pool1d(&x, windows));
    check(&[&x], || F::avg_pool1d(&x, windows));
    let x = normal((2, 2, 5, 6));
    check(&[&x], || F::max_pool2d(&x, windows));
    check(&[&x], || F::avg_pool2d(&x, windows));
    check(&[&x], || F::adaptive_avg_pool2d(&x, (3, 4)));
    check(&[&x], || F::upsample_nearest2d(&x, (7, 4)));
    check(&[&x], || F::upsample_bilinear2d(&x, (7, 4), false));
    check(&[&x], || F::upsample_bilinear2d(&x, (3, 8), true));
    let options = F::ConvOptions {
        stride: 2,
        padding: 1,
        ..Default::default()
    };
    check(&[&x], || F::unfold(&x, 3, options));
}

#[test]
fn of_everything_else() {
    manual_seed(3);
    let x = normal((2, 3, 4));
    check(&[&x], || F::relu(&x));
    check(&[&x], || F::sigmoid(&x));
    check(&[&x], || F::tanh(&x));
    for dim in 0..3 {
        check(&[&x], || F::softmax(&x, dim));
        check(&[&x], || F::log_softmax(&x, dim));
    }
    check(&[&x], || {
        manual_seed(4);
        F::dropout(&x, 0.3, true)
    });
    let (w, b) = (normal((5, 4)), normal(5));
    check(&[&x, &w, &b], || F::linear(&x, &w, Some(&b)));
    let (w, b) = (normal((3, 4)), normal((3, 4)));
    check(&[&x, &w, &b], || {
        F::layer_norm(&x, &[3, 4], Some(&w), Some(&b), 1e-3)
    });
    let (w, b, mean) = (normal(3), normal(3), normal(3));
    let var = Var::from_tensor(&(normal(3).sqr().unwrap() + 0.5).unwrap()).unwrap();
    check(&[&x, &mean, &var, &w, &b], || {
        F::batch_norm(&x, &mean, &var, Some(&w), Some(&b), 1e-3)
    });
    // In loops of their own: with the batch's statistics, and with constant ones.
    let constant = (&mean.as_detached_tensor(), &var.as_detached_tensor());
    let (mean, var) = constant;
    check(&[&x, &w, &b], || {
        F::batch_norm(&x, mean, var, Some(&w), Some(&b), 1e-3)
    });
    check(&[&x, &w, &b], || {
        Ok(F::batch_norm_training(&x, &w, &b, 1e-3)?.0)
    });
    for given in [None, Some(constant)] {
        check(&[&x, &w, &b], || {
            Ok(F::batch_norm_relu(&x, given, &w, &b, 1e-3)?.0)
        });
    }
    check(&[&x], || F::add_relu(&x, &(x.as_tensor() * 0.5)?));
    check(&[&x], || F::flatten(&x));
}
