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
            "2 rows need 2 targets, (2), got (1)",
        ),
        (
            scores.clone(),
            tensor(&[[0u32], [1]]),
            "2 rows need 2 targets, (2), got (2, 1)",
        ),
        (
            scores.clone(),
            tensor(&[0f32, 1.]),
            "class indices of type u32, got f32",
        ),
        (
            scores.get(0).unwrap(),
            tensor(&[0u32, 1]),
            "must be (N, C), got (2)",
        ),
        (
            Tensor::zeros((0, 2), DType::F32, &Device::Cpu).unwrap(),
            Tensor::zeros(0, DType::U32, &Device::Cpu).unwrap(),
            "there is nothing to score, got (0, 2)",
        ),
        (
            Tensor::zeros((2, 0), DType::F32, &Device::Cpu).unwrap(),
            tensor(&[0u32, 0]),
            "there is nothing to score, got (2, 0)",
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
fn nll_refuses_probabilities() {
    let probs = tensor(&[[0.7f32, 0.3], [0.4, 0.6]]);
    let (targets, weights) = (tensor(&[0u32, 1]), tensor(&[1f32, 1.]));
    for (name, result) in [
        ("nll", loss::nll(&probs, &targets)),
        (
            "nll_weighted",
            loss::nll_weighted(&probs, &targets, &weights),
        ),
    ] {
        let error = result.unwrap_err().to_string();
        let expected = format!(
            "{name}: log-probabilities are at most 0, got 0.7: give the logarithm of probabilities, probs.log()?"
        );
        assert!(error.starts_with(&expected), "{error}");
    }
    // Rounding may end just above 0.
    assert!(loss::nll(&tensor(&[[1e-6f32, -20.0]]), &tensor(&[0u32])).is_ok());
    assert!(loss::cross_entropy_weighted(&probs, &targets, &weights).is_ok());
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
fn other_losses_say_what_does_not_fit() {
    let (two, three) = (tensor(&[0.5f32, 0.5]), tensor(&[0.5f32, 0.5, 0.5]));
    let none = Tensor::zeros((0, 2), DType::F32, &Device::Cpu).unwrap();
    let classes = tensor(&[[0f32, -1.]]);
    let target = tensor(&[0u32]);
    let bce = loss::binary_cross_entropy;
    let logits = loss::binary_cross_entropy_with_logits;
    let pos = loss::binary_cross_entropy_with_logits_weighted;
    let cases = [
        (
            loss::mse(&two, &three),
            "mse: outputs (2) and targets (3) must have the same shape",
        ),
        (
            loss::mse(&none, &none),
            "mse: there is nothing to score, got (0, 2)",
        ),
        (
            bce(&two, &three),
            "binary_cross_entropy: probs (2) and targets (3) must have the same shape",
        ),
        (
            bce(&tensor(&[1.5f32]), &tensor(&[1f32])),
            "binary_cross_entropy: probs must lie between 0 and 1, got 1.5",
        ),
        (
            logits(&two, &tensor(&[2u32, 0])),
            "binary_cross_entropy_with_logits: targets must lie between 0 and 1, got 2",
        ),
        (
            pos(&two, &two, f64::NAN),
            "binary_cross_entropy_with_logits_weighted: pos_weight must be a finite number of at least 0, got NaN",
        ),
        (
            loss::nll_weighted(&classes, &target, &two.get(0).unwrap()),
            "nll_weighted: 2 classes need 2 weights, (2), got ()",
        ),
        (
            loss::nll_weighted(&classes, &target, &tensor(&[0f32, 1.])),
            "nll_weighted: weights must be at least 0, and not all 0 for these targets",
        ),
        (
            loss::cross_entropy_weighted(&classes, &target, &tensor(&[1f32, -1.])),
            "cross_entropy_weighted: weights must be at least 0, and not all 0 for these targets",
        ),
        (
            loss::pairwise_distance(&two, &three),
            "pairwise_distance: a (2) and b (3) must have the same shape",
        ),
        (
            loss::pairwise_distance(&two.get(0).unwrap(), &two.get(1).unwrap()),
            "pairwise_distance: a and b must be (N, ...), got a single number",
        ),
        (
            loss::contrastive(&two, &tensor(&[1u32, 2]), 1.0),
            "contrastive: same must be 1 (the same) or 0 (different)",
        ),
        (
            loss::contrastive(&two, &tensor(&[1u32, 0]), f64::NAN),
            "contrastive: the margin must be a finite number above 0, got NaN",
        ),
        (
            loss::nll(&tensor(&[[[0f32, 1.]]]), &target),
            "nll: scores (1, 1, 2) need targets (1, 2), one per pixel, got (1)",
        ),
    ];
    for (result, expected) in cases {
        let error = result.unwrap_err().to_string();
        assert_eq!(error.lines().next(), Some(expected));
    }
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
    assert_eq!(steps[3].settings, [("margin", "2.5".to_string())]);
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

#[test]
fn whole_numbers_are_refused_where_candle_would_panic() {
    let whole = tensor(&[[0u32, 1], [1, 0]]);
    let bytes = whole.to_dtype(DType::U8).unwrap();
    let classes = tensor(&[0u32, 1]);
    let refused = [
        loss::nll(&whole, &classes),
        loss::nll_weighted(&whole, &classes, &tensor(&[1f32, 2.])),
        loss::mse(&whole, &whole),
        loss::binary_cross_entropy(&bytes, &bytes),
        loss::binary_cross_entropy_with_logits(&bytes, &bytes),
        loss::pairwise_distance(&whole, &whole),
    ];
    for result in refused {
        let message = result.unwrap_err().to_string();
        assert!(message.contains("takes f32 or f64"), "{message}");
    }
}
