#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::{Duration, Instant};

use helpers::prelude::*;
use helpers::train::History;

/// A small network with everything that has a state: batch normalisation, dropout.
fn network() -> Result<(Parameters, nn::Sequential)> {
    let params = Parameters::new(&Device::Cpu);
    let p = |name: &str| params.at(name);
    let model = nn::Sequential::new(&params)
        .add("flatten", nn::Flatten)
        .add("fc1", nn::linear(64, 16, &p("fc1"))?)
        .add("bn", nn::batch_norm1d(16, &p("bn"))?)
        .add("relu", nn::Relu)
        .add("dropout", nn::dropout(0.3)?)
        .add("fc2", nn::linear(16, 10, &p("fc2"))?);
    Ok((params, model))
}

fn loaders() -> Result<(DataLoader, DataLoader)> {
    let (train, rest) = random::with_generator(|_| datasets::digits())?.random_split(0.2)?;
    let train = DataLoader::new(train, 32)?.shuffle(true);
    Ok((train, DataLoader::new(rest, 256)?))
}

fn adam(params: &Parameters, validation: &DataLoader) -> Result<Training> {
    let adam = optim::Adam::new(params, 0.01)?;
    Ok(Training::new(params, adam, loss::cross_entropy)
        .validation(validation)
        .metric("accuracy", metrics::accuracy)
        .schedule(optim::CosineLr::new(0.01, 4)?)
        .quiet())
}

/// Every number of a model and of a history but the seconds, bit for bit.
fn bits(params: &Parameters, history: &History) -> Result<Vec<u64>> {
    let tensors = params.all().into_iter().map(|p| p.tensor());
    let tensors = tensors.chain(params.buffers().into_iter().map(|b| b.tensor()));
    let mut values = Vec::new();
    for tensor in tensors {
        values.extend(
            tensor
                .flatten_all()?
                .to_dtype(DType::F64)?
                .to_vec1::<f64>()?,
        );
    }
    for epoch in history.epochs() {
        values.extend([epoch.train_loss, epoch.validation_loss.unwrap(), epoch.lr]);
        values.extend(&epoch.metrics);
    }
    Ok(values.into_iter().map(f64::to_bits).collect())
}

/// The error, without the trace of calls that candle may append.
fn message<T>(result: Result<T>) -> String {
    let error = result.err().expect("an error").to_string();
    error.lines().next().unwrap().to_string()
}

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

#[test]
fn resumed_training_is_uninterrupted_training_bit_for_bit() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let at_once = |path: &str, stops: &[usize]| -> Result<Vec<u64>> {
        let path = folder.path().join(path);
        let mut last = None;
        manual_seed(5);
        let (train, validation) = loaders()?;
        let generator = random::split();
        for &epochs in stops {
            // A kernel that starts anew: other parameters, another place in the random numbers.
            if last.is_some() {
                manual_seed(99);
            } else {
                random::set_generator(generator.clone());
            }
            let (params, model) = network()?;
            let history = adam(&params, &validation)?
                .restore_best()
                .checkpoint(&path, 2)
                .resume()
                .fit(&model, &train, epochs)?;
            assert_eq!(history.len(), epochs);
            last = Some(bits(&params, &history)?);
        }
        // Nothing but the checkpoint is left behind.
        assert!(!path.with_extension("partial").exists());
        Ok(last.unwrap())
    };
    let whole = at_once("whole", &[4])?;
    assert_eq!(whole, at_once("parts", &[2, 4])?);
    assert_eq!(whole, at_once("more", &[1, 2, 3, 4, 4])?);
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 3);
    Ok(())
}

#[test]
fn a_checkpoint_that_is_not_whole_or_not_ours_changes_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("run.safetensors");
    manual_seed(6);
    let (train, validation) = loaders()?;
    let (params, model) = network()?;
    adam(&params, &validation)?
        .checkpoint(&path, 1)
        .fit(&model, &train, 1)?;
    let whole = std::fs::read(&path)?;

    let (other, model) = network()?;
    let before = bits(&other, &History::default())?;
    let refused = |training: Training, words: &str| -> Result<()> {
        let error = message(
            training
                .checkpoint(&path, 1)
                .resume()
                .fit(&model, &train, 2),
        );
        assert!(
            error.contains(words) && error.contains("remove the file"),
            "{error}"
        );
        assert_eq!(bits(&other, &History::default())?, before);
        Ok(())
    };
    for length in [0, 5, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length])?;
        refused(adam(&other, &validation)?, "cannot be read")?;
    }
    params.save(&path)?;
    refused(
        adam(&other, &validation)?,
        "is not a checkpoint of a training",
    )?;
    std::fs::write(&path, &whole)?;
    let sgd = optim::Sgd::new(&other, 0.1)?.momentum(0.9)?;
    let sgd = Training::new(&other, sgd, loss::cross_entropy).metric("accuracy", metrics::accuracy);
    refused(sgd.quiet(), "momentum_buffer")?;
    refused(
        adam(&other, &validation)?.metric("error", metrics::accuracy),
        "seconds,accuracy,error",
    )?;
    refused(adam(&other, &validation)?.restore_best(), "best weights")?;
    let small = Parameters::new(&Device::Cpu);
    nn::linear(2, 2, &small.at("fc1"))?;
    let error = message(
        adam(&small, &validation)?
            .checkpoint(&path, 1)
            .resume()
            .fit(&model, &train, 2),
    );
    assert!(error.contains("fc1.weight"), "{error}");
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
    assert!(message(each.fit(&model, &train, 1)).contains("take the mean over the batch"));
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

