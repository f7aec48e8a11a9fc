//! What losses refuse, each in one line.

use super::*;

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
    let error = loss::nll(&probs, &targets).unwrap_err().to_string();
    let expected = "nll: log-probabilities are at most 0, got 0.7: give the logarithm of probabilities, probs.log()?";
    assert!(error.starts_with(expected), "{error}");
    // Rounding may end just above 0.
    assert!(loss::nll(&tensor(&[[1e-6f32, -20.0]]), &tensor(&[0u32])).is_ok());
    assert!(loss::cross_entropy_weighted(&probs, &targets, &weights).is_ok());
}

#[test]
fn other_losses_say_what_does_not_fit() {
    let (two, three) = (tensor(&[0.5f32, 0.5]), tensor(&[0.5f32, 0.5, 0.5]));
    let none = Tensor::zeros((0, 2), DType::F32, &Device::Cpu).unwrap();
    let classes = tensor(&[[0f32, -1.]]);
    let target = tensor(&[0u32]);
    let bce = loss::binary_cross_entropy;
    let logits = loss::binary_cross_entropy_with_logits;
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
            loss::cross_entropy_weighted(&classes, &target, &two.get(0).unwrap()),
            "cross_entropy_weighted: 2 classes need 2 weights, (2), got ()",
        ),
        (
            loss::cross_entropy_weighted(&classes, &target, &tensor(&[0f32, 1.])),
            "cross_entropy_weighted: weights must be at least 0, and not all 0 for these targets",
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
fn whole_numbers_are_refused_where_candle_would_panic() {
    let whole = tensor(&[[0u32, 1], [1, 0]]);
    let bytes = whole.to_dtype(DType::U8).unwrap();
    let classes = tensor(&[0u32, 1]);
    let refused = [
        loss::nll(&whole, &classes),
        loss::cross_entropy_weighted(&whole, &classes, &tensor(&[1f32, 2.])),
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
