//! Where candle's own function is wrong or gives no gradient, and ours is right. If a test here
//! fails on candle's half after an upgrade, candle has been repaired.

use helpers::candle_nn;
use helpers::prelude::*;

use super::{grad_of_sum, numbers, var};

/// 1 to 16 as one 4 x 4 image.
fn image() -> Var {
    let x = Tensor::arange(1f32, 17., &Device::Cpu).unwrap();
    Var::from_tensor(&x.reshape((1, 1, 4, 4)).unwrap()).unwrap()
}

fn ones(side: usize) -> Var {
    Var::ones((1, 1, side, side), DType::F32, &Device::Cpu).unwrap()
}

#[test]
fn candle_divides_the_gradient_of_max_pooling_by_the_window() {
    let x = image();
    let mut expected = [0f32; 16];
    for winner in [5, 7, 13, 15] {
        expected[winner] = 1.0;
    }
    let candle = grad_of_sum(&x.max_pool2d(2).unwrap(), &x);
    assert_eq!(candle, expected.map(|grad| grad / 4.0));
    let ours = F::max_pool2d(&x, F::PoolOptions::new(2)).unwrap();
    assert_eq!(grad_of_sum(&ours, &x), expected);
}

#[test]
fn candle_refuses_overlapping_windows() {
    let x = image();
    let overlapping = F::PoolOptions::new(3).stride(1);
    let candle = x.max_pool2d_with_stride(3, 1).unwrap();
    assert!(candle.sum_all().unwrap().backward().is_err());
    let candle = x.avg_pool2d_with_stride(3, 1).unwrap();
    assert!(candle.sum_all().unwrap().backward().is_err());

    let ours = grad_of_sum(&F::max_pool2d(&x, overlapping).unwrap(), &x);
    let winners: Vec<usize> = (0..16).filter(|&i| ours[i] == 1.0).collect();
    assert_eq!(winners, [10, 11, 14, 15]);
    let ours = grad_of_sum(&F::avg_pool2d(&x, overlapping).unwrap(), &x);
    assert!((ours.iter().sum::<f32>() - 4.0).abs() < 1e-6);
    assert!((ours[5] - 4.0 / 9.0).abs() < 1e-6);
}

#[test]
fn candle_gives_gradient_to_what_no_average_saw() {
    let x = ones(5);
    let candle = grad_of_sum(&x.avg_pool2d(2).unwrap(), &x);
    assert!(candle[24] != 0.0 && candle.iter().sum::<f32>() != 4.0);
    let ours = grad_of_sum(&F::avg_pool2d(&x, F::PoolOptions::new(2)).unwrap(), &x);
    for (i, &grad) in ours.iter().enumerate() {
        let seen = i % 5 < 4 && i / 5 < 4;
        assert_eq!(grad, if seen { 0.25 } else { 0.0 });
    }
}

#[test]
fn candle_forgets_other_branches_when_it_upsamples() {
    let x = ones(2);
    let both = |up: Tensor| (up.sum_all()? + x.sqr()?.sum_all()?)?.backward();
    let candle = both(x.upsample_nearest2d(4, 4).unwrap()).unwrap();
    let ours = both(F::upsample_nearest2d(&x, (4, 4)).unwrap()).unwrap();
    assert_eq!(numbers(ours.get(&x).unwrap()), [4.0 + 2.0; 4]);
    // The other order of the sum, for whichever branch comes last.
    let turned = |up: Tensor| (x.sqr()?.sum_all()? + up.sum_all()?)?.backward();
    let candle_turned = turned(x.upsample_nearest2d(4, 4).unwrap()).unwrap();
    let candle = [&candle, &candle_turned].map(|grads| numbers(grads.get(&x).unwrap()));
    assert!(candle.contains(&vec![4.0; 4]), "{candle:?}");
    let ours = turned(F::upsample_nearest2d(&x, (4, 4)).unwrap()).unwrap();
    assert_eq!(numbers(ours.get(&x).unwrap()), [4.0 + 2.0; 4]);
}

#[test]
fn candle_upsamples_by_whole_factors_only() {
    let x = ones(2);
    let candle = x.upsample_nearest2d(3, 4).unwrap();
    assert!(candle.sum_all().unwrap().backward().is_err());
    let ours = grad_of_sum(&F::upsample_nearest2d(&x, (3, 4)).unwrap(), &x);
    assert_eq!(ours, [4., 4., 2., 2.]);
}

#[test]
fn candle_has_no_gradient_for_bilinear_upsampling() {
    let x = ones(2);
    let candle = x.upsample_bilinear2d(4, 4, false).unwrap();
    assert!(candle.sum_all().unwrap().backward().is_err());
    let ours = F::upsample_bilinear2d(&x, (4, 4), false).unwrap();
    assert_eq!(grad_of_sum(&ours, &x), [4.0; 4]);
}

#[test]
fn candle_drops_the_gradient_of_softmax_last_dim_and_layer_norm() {
    let x = var(&[[0f32, 1., 3.]]);
    let candle = candle_nn::ops::softmax_last_dim(&x).unwrap();
    let squares = candle.sqr().unwrap().sum_all().unwrap();
    assert!(squares.backward().unwrap().get(&x).is_none());
    let ours = F::softmax(&x, 1).unwrap().sqr().unwrap();
    assert!(grad_of_sum(&ours, &x).iter().all(|&grad| grad != 0.0));

    let (weight, bias) = (var(&[1f32, 2., 3.]), var(&[0f32; 3]));
    let candle = candle_nn::ops::layer_norm(&x, &weight, &bias, 1e-5).unwrap();
    let grads = candle.sqr().unwrap().sum_all().unwrap().backward().unwrap();
    assert!([&x, &weight, &bias].iter().all(|v| grads.get(v).is_none()));
    let ours = F::layer_norm(&x, &[3], Some(&weight), Some(&bias), 1e-5).unwrap();
    for v in [&x, &weight, &bias] {
        let grad = grad_of_sum(&ours.sqr().unwrap(), v);
        assert!(grad.iter().any(|&grad| grad != 0.0));
    }
}

#[test]
fn candle_has_no_gradient_for_images_whose_sides_leave_different_borders() {
    let x = Var::ones((1, 1, 7, 8), DType::F32, &Device::Cpu).unwrap();
    let kernel = ones(3);
    let candle = x.conv2d(&kernel, 0, 2, 1, 1).unwrap();
    assert!(candle.sum_all().unwrap().backward().is_err());
    let halving = F::ConvOptions {
        stride: 2,
        ..Default::default()
    };
    let ours = F::conv2d(&x, &kernel, None, halving).unwrap();
    assert_eq!(grad_of_sum(&ours, &kernel), [9.0; 9]);
    let grad = grad_of_sum(&ours, &x);
    assert_eq!(grad.iter().sum::<f32>(), 81.0);
    assert!(grad.iter().skip(7).step_by(8).all(|&grad| grad == 0.0));
}

#[test]
fn candle_lets_the_gradient_through_a_relu_at_zero_and_hides_nan() {
    let x = var(&[0f32, f32::NAN]);
    let candle = x.relu().unwrap();
    assert_eq!(numbers(&candle)[1], 0.0);
    assert_eq!(grad_of_sum(&candle, &x)[0], 1.0);
    let ours = F::relu(&x).unwrap();
    assert!(numbers(&ours)[1].is_nan());
    assert_eq!(grad_of_sum(&ours, &x)[0], 0.0);
}
