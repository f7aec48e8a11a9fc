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
    let v = params.create("v", 1, Init::ZEROS).unwrap();
    let mut sgd = optim::Sgd::new(&params, 0.1).unwrap();
    let loss = w.tensor().sqr().unwrap() + v.tensor();
    let grads = loss.unwrap().sum_all().unwrap().backward().unwrap();
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
    let norm = nn::linear(2, 2, &params.at("norm"))?;
    nn::batch_norm1d(2, &params.at("bn"))?;
    params.freeze("bn.bias")?;
    let x = Tensor::ones((3, 2), DType::F32, &Device::Cpu)?;
    let hidden = fc.forward(&x, true)?;
    let grads = norm.forward(&hidden, true)?.sum_all()?.backward()?;
    assert_eq!(optim::missing_gradients(&params, &grads), ["bn.weight"]);

    // candle's own layer normalisation cuts the gradient silently: the report shows it.
    let (weight, bias) = (norm.weight.tensor().get(0)?, norm.bias.tensor());
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

/// The first line of an error, without the trace of calls that candle may append.
fn message<T>(result: Result<T>) -> String {
    let error = result.err().expect("an error").to_string();
    error.lines().next().unwrap().to_string()
}

#[test]
fn a_step_that_trains_nothing_is_refused() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(3, 2, &params.at("fc"))?;
    let _unused = nn::linear(3, 2, &params.at("unused"))?;
    let x = Tensor::ones((4, 3), DType::F32, &Device::Cpu)?;
    let targets = Tensor::zeros(4, DType::U32, &Device::Cpu)?;
    let other = nn::linear(3, 2, &Parameters::new(&Device::Cpu))?;
    let loss = |model: &nn::Linear| loss::cross_entropy(&model.forward(&x, true)?, &targets);
    let cut = loss::cross_entropy(&fc.forward(&x, true)?.detach(), &targets)?;
    let whole = fc.forward(&x, true)?.argmax(1)?.sum_all()?;
    let mut optimizers: Vec<Box<dyn Optimizer>> = vec![
        Box::new(Sgd::new(&params, 0.1)?),
        Box::new(Sgd::new(&params, 0.1)?.momentum(0.9)?),
        Box::new(Adam::new(&params, 0.1)?),
        Box::new(AdamW::new(&params, 0.1)?),
    ];
    for optimizer in &mut optimizers {
        for cut in [&cut, &whole, &loss(&other)?] {
            let errors = [
                message(optimizer.backward_step(cut)),
                message(optimizer.step(&cut.backward()?)),
            ];
            for error in errors {
                let start = "step: nothing is trained: no gradient reaches fc.weight, fc.bias, \
                    unused.weight, unused.bias; was the loss computed with other parameters, or cut off";
                assert!(error.starts_with(start), "{error}");
            }
        }
        params.freeze("")?;
        let error = message(optimizer.backward_step(&loss(&fc)?));
        let start = "step: nothing is trained: all 4 parameters of this optimizer are frozen;";
        assert!(error.starts_with(start), "{error}");
        params.unfreeze("")?;
        // Frozen layers and parameters that nothing uses are usual.
        params.freeze("fc.weight")?;
        optimizer.backward_step(&loss(&fc)?)?;
        params.unfreeze("fc")?;
        optimizer.step(&loss(&fc)?.backward()?)?;
    }
    Ok(())
}

#[test]
fn a_loss_is_one_number() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(3, 2, &params.at("fc"))?;
    let x = Tensor::ones((4, 3), DType::F32, &Device::Cpu)?;
    let mut sgd = Sgd::new(&params, 0.1)?;
    let before = fc.weight.tensor().flatten_all()?.to_vec1::<f32>()?;
    assert_eq!(
        message(sgd.backward_step(&fc.forward(&x, true)?)),
        "backward: the loss must be one number, got shape (4, 2): take its mean, loss.mean_all()?"
    );
    assert_eq!(fc.weight.tensor().flatten_all()?.to_vec1::<f32>()?, before);
    // As in PyTorch its shape may have ones in it.
    sgd.backward_step(&fc.forward(&x, true)?.mean_all()?.reshape((1, 1))?)?;
    assert_ne!(fc.weight.tensor().flatten_all()?.to_vec1::<f32>()?, before);
    Ok(())
}

/// A parameter made after the optimizer moves as one that was there before, and so does one that
/// was frozen in between; the state goes to a file and back with both.
#[test]
fn an_optimizer_trains_what_the_store_holds_when_it_steps() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for kind in 0..4 {
        let start = |late: bool| -> Result<_> {
            let params = Parameters::new(&Device::Cpu);
            let body = params.create("body", 1, Init::Constant(1.0))?;
            let head = |params: &Parameters| params.create("head", 1, Init::Constant(2.0));
            let early = (!late).then(|| head(&params)).transpose()?;
            let optimizer: Box<dyn Optimizer> = match kind {
                0 => Box::new(Sgd::new(&params, 0.1)?),
                1 => Box::new(Sgd::new(&params, 0.1)?.momentum(0.9)?),
                2 => Box::new(Adam::new(&params, 0.1)?),
                _ => Box::new(AdamW::new(&params, 0.1)?),
            };
            Ok((params, body, early, optimizer))
        };
        let train = |late: bool| -> Result<Vec<f32>> {
            let (params, body, early, mut optimizer) = start(late)?;
            optimizer.backward_step(&body.tensor().sqr()?.sum_all()?)?; // the head has no gradient
            let head = match early {
                Some(head) => head,
                None => params.create("head", 1, Init::Constant(2.0))?,
            };
            let loss = || (body.tensor().sqr()? + head.tensor().sqr()?)?.sum_all();
            let mut path = Vec::new();
            for step in 0..6 {
                match step {
                    1 => params.freeze("body")?,
                    3 => params.unfreeze("body")?,
                    _ => {}
                }
                let file = folder.path().join("state");
                optimizer.state().save(&file)?;
                optimizer.state_mut().reset();
                optimizer.state_mut().load(&file)?;
                optimizer.backward_step(&loss()?)?;
                path.extend([values(&body), values(&head)].concat());
            }
            assert!(path[1] < 2.0, "the head never moved: {path:?}");
            assert!(path[2] == path[0] && path[4] == path[0] && path[6] < path[0]);
            Ok(path)
        };
        assert_eq!(train(true)?, train(false)?);
    }
    Ok(())
}
