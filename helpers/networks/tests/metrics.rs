#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use helpers::prelude::*;

fn tensor<A: helpers::candle_core::NdArray>(values: A) -> Tensor {
    Tensor::new(values, &Device::Cpu).unwrap()
}

#[test]
fn accuracy_is_the_share_of_right_predictions() {
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

#[test]
fn accuracy_counts_pixels_too() -> Result<()> {
    // One image of two classes and 1 x 3 pixels: the predictions are 0, 1, 1.
    let scores = tensor(&[[[[2f32, 0., 0.]], [[1., 1., 1.]]]]);
    let targets = tensor(&[[[0u32, 1, 0]]]);
    assert!((metrics::accuracy(&scores, &targets)? - 2.0 / 3.0).abs() < 1e-6);
    Ok(())
}

#[test]
fn confusions_have_a_row_for_each_true_class() -> Result<()> {
    // scikit-learn's example: y_true = [2, 0, 2, 2, 0, 1], y_pred = [0, 0, 2, 2, 0, 2].
    let decided = F::one_hot(&tensor(&[0u32, 0, 2, 2, 0, 2]), 3)?;
    let counts = metrics::confusion_matrix(&decided, &tensor(&[2u32, 0, 2, 2, 0, 1]))?;
    assert_eq!(counts.to_vec2::<u32>()?, [[2, 0, 0], [0, 0, 1], [1, 0, 2]]);
    assert!(metrics::confusion_matrix(&decided, &tensor(&[3u32, 0, 0, 0, 0, 0])).is_err());
    Ok(())
}

#[test]
fn more_items_than_a_byte_counts_are_counted() -> Result<()> {
    // candle adds u8 in u8: 300 equal items would be 44.
    let scores = Tensor::zeros((300, 2), DType::F32, &Device::Cpu)?;
    let targets = Tensor::zeros(300, DType::U32, &Device::Cpu)?;
    assert_eq!(metrics::accuracy(&scores, &targets)?, 1.0);
    let counts = metrics::confusion_matrix(&scores, &targets)?;
    assert_eq!(counts.to_vec2::<u32>()?, [[300, 0], [0, 0]]);
    let alternate: Vec<u32> = (0..600).map(|i| i % 2).collect();
    let ranks: Vec<f32> = (0..600).map(|i| i as f32).collect();
    let roc = metrics::roc(&tensor(ranks), &tensor(alternate))?;
    assert_eq!(roc.true_positive_rate.len(), 601);
    // Of the 300 x 300 pairs, the k-th of class 1 scores higher than k of class 0.
    assert!((roc.auc() - 45_150.0 / 90_000.0).abs() < 1e-12);
    Ok(())
}

#[test]
fn scores_that_are_no_numbers_decide_nothing() {
    let nan = f32::NAN;
    let targets = tensor(&[0u32, 0, 1]);
    for scores in [
        [[1f32, 0.0], [nan, 0.0], [0.0, 1.0]],
        [[1.0, 0.0], [0.0, nan], [0.0, 1.0]],
        [[1.0, 0.0], [nan, nan], [nan, 1.0]],
    ] {
        for (name, error) in [
            (
                "accuracy",
                metrics::accuracy(&tensor(&scores), &targets).err(),
            ),
            (
                "confusion_matrix",
                metrics::confusion_matrix(&tensor(&scores), &targets).err(),
            ),
        ] {
            let error = error.unwrap().to_string();
            let expected = format!("{name}: the scores of row 1 hold a NaN");
            assert!(error.starts_with(&expected), "{error}");
        }
    }
    // Infinite ones do: they are the logarithm of 0, for one.
    let scores = tensor(&[[0f32, f32::NEG_INFINITY], [f32::INFINITY, 0.0], [0.0, 1.0]]);
    assert_eq!(metrics::accuracy(&scores, &targets).unwrap(), 1.0);
}

#[test]
fn roc_is_scikit_learns() -> Result<()> {
    // sklearn.metrics.roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), its documented example.
    let roc = metrics::roc(
        &tensor(&[0.1f64, 0.4, 0.35, 0.8]),
        &tensor(&[0u32, 0, 1, 1]),
    )?;
    assert_eq!(roc.false_positive_rate, [0.0, 0.0, 0.5, 0.5, 1.0]);
    assert_eq!(roc.true_positive_rate, [0.0, 0.5, 0.5, 1.0, 1.0]);
    assert_eq!(roc.thresholds, [f64::INFINITY, 0.8, 0.4, 0.35, 0.1]);
    assert_eq!(roc.auc(), 0.75);
    Ok(())
}

#[test]
fn equal_scores_are_one_step_and_half_right() -> Result<()> {
    let roc = metrics::roc(&tensor(&[1f32, 1., 1., 1.]), &tensor(&[0u32, 1, 0, 1]))?;
    assert_eq!((roc.auc(), roc.equal_error_rate()), (0.5, 0.5));
    let perfect = metrics::roc(&tensor(&[0f32, 1., 2.]), &tensor(&[0u32, 1, 1]))?;
    assert_eq!((perfect.auc(), perfect.equal_error_rate()), (1.0, 0.0));
    let reversed = metrics::roc(&tensor(&[2f32, 1., 0.]), &tensor(&[0u32, 1, 1]))?;
    assert_eq!((reversed.auc(), reversed.equal_error_rate()), (0.0, 1.0));
    // By hand: of class 0 score 0, 1, 2, 3, of class 1 score 2.5, 4, 5, 6. Above 2.5 (included) all
    // of class 1 and the 3 are reported: (1/4, 1); above 3, (1/4, 3/4), where both errors are 1/4.
    let scores = tensor(&[0f32, 1., 2., 3., 2.5, 4., 5., 6.]);
    let roc = metrics::roc(&scores, &tensor(&[0u32, 0, 0, 0, 1, 1, 1, 1]))?;
    assert_eq!((roc.auc(), roc.equal_error_rate()), (15.0 / 16.0, 0.25));
    Ok(())
}

#[test]
fn wrong_scores_are_one_clear_line() {
    let said = |scores: &[f32], targets: &[u32]| {
        let error = metrics::roc(&tensor(scores), &tensor(targets))
            .unwrap_err()
            .to_string();
        error.lines().next().unwrap().to_string()
    };
    assert_eq!(
        said(&[1.0, 2.0], &[0]),
        "roc: expected scores (N) and targets (N), u32, got [2] and [1], U32"
    );
    assert_eq!(
        said(&[1.0, f32::NAN], &[0, 1]),
        "roc: scores are numbers, targets 0 or 1, got NaN and 1"
    );
    assert_eq!(
        said(&[1.0, 2.0], &[1, 1]),
        "roc: both classes must be there, got 0 of class 0 and 2 of class 1"
    );
}
