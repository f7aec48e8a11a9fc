#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use helpers::prelude::*;

fn tensor<A: helpers::candle_core::NdArray>(values: A) -> Tensor {
    Tensor::new(values, &Device::Cpu).unwrap()
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

#[test]
fn accuracy_counts_pixels_too() -> Result<()> {
    // One image of two classes and 1 x 3 pixels: the decisions are 0, 1, 1.
    let scores = tensor(&[[[[2f32, 0., 0.]], [[1., 1., 1.]]]]);
    let targets = tensor(&[[[0u32, 1, 0]]]);
    assert!((metrics::accuracy(&scores, &targets)? - 2.0 / 3.0).abs() < 1e-6);
    Ok(())
}
