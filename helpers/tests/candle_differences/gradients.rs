//! Gradients that are wrong, lost or refused.

use super::*;

/// 1 to 16 as one 4 x 4 image.
fn image() -> Var {
    let x = Tensor::arange(1f32, 17., &Device::Cpu).unwrap();
    Var::from_tensor(&x.reshape((1, 1, 4, 4)).unwrap()).unwrap()
}

fn ones(shape: impl Into<Shape>) -> Var {
    Var::ones(shape, DType::F32, &Device::Cpu).unwrap()
}

fn is_refused(y: &Tensor) -> bool {
    y.sum_all().unwrap().backward().is_err()
}

#[test]
fn max_pool2d_is_wrong_by_the_window() {
    let x = image();
    let mut right = [0.0; 16];
    for winner in [5, 7, 13, 15] {
        right[winner] = 1.0;
    }
    let candle = grad_of_sum(&x.max_pool2d(2).unwrap(), &x).unwrap();
    today!(
        candle == right.map(|grad| grad / 4.0),
        "derives max_pool2d otherwise"
    );
    let ours = F::max_pool2d(&x, F::PoolOptions::new(2)).unwrap();
    assert_eq!(grad_of_sum(&ours, &x).unwrap(), right);
    let windows = x.reshape((2, 2, 2, 2)).unwrap();
    let plain = windows.max(3).unwrap().max(1).unwrap();
    assert_eq!(grad_of_sum(&plain, &x).unwrap(), right);
}

#[test]
fn overlapping_windows_are_refused() {
    let x = image();
    today!(
        is_refused(&x.max_pool2d_with_stride(3, 1).unwrap())
            && is_refused(&x.avg_pool2d_with_stride(3, 1).unwrap()),
        "derives overlapping windows"
    );
    let overlapping = F::PoolOptions::new(3).stride(1);
    let ours = grad_of_sum(&F::max_pool2d(&x, overlapping).unwrap(), &x).unwrap();
    let winners: Vec<usize> = (0..16).filter(|&i| ours[i] == 1.0).collect();
    assert_eq!(winners, [10, 11, 14, 15]);
    let ours = grad_of_sum(&F::avg_pool2d(&x, overlapping).unwrap(), &x).unwrap();
    assert!((ours.iter().sum::<f64>() - 4.0).abs() < 1e-6);
    assert!((ours[5] - 4.0 / 9.0).abs() < 1e-6);
}

#[test]
fn avg_pool2d_derives_the_leftover() {
    let x = ones((1, 1, 5, 5));
    let candle = grad_of_sum(&x.avg_pool2d(2).unwrap(), &x).unwrap();
    today!(
        candle[24] != 0.0 && candle.iter().sum::<f64>() != 4.0,
        "gives no gradient to what no window saw"
    );
    let ours = F::avg_pool2d(&x, F::PoolOptions::new(2)).unwrap();
    let cut = x.narrow(2, 0, 4).unwrap().narrow(3, 0, 4).unwrap();
    for y in [ours, cut.avg_pool2d(2).unwrap()] {
        for (i, grad) in grad_of_sum(&y, &x).unwrap().into_iter().enumerate() {
            let seen = i % 5 < 4 && i / 5 < 4;
            assert_eq!(grad, if seen { 0.25 } else { 0.0 });
        }
    }
}

#[test]
fn upsampling_forgets_other_branches() {
    let x = ones((1, 1, 2, 2));
    let grads = |up: Tensor, last: bool| {
        let (up, squares) = (up.sum_all().unwrap(), x.sqr().unwrap().sum_all().unwrap());
        let loss = if last { squares + up } else { up + squares };
        numbers(loss.unwrap().backward().unwrap().get(&x).unwrap())
    };
    let candle = [false, true].map(|last| grads(x.upsample_nearest2d(4, 4).unwrap(), last));
    today!(
        candle.contains(&vec![4.0; 4]),
        "adds the gradient of upsampling"
    );
    for last in [false, true] {
        let ours = grads(F::upsample_nearest2d(&x, (4, 4)).unwrap(), last);
        assert_eq!(ours, [4.0 + 2.0; 4]);
        let spread = x.reshape((1, 1, 2, 1, 2, 1)).unwrap();
        let spread = spread.broadcast_as((1, 1, 2, 2, 2, 2)).unwrap();
        let plain = grads(spread.reshape((1, 1, 4, 4)).unwrap(), last);
        assert_eq!(plain, [4.0 + 2.0; 4]);
    }
}

