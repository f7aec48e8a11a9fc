//! What candle_nn starts from, keeps and computes.

use helpers::candle_nn::{self, BatchNorm, Module, ModuleT, Optimizer as _, VarBuilder, VarMap};

use super::*;

fn builder(map: &VarMap) -> VarBuilder<'static> {
    VarBuilder::from_varmap(map, DType::F32, &Device::Cpu)
}

#[test]
fn randomness_on_the_cpu_has_no_seed() {
    today!(Device::Cpu.set_seed(1).is_err(), "takes a seed on the CPU");
    let draw = || {
        manual_seed(1);
        numbers(&random::normal(0.0, 1.0, 8, &Device::Cpu).unwrap())
    };
    assert_eq!(draw(), draw());
}

#[test]
fn layers_start_wider() {
    let map = VarMap::new();
    let linear = candle_nn::linear(300, 300, builder(&map).pp("fc")).unwrap();
    let conv = candle_nn::conv2d(30, 30, 5, Default::default(), builder(&map).pp("c")).unwrap();
    let std = |weight: &Tensor| {
        let values = numbers(weight);
        (values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).sqrt()
    };
    // Normal with variance 2 / inputs, where PyTorch draws evenly with variance 1 / (3 inputs).
    for (weight, inputs) in [(linear.weight(), 300.0), (conv.weight(), 750.0)] {
        today!(
            (std(weight) / f64::sqrt(2.0 / inputs) - 1.0).abs() < 0.05,
            "starts its layers otherwise"
        );
    }
    manual_seed(1);
    let params = Parameters::new(&Device::Cpu);
    let ours = nn::linear(300, 300, &params.at("fc")).unwrap();
    let ours = numbers(ours.weight.var());
    let bound = 1.0 / f64::sqrt(300.0);
    assert!(ours.iter().all(|w| w.abs() <= bound));
    assert!(ours.iter().any(|w| w.abs() > 0.99 * bound));
}

#[test]
fn one_name_is_one_parameter() {
    let map = VarMap::new();
    let layer = || candle_nn::linear(2, 2, builder(&map).pp("fc")).unwrap();
    let (a, b) = (layer(), layer());
    today!(
        a.weight().id() == b.weight().id(),
        "refuses a name that is taken"
    );
    let params = Parameters::new(&Device::Cpu);
    assert!(nn::linear(2, 2, &params.at("fc")).is_ok());
    assert!(nn::linear(2, 2, &params.at("fc")).is_err());
}

#[test]
fn all_vars_come_in_any_order() {
    let map = VarMap::new();
    let made: Vec<_> = (0..20)
        .map(|i| builder(&map).get(1, &format!("w{i:02}")).unwrap().id())
        .collect();
    let given: Vec<_> = map.all_vars().iter().map(|var| var.id()).collect();
    today!(given != made, "keeps variables in order");

    let data = map.data().lock().unwrap();
    let mut named: Vec<_> = data.iter().collect();
    named.sort_by_key(|(name, _)| *name);
    assert!(named.iter().map(|(_, var)| var.id()).eq(made));
    let params = Parameters::new(&Device::Cpu);
    for i in (0..20).rev() {
        params
            .create(&format!("w{i:02}"), 1, nn::Init::ZEROS)
            .unwrap();
    }
    let names: Vec<String> = params.all().iter().map(|p| p.name().to_string()).collect();
    let expected: Vec<String> = (0..20).rev().map(|i| format!("w{i:02}")).collect();
    assert_eq!(names, expected);
}

#[test]
fn running_statistics_are_among_all_vars() {
    let map = VarMap::new();
    candle_nn::batch_norm(3, 1e-5, builder(&map)).unwrap();
    today!(map.all_vars().len() == 4, "keeps running statistics apart");
    let params = Parameters::new(&Device::Cpu);
    nn::batch_norm2d(3, &params.at("bn")).unwrap();
    assert_eq!((params.all().len(), params.buffers().len()), (2, 3));
}

#[test]
fn one_item_spoils_a_batch_norm() {
    let x = tensor(&[[1f32, 2.]]);
    let (zeros, ones) = (tensor(&[0f32, 0.]), tensor(&[1f32, 1.]));
    let norm = BatchNorm::new(2, zeros.clone(), ones.clone(), ones, zeros, 1e-5).unwrap();
    let answer = norm.forward_t(&x, true);
    today!(
        answer.is_ok() && numbers(norm.running_var()).iter().all(|v| v.is_nan()),
        "refuses a batch of one item"
    );
    let params = Parameters::new(&Device::Cpu);
    let ours = nn::batch_norm1d(2, &params.at("bn")).unwrap();
    assert!(ours.forward(&x, true).is_err());
}

