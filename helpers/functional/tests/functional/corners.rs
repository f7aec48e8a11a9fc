//! Ties, infinities, NaN, dropout's random choice.

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_functional::{self as F, random, random::manual_seed};
use proptest::prelude::any;
use proptest::{prop_assert_eq, proptest};

use super::{grad_of_sum, numbers, var};

fn windows(values: [f32; 4]) -> Var {
    var(&[[values]])
}

#[test]
fn of_equal_numbers_the_first_wins() {
    let x = windows([2., 2., 1., 1.]);
    let y = F::max_pool1d(&x, F::PoolOptions::new(2)).unwrap();
    assert_eq!(numbers(&y), [2., 1.]);
    assert_eq!(grad_of_sum(&y, &x), [1., 0., 1., 0.]);
}

#[test]
fn nan_wins_a_window_and_minus_infinity_can() {
    let x = windows([f32::NAN, 7., 7., f32::NAN]);
    let y = F::max_pool1d(&x, F::PoolOptions::new(2)).unwrap();
    assert!(numbers(&y).iter().all(|y| y.is_nan()));
    assert_eq!(grad_of_sum(&y, &x), [1., 0., 0., 1.]);

    const LOW: f32 = f32::NEG_INFINITY;
    let x = windows([LOW, LOW, f32::INFINITY, LOW]);
    let y = F::max_pool1d(&x, F::PoolOptions::new(2)).unwrap();
    assert_eq!(numbers(&y), [LOW, f32::INFINITY]);
    assert_eq!(grad_of_sum(&y, &x), [1., 0., 1., 0.]);
}

#[test]
fn padding_never_wins_but_counts_in_an_average() {
    let x = windows([-4., -6., -8., -2.]);
    let padded = F::PoolOptions::new(2).padding(1);
    let y = F::max_pool1d(&x, padded).unwrap();
    assert_eq!(numbers(&y), [-4., -6., -2.]);
    let y = F::avg_pool1d(&x, padded).unwrap();
    assert_eq!(numbers(&y), [-2., -7., -1.]);
}

#[test]
fn overlapping_windows_add_up_their_gradients() {
    let x = windows([1., 9., 2., 3.]);
    let y = F::max_pool1d(&x, F::PoolOptions::new(2).stride(1)).unwrap();
    assert_eq!(grad_of_sum(&y, &x), [0., 2., 0., 1.]);
}

#[test]
fn a_tensor_used_twice_gets_both_gradients() {
    let x = windows([1., 9., 2., 3.]);
    let (a, b) = (
        F::relu(&x).unwrap(),
        F::tanh(&(x.as_tensor() * 0.0).unwrap()).unwrap(),
    );
    let y = (a + b + x.as_tensor()).unwrap();
    assert_eq!(grad_of_sum(&y, &x), [2.; 4]);
}

#[test]
fn nothing_is_computed_for_what_needs_no_gradient() {
    // Data is no variable; a frozen kernel is cut off.
    let x = Tensor::ones((1, 1, 4, 4), DType::F32, &Device::Cpu).unwrap();
    let kernel = Var::ones((1, 1, 3, 3), DType::F32, &Device::Cpu).unwrap();
    let options = F::ConvOptions::default();
    let y = F::conv2d(&x, &kernel, None, options).unwrap();
    assert_eq!(grad_of_sum(&y, &kernel), [4.; 9]);
    let frozen = kernel.detach();
    let x = Var::from_tensor(&x).unwrap();
    let y = F::conv2d(&x, &frozen, None, options).unwrap();
    assert_eq!(grad_of_sum(&y, &x).iter().sum::<f32>(), 36.0);
}

#[test]
fn probabilities_survive_large_scores() {
    let scores = var(&[[1000f32, -1000., 1000.], [-1000., -1000., -1000.]]);
    let probs = F::softmax(&scores, 1).unwrap();
    assert_eq!(numbers(&probs), [0.5, 0., 0.5, 1. / 3., 1. / 3., 1. / 3.]);
    let logs = numbers(&F::log_softmax(&scores, 1).unwrap());
    assert_eq!(logs[1], -2000.0 - 2f32.ln());
    assert!((logs[0] + 2f32.ln()).abs() < 1e-6 && logs[3].is_finite());
    assert!(numbers(&F::softmax(&var(&[f32::NAN, 0.]), 0).unwrap())[1].is_nan());
}

#[test]
fn dropout_keeps_the_mean_and_repeats_with_the_seed() -> Result<()> {
    let x = Var::ones(10_000, DType::F32, &Device::Cpu)?;
    manual_seed(3);
    let y = F::dropout(&x, 0.2, true)?;
    let kept = numbers(&y).iter().filter(|&&y| y == 1.25).count();
    let lost = numbers(&y).iter().filter(|&&y| y == 0.0).count();
    assert_eq!(kept + lost, 10_000);
    assert!((7_800..8_200).contains(&kept), "{kept}");
    // What was kept lets the gradient through, by the same factor.
    assert_eq!(grad_of_sum(&y, &x), numbers(&y));

    manual_seed(3);
    assert_eq!(numbers(&F::dropout(&x, 0.2, true)?), numbers(&y));
    assert_ne!(numbers(&F::dropout(&x, 0.2, true)?), numbers(&y));
    assert_eq!(
        F::dropout(&x.to_dtype(DType::F64)?, 0.2, true)?.dtype(),
        DType::F64
    );
    Ok(())
}