#[test]
fn some_upsampling_is_refused() {
    let x = ones((1, 1, 2, 2));
    today!(
        is_refused(&x.upsample_nearest2d(3, 4).unwrap()),
        "derives any size"
    );
    today!(
        is_refused(&x.upsample_bilinear2d(4, 4, false).unwrap()),
        "derives bilinear upsampling"
    );
    let ours = F::upsample_nearest2d(&x, (3, 4)).unwrap();
    assert_eq!(grad_of_sum(&ours, &x).unwrap(), [4., 4., 2., 2.]);
    let ours = F::upsample_bilinear2d(&x, (4, 4), false).unwrap();
    assert_eq!(grad_of_sum(&ours, &x).unwrap(), [4.0; 4]);
}

#[test]
fn conv2d_refuses_different_borders() {
    let (x, kernel) = (ones((1, 1, 7, 8)), ones((1, 1, 3, 3)));
    let candle = x.conv2d(&kernel, 0, 2, 1, 1).unwrap();
    today!(is_refused(&candle), "derives conv2d with different borders");
    let halving = F::ConvOptions {
        stride: 2,
        ..Default::default()
    };
    let ours = F::conv2d(&x, &kernel, None, halving).unwrap();
    let cut = x
        .narrow(3, 0, 7)
        .unwrap()
        .conv2d(&kernel, 0, 2, 1, 1)
        .unwrap();
    for y in [ours, cut] {
        assert_eq!(grad_of_sum(&y, &kernel).unwrap(), [9.0; 9]);
        let grad = grad_of_sum(&y, &x).unwrap();
        assert_eq!(grad.iter().sum::<f64>(), 81.0);
        assert!(grad.iter().skip(7).step_by(8).all(|&grad| grad == 0.0));
    }
}

#[test]
fn conv_transpose1d_is_refused() {
    let (x, kernel) = (var(&[[[1f32, 2.]]]), var(&[[[3f32, 4.]]]));
    let candle = x.conv_transpose1d(&kernel, 0, 0, 1, 1, 1).unwrap();
    today!(is_refused(&candle), "derives conv_transpose1d");
    let flat = |x: &Var| x.unsqueeze(2).unwrap();
    let ours = F::conv_transpose2d(&flat(&x), &flat(&kernel), None, 1, 0, 0).unwrap();
    assert_eq!(numbers(&ours), numbers(&candle));
    assert_eq!(grad_of_sum(&ours, &x).unwrap(), [7.0, 7.0]);
    assert_eq!(grad_of_sum(&ours, &kernel).unwrap(), [3.0, 3.0]);
}

#[test]
fn relu_and_abs_have_a_slope_at_zero() {
    let x = var(&[0f32]);
    let slopes = [x.relu(), x.abs()].map(|y| grad_of_sum(&y.unwrap(), &x).unwrap());
    today!(slopes == [[1.0], [1.0]], "has slope 0 at 0");
    assert_eq!(grad_of_sum(&F::relu(&x).unwrap(), &x).unwrap(), [0.0]);
    let sign = (&*x * x.sign().unwrap()).unwrap();
    assert_eq!(grad_of_sum(&sign, &x).unwrap(), [0.0]);
}

#[test]
fn ties_of_max_all_get_the_gradient() {
    let x = var(&[2f32, 2.]);
    let candle = grad_of_sum(&x.max(0).unwrap(), &x).unwrap();
    today!(candle == [1.0, 1.0], "shares the gradient among ties");
    let safe = x.gather(&x.argmax_keepdim(0).unwrap(), 0).unwrap();
    assert_eq!(grad_of_sum(&safe, &x).unwrap(), [1.0, 0.0]);
}

