#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use common::training::{adam, bits, loaders, message, network};
use helpers::prelude::*;
use helpers::train::History;

#[test]
fn fit_does_what_a_loop_by_hand_does() -> Result<()> {
    let by_hand = || -> Result<(Parameters, Vec<f64>)> {
        manual_seed(3);
        let (train, _) = loaders()?;
        let (params, model) = network()?;
        let mut adam = optim::Adam::new(&params, 0.01)?;
        let mut losses = Vec::new();
        for _ in 0..2 {
            let (mut sum, mut n) = (0.0, 0.0);
            for batch in &train {
                let (x, targets) = batch?;
                let loss = loss::cross_entropy(&model.forward(&x, true)?, &targets)?;
                adam.step(&loss.backward()?)?;
                let size = x.dim(0)? as f64;
                sum += f64::from(loss.to_scalar::<f32>()?) * size;
                n += size;
            }
            losses.push(sum / n);
        }
        Ok((params, losses))
    };
    let (theirs, losses) = by_hand()?;
    manual_seed(3);
    let (train, _) = loaders()?;
    let (params, model) = network()?;
    let adam = optim::Adam::new(&params, 0.01)?;
    let history = Training::new(&params, adam, loss::cross_entropy)
        .quiet()
        .fit(&model, &train, 2)?;
    assert_eq!(history.train_losses(), losses);
    assert!(history.validation_losses().is_empty());
    let none = History::default();
    assert_eq!(bits(&params, &none)?, bits(&theirs, &none)?);
    Ok(())
}

#[test]
fn scores_are_means_over_examples_in_evaluation_mode() -> Result<()> {
    manual_seed(4);
    let (train, _) = loaders()?;
    let (params, model) = network()?;
    let part = datasets::digits()?.subset(&(0..100).collect::<Vec<_>>())?;
    let history = adam(&params, &DataLoader::new(part.clone(), 64)?)?.fit(&model, &train, 3)?;
    let outputs = model.forward(part.inputs(), false)?;
    let accuracy = metrics::accuracy(&outputs, part.targets())?;
    assert!((history.metric("accuracy")?[2] - accuracy).abs() < 1e-9);
    let loss = loss::cross_entropy(&outputs, part.targets())?.to_scalar::<f32>()?;
    assert!((history.validation_losses()[2] - f64::from(loss)).abs() < 1e-5);
    let lrs: Vec<f64> = history.epochs().iter().map(|epoch| epoch.lr).collect();
    let cosine = optim::CosineLr::new(0.01, 4)?;
    assert_eq!(lrs, [cosine.lr(0), cosine.lr(1), cosine.lr(2)]);
    assert!(message(history.metric("recall")).contains("accuracy"));
    Ok(())
}

/// A model whose weight goes where `loss` says, to test what follows from the losses.
fn scripted(losses: &'static [f64]) -> Result<(Parameters, nn::Linear, Training, DataLoader)> {
    let params = Parameters::new(&Device::Cpu);
    let model = nn::linear(1, 1, &params.at("fc"))?;
    model.weight.init(nn::Init::ZEROS)?;
    let ones = Tensor::ones((1, 1), DType::F32, &Device::Cpu)?;
    let one = DataLoader::new(TensorDataset::new(ones.clone(), ones)?, 1)?;
    // Every step adds 1 to the weight (gradient -1, learning rate 1); the loss is read from the list.
    let weight = model.weight.clone();
    let loss = move |outputs: &Tensor, _: &Tensor| {
        let step = weight.tensor().flatten_all()?.to_vec1::<f32>()?[0] as usize;
        let slope = outputs.sum_all()?.neg()?;
        let value = Tensor::new(losses[step] as f32, &Device::Cpu)?;
        &slope - &slope.detach() + value
    };
    let sgd = optim::Sgd::new(&params, 1.0)?;
    let training = Training::new(&params, sgd, loss).quiet();
    Ok((params, model, training, one))
}

#[test]
fn it_stops_early_and_goes_back_to_the_best() -> Result<()> {
    let weight = |model: &nn::Linear| model.weight.tensor().flatten_all()?.to_vec1::<f32>();
    const LOSSES: &[f64] = &[5.0, 4.0, 3.0, 3.5, 3.0, 3.2, 1.0, 1.0];
    let (_, model, training, one) = scripted(LOSSES)?;
    let history = training.patience(3).restore_best().fit(&model, &one, 7)?;
    assert_eq!((history.len(), history.best()), (6, Some(2)));
    assert_eq!(weight(&model)?, [3.0]); // as it was after epoch 3
    assert!(
        history
            .to_string()
            .contains("(stopped early after 6 epochs)")
    );
    let (_, model, training, one) = scripted(LOSSES)?;
    let history = training.patience(4).fit(&model, &one, 7)?;
    assert_eq!((history.len(), history.best()), (7, Some(6)));
    assert_eq!(weight(&model)?, [7.0]);
    Ok(())
}

