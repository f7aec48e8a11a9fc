#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use helpers::candle_nn;
use helpers::prelude::*;
use nn::Init;
use optim::{Adam, AdamW, Sgd};

fn values(parameter: &nn::Parameter) -> Vec<f32> {
    parameter.tensor().to_vec1().unwrap()
}

#[test]
fn a_step_goes_down_by_lr_times_the_gradient() {
    let params = Parameters::new(&Device::Cpu);
    let w = params.create("w", 2, Init::Constant(3.0)).unwrap();
    let v = params.create("v", 1, Init::Constant(-1.0)).unwrap();
    let unused = params.create("unused", 1, Init::Constant(5.0)).unwrap();
    let mut sgd = optim::Sgd::new(&params, 0.25).unwrap();
    let scale = Tensor::new(&[1f32, 2.], &Device::Cpu).unwrap();
    let loss = || {
        let squares = (w.tensor().sqr()? * &scale)?.sum_all()?; // gradient 2 w scale
        squares + v.tensor().sum_all()? // gradient 1
    };
    sgd.step(&loss().unwrap().backward().unwrap()).unwrap();
    assert_eq!(values(&w), [1.5, 0.0]); // 3 - 0.25 * 6, 3 - 0.25 * 12
    assert_eq!(values(&v), [-1.25]);
    sgd.step(&loss().unwrap().backward().unwrap()).unwrap();
    assert_eq!(values(&w), [0.75, 0.0]);
    assert_eq!(values(&v), [-1.5]);
    assert_eq!(values(&unused), [5.0]);
}

#[test]
fn a_frozen_parameter_stays_even_if_its_gradient_is_there() {
    let params = Parameters::new(&Device::Cpu);
    let w = params.create("w", 1, Init::Constant(3.0)).unwrap();
    let mut sgd = optim::Sgd::new(&params, 0.1).unwrap();
    let grads = w
        .tensor()
        .sqr()
        .unwrap()
        .sum_all()
        .unwrap()
        .backward()
        .unwrap();
    params.freeze("w").unwrap();
    sgd.step(&grads).unwrap();
    assert_eq!(values(&w), [3.0]);
    params.unfreeze("w").unwrap();
    sgd.step(&grads).unwrap();
    assert!((values(&w)[0] - 2.4).abs() < 1e-6);
}

#[test]
fn the_learning_rate_can_change_and_must_make_sense() {
    let params = Parameters::new(&Device::Cpu);
    let none = optim::Sgd::new(&params, 0.1).unwrap_err().to_string();
    assert!(none.contains("there is no parameter to train"), "{none}");

    let w = params.create("w", 1, Init::Constant(3.0)).unwrap();
    let mut sgd = optim::Sgd::new(&params, 0.1).unwrap();
    for lr in [-0.1, f64::NAN, f64::INFINITY] {
        let error = optim::Sgd::new(&params, lr).unwrap_err().to_string();
        assert!(
            error.contains("must be a finite number of at least 0, got"),
            "{error}"
        );
        assert!(sgd.set_lr(lr).is_err());
        assert_eq!(sgd.lr(), 0.1);
    }
    sgd.set_lr(0.5).unwrap();
    let grads = w
        .tensor()
        .sqr()
        .unwrap()
        .sum_all()
        .unwrap()
        .backward()
        .unwrap();
    sgd.step(&grads).unwrap();
    assert_eq!(values(&w), [0.0]);
}

#[test]
fn descent_finds_the_line_that_made_the_points() -> Result<()> {
    manual_seed(1);
    let x = random::uniform(-1.0, 1.0, (50, 1), &Device::Cpu)?;
    let targets = ((&x * 3.0)? - 0.5)?;
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(1, 1, &params.at("fc"))?;
    let mut sgd = optim::Sgd::new(&params, 0.5)?;
    for _ in 0..100 {
        let loss = (fc.forward(&x, true)? - &targets)?.sqr()?.mean_all()?;
        sgd.step(&loss.backward()?)?;
    }
    let (w, b) = (fc.weight.tensor().flatten_all()?, fc.bias.tensor());
    assert!((w.to_vec1::<f32>()?[0] - 3.0).abs() < 1e-3);
    assert!((b.to_vec1::<f32>()?[0] + 0.5).abs() < 1e-3);
    Ok(())
}

#[test]
fn parameters_without_a_gradient_are_named() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(2, 2, &params.at("fc"))?;
    let norm = nn::layer_norm(2, &params.at("norm"))?;
    nn::batch_norm1d(2, &params.at("bn"))?;
    params.freeze("bn.bias")?;
    let x = Tensor::ones((3, 2), DType::F32, &Device::Cpu)?;
    let hidden = fc.forward(&x, true)?;
    let grads = norm.forward(&hidden, true)?.sum_all()?.backward()?;
    assert_eq!(optim::missing_gradients(&params, &grads), ["bn.weight"]);

    // candle's own layer normalisation cuts the gradient silently: the report shows it.
    let (weight, bias) = (norm.weight.tensor(), norm.bias.tensor());
    let stock = candle_nn::LayerNorm::new(weight, bias, 1e-5);
    let stock = candle_nn::Module::forward(&stock, &hidden)?;
    let grads = stock.sum_all()?.backward()?;
    let missing = optim::missing_gradients(&params, &grads);
    assert!(missing.contains(&"fc.weight".to_string()), "{missing:?}");
    Ok(())
}

#[test]
fn settings_must_make_sense() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    params.create("w", 1, Init::ONES)?;
    let sgd = || Sgd::new(&params, 0.1);
    let adam = || Adam::new(&params, 0.1);
    let ends = "must be a finite number of at least 0, got";
    for wrong in [-0.1, f64::NAN, f64::INFINITY] {
        let errors = [
            sgd()?.momentum(wrong).err(),
            sgd()?.weight_decay(wrong).err(),
            Adam::new(&params, wrong).err(),
            adam()?.eps(wrong).err(),
            adam()?.weight_decay(wrong).err(),
            AdamW::new(&params, 0.1)?.weight_decay(wrong).err(),
            optim::StepLr::new(wrong, 1, 0.5).err(),
            optim::StepLr::new(0.1, 1, wrong).err(),
            optim::CosineLr::new(wrong, 1).err(),
            optim::CosineLr::new(0.1, 1)?.min_lr(wrong).err(),
        ];
        for error in errors {
            let error = error.expect("refused").to_string();
            assert!(error.lines().next().unwrap().contains(ends), "{error}");
        }
        assert!(adam()?.betas(wrong, 0.9).is_err() && adam()?.betas(0.9, wrong).is_err());
    }
    assert!(adam()?.betas(0.9, 1.0).is_err());
    let error = sgd()?.nesterov(true).unwrap_err().to_string();
    assert!(
        error.starts_with("Sgd: Nesterov's form needs a momentum"),
        "{error}"
    );
    assert!(optim::StepLr::new(0.1, 0, 0.5).is_err() && optim::CosineLr::new(0.1, 0).is_err());
    Ok(())
}
