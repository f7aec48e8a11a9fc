//! Losses: their values, their gradients, and what they leave in a trace.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../common/mod.rs"]
mod common;
mod refusals;

use helpers::prelude::*;
use helpers::trace;
use proptest::prelude::prop;
use proptest::{prop_assert_eq, proptest};

fn tensor<A: helpers::candle_core::NdArray>(values: A) -> Tensor {
    Tensor::new(values, &Device::Cpu).unwrap()
}

fn nll(log_probs: &Tensor, targets: &Tensor) -> f32 {
    loss::nll(log_probs, targets).unwrap().to_scalar().unwrap()
}

#[test]
fn nll_is_the_mean_of_what_the_right_class_got() {
    let log_probs = tensor(&[[-1f32, -2., -3.], [-0.5, -4., -0.25], [-8., -16., -32.]]);
    assert_eq!(
        nll(&log_probs, &tensor(&[0u32, 2, 1])),
        (1.0 + 0.25 + 16.0) / 3.0
    );
    assert_eq!(
        nll(&log_probs, &tensor(&[2u32, 1, 0])),
        (3.0 + 4.0 + 8.0) / 3.0
    );
}

#[test]
fn nll_takes_tensors_that_are_not_contiguous() {
    let log_probs = tensor(&[[-1f32, -2.], [-3., -4.]]);
    assert_eq!(
        nll(&log_probs.t().unwrap(), &tensor(&[1u32, 0])),
        (3.0 + 2.0) / 2.0
    );
    let targets = tensor(&[[1u32, 7], [0, 7]]).i((.., 0)).unwrap();
    assert_eq!(nll(&log_probs, &targets), (2.0 + 3.0) / 2.0);
}

#[test]
fn a_certain_mistake_costs_infinity_and_nan_stays_nan() {
    let log_probs = tensor(&[[0f32, f32::NEG_INFINITY]]);
    assert_eq!(nll(&log_probs, &tensor(&[1u32])), f32::INFINITY);
    assert!(nll(&tensor(&[[f32::NAN, 0.0]]), &tensor(&[0u32])).is_nan());
}

#[test]
fn the_gradient_of_nll_is_its_slope() -> Result<()> {
    manual_seed(1);
    let log_probs = Var::from_tensor(&random::normal(-2.0, 1.0, (4, 3), &Device::Cpu)?)?;
    let targets = tensor(&[2u32, 0, 1, 2]);
    common::check_gradient(&log_probs, || loss::nll(&log_probs, &targets))?;
    // Through the transposition of a tensor too.
    let turned = Var::from_tensor(&log_probs.t()?.contiguous()?)?;
    common::check_gradient(&turned, || loss::nll(&turned.t()?, &targets))
}

#[test]
fn a_scalar_loss_passes_its_gradient_on() -> Result<()> {
    // The gradient must follow what is done with the loss afterwards: twice the loss, twice it.
    let x = Var::new(&[0.25f64, -2.0], &Device::Cpu)?;
    let y = tensor(&[1f64, 0.]);
    let probs = || helpers::functional::sigmoid(&x);
    common::check_gradient_f64(&x, || loss::binary_cross_entropy_with_logits(&x, &y)? * 2.0)?;
    common::check_gradient_f64(&x, || loss::binary_cross_entropy(&probs()?, &y)?.sqr())?;
    let a = Var::new(&[[0.5f64, 1.0], [0.25, -1.0]], &Device::Cpu)?;
    let b = tensor(&[[0f64, 0.5], [1., 1.]]);
    let distances = || loss::pairwise_distance(&a, &b);
    common::check_gradient_f64(&a, || {
        loss::contrastive(&distances()?, &tensor(&[1u8, 0]), 3.0)
    })?;
    common::check_gradient_f64(&a, || loss::mse(&a, &b))?;
    common::check_gradient_f64(&a, || loss::cross_entropy(&a, &tensor(&[1u32, 0])))
}

#[test]
fn a_trace_tells_the_losses() -> Result<()> {
    let (x, y) = (tensor(&[[0.5f32, 0.25]]), tensor(&[0u32]));
    let log_x = x.log()?;
    let (loss, steps) = trace::record(|| {
        loss::nll(&log_x, &y)?;
        loss::mse(&x, &x)?;
        loss::binary_cross_entropy(&x, &x)?;
        loss::contrastive(&x, &x.ceil()?, 2.5)?;
        loss::cross_entropy(&x, &y)
    })?;
    let names: Vec<&str> = steps.iter().map(|step| step.what).collect();
    let expected = ["nll", "mse", "binary_cross_entropy", "contrastive"];
    assert_eq!(names[..4], expected);
    assert!(
        names[4..].starts_with(&["relu", "cross_entropy", "log_softmax"]),
        "{names:?}"
    );
    assert_eq!(
        steps[3].operation.settings(),
        [("margin", "2.5".to_string())]
    );
    let last = steps
        .iter()
        .find(|step| step.what == "cross_entropy")
        .unwrap();
    assert_eq!(last.output.to_scalar::<f32>()?, loss.to_scalar::<f32>()?);
    Ok(())
}

#[test]
fn not_a_number_in_is_not_a_number_out() -> Result<()> {
    let (nan, one) = (tensor(&[f32::NAN, 0.5]), tensor(&[1u32, 0]));
    for loss in [
        loss::binary_cross_entropy(&nan, &one)?,
        loss::binary_cross_entropy_with_logits(&nan, &one)?,
        loss::mse(&nan, &nan)?,
        loss::contrastive(&nan, &one, 1.0)?,
        loss::cross_entropy(&tensor(&[[f32::NAN, 0.]]), &tensor(&[1u32]))?,
    ] {
        assert!(loss.to_scalar::<f32>()?.is_nan());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_shapes_give_a_number_or_an_error(
        dims in prop::collection::vec(0usize..4, 0..4),
        targets in prop::collection::vec(0u32..4, 0..4),
    ) {
        let fits = dims.len() == 2 && dims[0] == targets.len() && !targets.is_empty()
            && targets.iter().all(|&t| (t as usize) < dims[1]);
        let scores = Tensor::full(-1f32, dims, &Device::Cpu).unwrap();
        let targets = Tensor::new(targets, &Device::Cpu).unwrap();
        prop_assert_eq!(loss::nll(&scores, &targets).is_ok(), fits);
        prop_assert_eq!(metrics::accuracy(&scores, &targets).is_ok(), fits);
    }

    #[test]
    fn any_pair_of_shapes_gives_a_number_or_an_error(
        a in prop::collection::vec(0usize..3, 0..4),
        b in prop::collection::vec(0usize..3, 0..4),
    ) {
        let fits = a == b && !a.contains(&0);
        let ones = |dims: &[usize]| Tensor::ones(dims, DType::F32, &Device::Cpu).unwrap();
        let (x, y) = (ones(&a), ones(&b));
        prop_assert_eq!(loss::mse(&x, &y).is_ok(), fits);
        prop_assert_eq!(loss::binary_cross_entropy(&x, &y).is_ok(), fits);
        prop_assert_eq!(loss::binary_cross_entropy_with_logits(&x, &y).is_ok(), fits);
        prop_assert_eq!(loss::contrastive(&x, &y, 1.0).is_ok(), fits);
        prop_assert_eq!(loss::pairwise_distance(&x, &y).is_ok(), fits && !a.is_empty());
    }
}