#[test]
fn sgd_has_no_momentum() {
    let w = var(0f64);
    let mut sgd = candle_nn::SGD::new(vec![w.clone()], 0.1).unwrap();
    for _ in 0..2 {
        sgd.backward_step(&w.affine(1.0, 0.0).unwrap()).unwrap();
    }
    today!(is_close(&numbers(&w), &[-0.2]), "has momentum");

    let params = Parameters::new(&Device::Cpu);
    let w = params.create("w", (), nn::Init::ZEROS).unwrap();
    let mut sgd = optim::Sgd::new(&params, 0.1)
        .unwrap()
        .momentum(0.9)
        .unwrap();
    for _ in 0..2 {
        let loss = w.var().affine(1.0, 0.0).unwrap();
        sgd.step(&loss.backward().unwrap()).unwrap();
    }
    assert!(is_close(&numbers(w.var()), &[-0.29]));
}

#[test]
fn sure_logits_make_the_loss_infinite() {
    let (logits, targets) = (tensor(&[-200f32, 1.]), tensor(&[1f32, 1.]));
    let candle = candle_nn::loss::binary_cross_entropy_with_logit(&logits, &targets).unwrap();
    today!(!numbers(&candle)[0].is_finite(), "computes with logits");
    let right = (200.0 + (1.0 + f64::exp(-1.0)).ln()) / 2.0;
    let ours = loss::binary_cross_entropy_with_logits(&logits, &targets).unwrap();
    assert!((numbers(&ours)[0] - right).abs() < 1e-4);
    // max(x, 0) - x y + ln(1 + exp(-|x|))
    let rest = (logits.abs().unwrap().neg().unwrap().exp().unwrap() + 1.0)
        .unwrap()
        .log();
    let plain = ((logits.relu().unwrap() - (&logits * &targets).unwrap()).unwrap() + rest).unwrap();
    assert!((numbers(&plain.mean_all().unwrap())[0] - right).abs() < 1e-4);
}

#[test]
fn layer_norm_and_rms_norm_drop_gradients() {
    let (x, weight, bias) = (
        var(&[[0f32, 1., 3.]]),
        var(&[1f32, 2., 3.]),
        var(&[0f32; 3]),
    );
    let tensors = (weight.as_tensor().clone(), bias.as_tensor().clone());
    let norm = candle_nn::LayerNorm::new(tensors.0.clone(), tensors.1, 1e-5);
    let rms = candle_nn::RmsNorm::new(tensors.0, 1e-5);
    let has = |y: &Tensor, vars: &[&Var]| {
        vars.iter()
            .all(|v| grad_of_sum(&y.sqr().unwrap(), v).is_some())
    };
    let [candle, candle_rms] = [norm.forward(&x).unwrap(), rms.forward(&x).unwrap()];
    today!(
        !has(&candle, &[&x]) && !has(&candle, &[&weight]),
        "derives LayerNorm"
    );
    today!(
        !has(&candle_rms, &[&x]) && !has(&candle_rms, &[&weight]),
        "derives RmsNorm"
    );

    let ours = F::layer_norm(&x, &[3], Some(&weight), Some(&bias), 1e-5).unwrap();
    let slow = candle_nn::ops::layer_norm_slow(&x, &weight, &bias, 1e-5).unwrap();
    let rms = rms.forward_diff(&x).unwrap();
    assert!(has(&ours, &[&x, &weight, &bias]) && has(&slow, &[&x, &weight, &bias]));
    assert!(has(&rms, &[&x, &weight]));
    assert!(is_close(&numbers(&ours), &numbers(&candle)));
    assert!(is_close(&numbers(&slow), &numbers(&candle)));
    assert!(is_close(&numbers(&rms), &numbers(&candle_rms)));
    let [a, b] = [&ours, &slow].map(|y| grad_of_sum(&y.sqr().unwrap(), &x).unwrap());
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-3));
}

#[test]
fn softmax_last_dim_and_rope_drop_gradients() {
    let x = var(&[[0f32, 1., 3.]]);
    let candle = candle_nn::ops::softmax_last_dim(&x).unwrap();
    today!(
        grad_of_sum(&candle.sqr().unwrap(), &x).is_none(),
        "derives softmax_last_dim"
    );
    let ours = F::softmax(&x, 1).unwrap();
    let plain = candle_nn::ops::softmax(&x, 1).unwrap();
    let [a, b] = [ours, plain].map(|y| grad_of_sum(&y.sqr().unwrap(), &x).unwrap());
    assert!(is_close(&a, &b) && a.iter().all(|grad| *grad != 0.0));

    let x = var(&[[[[1f32, 2., 3., 4.]]]]);
    let (cos, sin) = (tensor(&[[0.6f32, 0.8]]), tensor(&[[0.8f32, 0.6]]));
    let candle = candle_nn::rotary_emb::rope(&x, &cos, &sin).unwrap();
    today!(grad_of_sum(&candle, &x).is_none(), "derives rope");
    let slow = candle_nn::rotary_emb::rope_slow(&x, &cos, &sin).unwrap();
    assert!(is_close(&numbers(&slow), &numbers(&candle)));
    assert!(is_close(
        &grad_of_sum(&slow, &x).unwrap(),
        &[1.4, 1.4, -0.2, 0.2]
    ));
}
