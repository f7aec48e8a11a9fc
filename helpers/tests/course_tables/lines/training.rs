//! Losses, optimizers and training.

use helpers::prelude::*;

#[test]
fn losses() -> Result<()> {
    let device = Device::Cpu;
    let logits = random::normal(0.0, 1.0, (2, 3), &device)?;
    let targets = Tensor::new(&[0u32, 2], &device)?;
    let log_probs = F::log_softmax(&logits, 1)?;
    let whole = loss::cross_entropy(&logits, &targets)?;
    let parts = loss::nll(&log_probs, &targets)?;
    let difference = (whole - parts)?.abs()?.to_scalar::<f32>()?;
    assert!(difference < 1e-6);
    let z = random::normal(0.0, 1.0, 2, &device)?;
    let (p, t) = (F::sigmoid(&z)?, Tensor::new(&[0f32, 1.], &device)?);
    let y = z.clone();
    loss::mse(&y, &t)?;
    loss::binary_cross_entropy(&p, &t)?;
    loss::binary_cross_entropy_with_logits(&z, &t)?;
    let (a, b) = (logits.clone(), (&logits + 1.0)?);
    let same = Tensor::new(&[0u32, 1], &device)?;
    let distances = loss::pairwise_distance(&a, &b)?;
    loss::contrastive(&distances, &same, 1.0)?;
    let accuracy = metrics::accuracy(&logits, &targets)?;
    assert!((0.0..=1.0).contains(&accuracy));
    assert_eq!(metrics::confusion_matrix(&logits, &targets)?.dims(), [3, 3]);
    let scores = z;
    let targets = same;
    metrics::roc(&scores, &targets)?;
    Ok(())
}

#[test]
fn steps() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let w = params.create("features.w", 2, nn::Init::ONES)?;
    let loss = w.tensor().sqr()?.sum_all()?;
    let grads = loss.backward()?;
    let gradient = grads.get(w.var()).cloned();
    let (gradient, lr) = (gradient.unwrap_or(w.tensor()), 0.1);
    w.subtract(&(gradient * lr)?)?;
    let mut opt = optim::Sgd::new(&params, 0.1)?
        .momentum(0.9)?
        .weight_decay(1e-4)?;
    let loss = w.tensor().sqr()?.sum_all()?;
    opt.step(&loss.backward()?)?;
    let loss = w.tensor().sqr()?.sum_all()?;
    opt.backward_step(&loss)?;
    optim::Adam::new(&params, 1e-3)?;
    optim::AdamW::new(&params, 1e-3)?;
    let schedule = optim::CosineLr::new(0.1, 20)?;
    let epoch = 20;
    opt.set_lr(schedule.lr(epoch))?;
    assert!(opt.lr() < 1e-9);
    let y = w.tensor();
    assert!(!y.detach().track_op());
    params.freeze("features")?;
    params.unfreeze("features")?;
    Ok(())
}

#[test]
fn trainings() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let model = nn::linear(2, 2, &params.at("fc"))?;
    let clouds = datasets::blobs(10, &[[-1.0, 0.0], [1.0, 0.0]], 0.5)?;
    let train = DataLoader::new(clouds.clone(), 5)?;
    let valid = DataLoader::new(clouds, 20)?;
    let adam = optim::Adam::new(&params, 1e-3)?;
    let history = Training::new(&params, adam, loss::cross_entropy)
        .validation(&valid)
        .fit(&model, &train, 10)?;
    assert_eq!(history.len(), 10);
    let folder = tempfile::tempdir()?;
    let params = Parameters::new(&Device::Cpu);
    let model = nn::linear(2, 2, &params.at("fc"))?;
    let sgd = optim::Sgd::new(&params, 0.1)?;
    let training = Training::new(&params, sgd, loss::cross_entropy)
        .schedule(optim::StepLr::new(0.1, 10, 0.5)?)
        .restore_best()
        .patience(5);
    let training = training.checkpoint(folder.path().join("run.safetensors"), 1);
    training.resume().fit(&model, &train, 2)?;
    Ok(())
}

/// The same with a name as in the table; compiled, not run.
#[allow(dead_code)]
fn with_a_checkpoint(training: Training) -> Training {
    training.checkpoint("run.safetensors", 1).resume()
}