#[test]
fn a_loss_that_is_not_finite_names_the_epoch_and_the_cure() -> Result<()> {
    for bad in [f64::NAN, f64::INFINITY] {
        let losses: &'static [f64] = vec![1.0, 1.0, bad, 1.0].leak();
        let (_, model, training, one) = scripted(losses)?;
        let error = message(training.fit(&model, &one, 4));
        assert!(
            error.starts_with("epoch 3: the loss is no finite number"),
            "{error}"
        );
        assert!(error.contains("learning rate below 1,"), "{error}");
        let (_, model, training, one) = scripted(losses)?;
        let error = message(training.validation(&one).fit(&model, &one, 4));
        assert!(
            error.starts_with("epoch 2: the validation loss is no finite"),
            "{error}"
        );
    }
    let (params, model) = network()?;
    let (train, _) = loaders()?;
    let sgd = optim::Sgd::new(&params, 1e38)?;
    let error = message(
        Training::new(&params, sgd, loss::cross_entropy)
            .quiet()
            .fit(&model, &train, 4),
    );
    assert!(
        error.starts_with("epoch 1") && error.contains("learning rate"),
        "{error}"
    );
    Ok(())
}

#[test]
fn a_loss_that_is_cut_off_is_refused_in_fit_and_in_the_background() -> Result<()> {
    let (train, _) = loaders()?;
    let (params, model) = network()?;
    let cut = |outputs: &Tensor, targets: &Tensor| loss::cross_entropy(&outputs.detach(), targets);
    let new = || Training::new(&params, optim::Adam::new(&params, 0.01).unwrap(), cut).quiet();
    for error in [
        message(new().fit(&model, &train, 3)),
        message(new().spawn(&model, &train, 3)?.wait()),
    ] {
        let start =
            "step: nothing is trained: no gradient reaches fc1.weight, fc1.bias, bn.weight,";
        assert!(error.starts_with(start), "{error}");
        assert!(error.contains("cut off from these by .detach()"), "{error}");
    }
    // A frozen body is usual.
    params.freeze("fc1")?;
    let adam = optim::Adam::new(&params, 0.01)?;
    let training = Training::new(&params, adam, loss::cross_entropy).quiet();
    training.fit(&model, &train, 1)?;
    Ok(())
}

#[test]
fn settings_that_cannot_work_are_refused() -> Result<()> {
    let (train, validation) = loaders()?;
    let (params, model) = network()?;
    let new = || adam(&params, &validation).unwrap();
    let small = TensorDataset::new(
        Tensor::zeros((2, 64), DType::F32, &Device::Cpu)?,
        Tensor::zeros(2, DType::U32, &Device::Cpu)?,
    )?;
    let none = DataLoader::new(small, 4)?.drop_last(true);
    for (result, words) in [
        (new().fit(&model, &train, 0), "at least 1, got 0"),
        (new().fit(&model, &none, 1), "drop_last"),
        (new().validation(&none).fit(&model, &train, 1), "drop_last"),
        (new().patience(0).fit(&model, &train, 1), "got 0"),
        (new().checkpoint("x", 0).fit(&model, &train, 1), "every 0"),
        (new().resume().fit(&model, &train, 1), ".checkpoint("),
        (
            new().checkpoint("/no/such/x", 1).fit(&model, &train, 1),
            "/no/such/x",
        ),
    ] {
        let error = message(result);
        assert!(error.contains(words), "{error}");
    }
    assert!(message(new().patience(0).spawn(&model, &train, 1)).contains("got 0"));
    let adam = optim::Adam::new(&params, 0.01)?;
    let each = Training::new(&params, adam, |outputs: &Tensor, _: &Tensor| outputs.sum(1)).quiet();
    assert_eq!(
        message(each.fit(&model, &train, 1)),
        "fit: the loss must be one number, got shape (32): take the mean over the batch"
    );
    Ok(())
}

#[test]
fn the_history_is_a_table_and_a_figure() -> Result<()> {
    let (_, model, training, one) = scripted(Box::leak(Box::new([0.5; 101])))?;
    let history = training
        .validation(&one)
        .metric("<share>", |_: &Tensor, _: &Tensor| Ok(0.25))
        .fit(&model, &one, 100)?;
    let text = history.to_string();
    assert!(
        text.starts_with("   epoch  train loss  validation loss        lr   seconds   <share>\n"),
        "{text}"
    );
    assert!(
        text.contains("\n     * 1      0.5000           0.5000         1       0.0    0.2500\n"),
        "{text}"
    );
    assert!(
        text.ends_with("* best: epoch 1, validation loss 0.5000, <share> 0.2500"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1 + 21 + 1); // every fifth epoch, the best, and the last line
    let html = history.to_html();
    assert_eq!(html.matches("<tr>").count(), 22);
    assert!(html.contains("&lt;share&gt;") && !html.contains("<share>"));
    assert!(history.curves()?.svg()?.contains("validation"));
    assert!(message(History::default().curves()).contains("no epoch"));
    Ok(())
}
