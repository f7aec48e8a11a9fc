#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use helpers::prelude::*;
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
fn what_does_not_fit_is_said_in_one_line() {
    let scores = tensor(&[[0f32, 1.], [2., 3.]]);
    let cases = [
        (
            scores.clone(),
            tensor(&[0u32, 2]),
            "target 2, but there are 2 classes, 0 to 1",
        ),
        (
            scores.clone(),
            tensor(&[0u32]),
            "2 rows need 2 targets, (2), got [1]",
        ),
        (
            scores.clone(),
            tensor(&[[0u32], [1]]),
            "2 rows need 2 targets, (2), got [2, 1]",
        ),
        (
            scores.clone(),
            tensor(&[0f32, 1.]),
            "class indices of type u32, got F32",
        ),
        (
            scores.get(0).unwrap(),
            tensor(&[0u32, 1]),
            "must be (N, C), got [2]",
        ),
        (
            Tensor::zeros((0, 2), DType::F32, &Device::Cpu).unwrap(),
            Tensor::zeros(0, DType::U32, &Device::Cpu).unwrap(),
            "there is nothing to score, got [0, 2]",
        ),
        (
            Tensor::zeros((2, 0), DType::F32, &Device::Cpu).unwrap(),
            tensor(&[0u32, 0]),
            "there is nothing to score, got [2, 0]",
        ),
    ];
    for (scores, targets, expected) in &cases {
        let errors = [
            ("nll", loss::nll(scores, targets).unwrap_err()),
            ("accuracy", metrics::accuracy(scores, targets).unwrap_err()),
        ];
        for (name, error) in errors {
            let error = error.to_string();
            let line = error.lines().next().unwrap();
            assert!(
                line.starts_with(name) && line.ends_with(expected),
                "{error}"
            );
        }
    }
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
fn accuracy_is_the_share_of_right_decisions() {
    let scores = tensor(&[
        [0.1f32, 0.7, 0.2],
        [3., -1., 2.],
        [-5., -4., -3.],
        [0., 0., 1.],
    ]);
    for (targets, expected) in [
        ([1u32, 0, 2, 2], 1.0),
        ([1, 0, 2, 0], 0.75),
        ([0, 1, 0, 0], 0.0),
    ] {
        assert_eq!(
            metrics::accuracy(&scores, &tensor(&targets)).unwrap(),
            expected
        );
    }
    // Logits, probabilities and log-probabilities decide alike.
    let doubled = (scores * 2.0).unwrap();
    assert_eq!(
        metrics::accuracy(&doubled, &tensor(&[1u32, 0, 2, 0])).unwrap(),
        0.75
    );
}

proptest! {
    #[test]
    fn any_shapes_give_a_number_or_an_error(
        dims in prop::collection::vec(0usize..4, 0..4),
        targets in prop::collection::vec(0u32..4, 0..4),
    ) {
        let fits = dims.len() == 2 && dims[0] == targets.len() && !targets.is_empty()
            && targets.iter().all(|&t| (t as usize) < dims[1]);
        let scores = Tensor::full(f32::NAN, dims, &Device::Cpu).unwrap();
        let targets = Tensor::new(targets, &Device::Cpu).unwrap();
        prop_assert_eq!(loss::nll(&scores, &targets).is_ok(), fits);
        prop_assert_eq!(metrics::accuracy(&scores, &targets).is_ok(), fits);
    }
}