#[test]
fn dropout_of_nothing_and_of_everything() -> Result<()> {
    let x = var(&[1f32, 2., 3.]);
    manual_seed(5);
    let before = random::permutation(9);
    manual_seed(5);
    for y in [F::dropout(&x, 0.0, true)?, F::dropout(&x, 1.0, false)?] {
        assert_eq!(numbers(&y), [1., 2., 3.]);
        assert_eq!(grad_of_sum(&y, &x), [1.; 3]);
    }
    // Neither drew from the generator.
    assert_eq!(random::permutation(9), before);
    let y = F::dropout(&x, 1.0, true)?;
    assert_eq!(numbers(&y), [0.; 3]);
    assert_eq!(grad_of_sum(&y, &x), [0.; 3]);
    Ok(())
}

#[test]
fn one_hot_takes_any_shape_of_targets() -> Result<()> {
    let targets = Tensor::new(&[[0u32, 2], [1, 1]], &Device::Cpu)?;
    let y = F::one_hot(&targets.t()?, 3)?;
    assert_eq!((y.dims(), y.dtype()), (&[2, 2, 3][..], DType::F32));
    assert_eq!(
        numbers(&y),
        [1., 0., 0., 0., 1., 0., 0., 0., 1., 0., 1., 0.]
    );
    let one = F::one_hot(&Tensor::new(1u32, &Device::Cpu)?, 2)?;
    assert_eq!(numbers(&one), [0., 1.]);
    assert_eq!(
        F::one_hot(&Tensor::zeros(0, DType::U32, &Device::Cpu)?, 4)?.dims(),
        [0, 4]
    );
    Ok(())
}

proptest! {
    #[test]
    fn a_convolution_is_the_kernels_times_the_unfolded_image(
        seed in any::<u64>(),
        kernel_size in 1usize..4,
        stride in 1usize..4,
        padding in 0usize..3,
        dilation in 1usize..3,
    ) {
        manual_seed(seed);
        let x = random::normal(0.0, 1.0, (2, 3, 7, 8), &Device::Cpu).unwrap();
        let weight = random::normal(0.0, 1.0, (4, 3, kernel_size, kernel_size), x.device()).unwrap();
        let options = F::ConvOptions { stride, padding, dilation, groups: 1 };
        let y = F::conv2d(&x, &weight, None, options).unwrap();
        let columns = F::unfold(&x, kernel_size, options).unwrap();
        let rows = weight.flatten_from(1).unwrap().unsqueeze(0).unwrap();
        let product = rows.broadcast_matmul(&columns).unwrap().reshape(y.shape()).unwrap();
        let far = (y - product).unwrap().abs().unwrap().flatten_all().unwrap();
        prop_assert_eq!(far.max(0).unwrap().to_scalar::<f32>().unwrap() < 1e-4, true);
    }
}

/// Numbers and gradients of what runs as one are those of its parts, bit for bit.
#[test]
fn a_relu_behind_a_normalisation_or_a_sum_changes_no_bit() -> Result<()> {
    manual_seed(5);
    let x = Var::from_tensor(&random::normal(0.5, 2.0, (3, 4, 5, 5), &Device::Cpu)?)?;
    let w = Var::from_tensor(&random::normal(1.0, 0.5, 4, &Device::Cpu)?)?;
    let b = Var::from_tensor(&random::normal(0.0, 0.5, 4, &Device::Cpu)?)?;
    let (_, mean, var) = F::batch_norm_training(&x, &w, &b, 1e-3)?;
    let (given, other) = (
        (&mean, &var),
        random::normal(0.0, 1.0, x.shape(), &Device::Cpu)?,
    );
    let pairs = [
        (
            F::batch_norm_relu(&x, None, &w, &b, 1e-3)?.0,
            F::relu(&F::batch_norm_training(&x, &w, &b, 1e-3)?.0)?,
        ),
        (
            F::batch_norm_relu(&x, Some(given), &w, &b, 1e-3)?.0,
            F::relu(&F::batch_norm(&x, &mean, &var, Some(&w), Some(&b), 1e-3)?)?,
        ),
        (
            F::add_relu(&x, &other)?,
            F::relu(&(x.as_tensor() + &other)?)?,
        ),
    ];
    for (one, parts) in pairs {
        assert_eq!(numbers(&one), numbers(&parts));
        assert!(numbers(&one).contains(&0.0));
        let loss = |y: &Tensor| F::linear(&F::flatten(y)?, &one.flatten_from(1)?, None)?.sum_all();
        let grads = (F::gradients(&loss(&one)?)?, F::gradients(&loss(&parts)?)?);
        for v in [&x, &w, &b] {
            let both = (grads.0.get(v), grads.1.get(v));
            assert_eq!(both.0.map(numbers), both.1.map(numbers));
        }
    }
    Ok(())
}