/// Waits until `ready`, half a minute at most.
fn until(ready: impl Fn() -> bool) {
    let start = Instant::now();
    while !ready() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never came");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_background_run_is_the_same_training() -> Result<()> {
    let train_it = |background: bool| -> Result<Vec<u64>> {
        manual_seed(7);
        let (train, validation) = loaders()?;
        let (params, model) = network()?;
        let training = adam(&params, &validation)?;
        let history = if background {
            let run = training.spawn(&model, &train, 3)?;
            manual_seed(1); // what this thread draws meanwhile changes nothing
            random::permutation(1000);
            run.wait()?;
            assert!(run.progress().done && run.curves().is_ok());
            run.clone().wait()? // as often as one likes
        } else {
            random::set_generator(random::split());
            training.fit(&model, &train, 3)?
        };
        bits(&params, &history)
    };
    assert_eq!(train_it(true)?, train_it(false)?);
    Ok(())
}

#[test]
fn a_background_run_stops_when_asked_and_when_dropped() -> Result<()> {
    let (train, validation) = loaders()?;
    let (params, model) = network()?;
    let run = adam(&params, &validation)?.spawn(&model, &train, 1_000_000)?;
    until(|| run.progress().epoch > 2);
    let line = run.progress().to_string();
    assert!(
        line.contains("/1000000, batch ") && line.contains("examples/s"),
        "{line}"
    );
    assert!(run.curves()?.svg()?.contains("validation"));
    let history = run.stop()?;
    assert!(history.len() >= 2 && history.to_string().contains("(stopped in epoch "));
    assert!(run.progress().to_string().contains(", stopped in epoch "));
    let now = bits(&params, &history)?;
    assert_eq!(now, bits(&params, &run.stop()?)?);

    let run = adam(&params, &validation)?.spawn(&model, &train, 1_000_000)?;
    until(|| run.progress().loss.is_some());
    drop(run);
    let weights = || bits(&params, &history).unwrap();
    until(|| {
        let before = weights();
        std::thread::sleep(Duration::from_millis(50));
        before == weights()
    });
    Ok(())
}

#[derive(Clone)]
struct Broken(nn::Linear, bool);

impl Model for Broken {
    fn forward(&self, x: &Tensor, _: bool) -> Result<Tensor> {
        assert!(!self.1, "the student's\nassertion");
        self.0.forward(x, true)
    }
}

#[test]
fn errors_and_panics_of_the_thread_come_back_in_one_line() -> Result<()> {
    let (train, validation) = loaders()?;
    for (panics, words) in [
        (true, "the training panicked: the student's assertion"),
        (false, "linear"),
    ] {
        let params = Parameters::new(&Device::Cpu);
        let model = Broken(nn::linear(3, 10, &params.at("fc"))?, panics);
        let run = adam(&params, &validation)?.spawn(&model, &train, 2)?;
        let error = message(run.wait());
        assert!(
            error.contains(words) && error.lines().count() == 1,
            "{error}"
        );
        assert!(run.progress().to_string().contains("failed"));
        assert_eq!(message(run.stop()), error);
    }
    Ok(())
}

#[test]
fn a_live_curve_is_a_file_beside_the_notebook() -> Result<()> {
    let (train, validation) = loaders()?;
    let (params, model) = network()?;
    let run = adam(&params, &validation)?.spawn(&model, &train, 1_000_000)?;
    let (live, other) = (run.live(), run.live());
    let html = live.to_html();
    let file = html.split('"').nth(1).unwrap().to_string();
    assert!(file.ends_with(".json") && file.contains("/live/"));
    assert!(!other.to_html().contains(&file));
    assert!(live.to_string().contains("run.progress()"));
    let path = std::path::Path::new("/").join(&file);
    let read = || -> Option<serde_json::Value> {
        // Never half a file: whatever is there can be read.
        Some(serde_json::from_slice(&std::fs::read(&path).ok()?).unwrap())
    };
    until(|| read().is_some_and(|run| run["unit"] == "epoch"));
    run.stop()?;
    until(|| read().is_some_and(|run| run["done"] == true));
    let last = read().unwrap();
    let curve = |i: usize| last["curves"][i]["values"].as_array().unwrap().len();
    assert_eq!(
        (&last["curves"][1]["name"], curve(0)),
        (&"validation".into(), curve(1))
    );
    assert!(last["line"].as_str().unwrap().contains("stopped"));
    std::fs::remove_file(&path)?;
    Ok(())
}