#[test]
fn scatter_has_its_gradients_swapped() {
    let x = var(&[1f32, 2.]);
    let (first, source) = (tensor(&[0u32]), tensor(&[5f32]));
    let set = x.scatter(&first, &source, 0).unwrap();
    today!(
        grad_of_sum(&set, &x).unwrap() == [1.0, 1.0],
        "derives scatter"
    );
    today!(
        is_refused(&x.scatter_add(&first, &source, 0).unwrap()),
        "derives scatter_add with fewer indices than x"
    );
    let (twice, sources) = (tensor(&[0u32, 0]), tensor(&[2f32, 3.]));
    let added = x.scatter_add(&twice, &sources, 0).unwrap();
    today!(
        grad_of_sum(&added, &x).unwrap() == [0.0, 1.0],
        "derives scatter_add"
    );
    let safe = x.index_add(&first, &source, 0).unwrap();
    assert_eq!(numbers(&safe), [6.0, 2.0]);
    assert_eq!(grad_of_sum(&safe, &x).unwrap(), [1.0, 1.0]);
    let keep = tensor(&[0f32, 1.]);
    let safe = ((&*x * keep).unwrap() + tensor(&[5f32, 0.])).unwrap();
    assert_eq!(numbers(&safe), [5.0, 2.0]);
    assert_eq!(grad_of_sum(&safe, &x).unwrap(), [0.0, 1.0]);
}

#[test]
fn where_cond_takes_integers_of_one_shape() {
    let (x, zero) = (var(&[1f32, -2.]), tensor(0f32));
    let float = x.gt(0.0).unwrap().to_dtype(DType::F32).unwrap();
    today!(
        float.where_cond(&x, &x).is_err(),
        "takes floats as condition"
    );
    let positive = x.gt(0.0).unwrap();
    today!(
        positive.where_cond(&x, &zero).is_err(),
        "broadcasts in where_cond"
    );
    let safe = positive
        .where_cond(&x, &zero.broadcast_as(2).unwrap())
        .unwrap();
    assert_eq!(numbers(&safe), [1.0, 0.0]);
    assert_eq!(grad_of_sum(&safe, &x).unwrap(), [1.0, 0.0]);
}

#[test]
fn second_derivatives_are_incomplete() {
    let x = var(&[1f64]);
    let grad = |y: Tensor| y.backward().unwrap().get(&x).cloned().unwrap();
    let first = grad(x.sqr().unwrap().sqr().unwrap());
    today!(numbers(&grad(first.clone())) == [4.0], "derives twice");
    let by_hand = (x.powf(3.0).unwrap() * 4.0).unwrap();
    assert_eq!(numbers(&first), numbers(&by_hand));
    assert_eq!(numbers(&grad(by_hand)), [12.0]);
}

#[test]
fn backward_sums_what_is_not_one_number() {
    let x = var(&[1f32, 2.]);
    let grads = x.sqr().unwrap().backward().unwrap();
    today!(
        numbers(grads.get(&x).unwrap()) == [2.0, 4.0],
        "wants one number"
    );
    let safe = x.sqr().unwrap().mean_all().unwrap().backward().unwrap();
    assert_eq!(numbers(safe.get(&x).unwrap()), [1.0, 2.0]);
}

#[test]
fn backward_without_variables_is_silent() {
    let (w, x) = (var(&[2f32]), tensor(&[3f32]));
    let loss = (w.detach() * x).unwrap();
    let grads = loss.backward();
    today!(
        grads.is_ok_and(|grads| grads.get(&w).is_none()),
        "misses the variables"
    );
    assert!(!loss.track_op() && w.sqr().unwrap().track_op());
}

#[test]
fn set_changes_gradients_to_come() {
    let w = var(&[3f32]);
    let loss = w.sqr().unwrap();
    let safe = loss.backward().unwrap();
    w.set(&tensor(&[5f32])).unwrap();
    let late = loss.backward().unwrap();
    today!(
        numbers(late.get(&w).unwrap()) == [10.0],
        "notices that w was set"
    );
    assert_eq!(numbers(safe.get(&w).unwrap()), [6.0]);
}
