#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use std::time::{Duration, Instant};

use common::training::{adam, bits, loaders, message, network};
use helpers::prelude::*;

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
            random::set_stream(random::split());
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
    let path = std::path::PathBuf::from(&file);
    let read = || -> Option<serde_json::Value> {
        // Never half a file: whatever is there can be read.
        Some(serde_json::from_slice(&std::fs::read(&path).ok()?).unwrap())
    };
    until(|| read().is_some_and(|run| run["unit"] == "epoch"));
    run.stop()?;
    let all_done = || {
        std::fs::read_dir(path.parent().unwrap())
            .unwrap()
            .flatten()
            .all(|file| {
                std::fs::read_to_string(file.path())
                    .is_ok_and(|json| json.contains("\"done\":true"))
            })
    };
    until(all_done);
    let last = read().unwrap();
    let curve = |name: &str| last[name].as_array().unwrap().len();
    assert!(curve("train") > 1);
    assert_eq!(curve("train"), curve("validation"));
    assert!(last["line"].as_str().unwrap().contains("stopped"));
    std::fs::remove_dir_all(path.parent().unwrap())?;
    Ok(())
}

/// As many operations in a row as a simulation has that is trained through.
#[derive(Clone)]
struct Long(nn::Linear);

impl Model for Long {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let mut y = self.0.forward(x, train)?;
        for _ in 0..1_200_000 {
            y = (y * 0.999_999)?;
        }
        Ok(y)
    }
}

#[test]
fn a_background_run_walks_back_over_a_million_operations() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let model = Long(nn::linear(1, 1, &params.at("fc"))?);
    let x = Tensor::ones((1, 1), DType::F32, &Device::Cpu)?;
    let one = DataLoader::new(TensorDataset::new(x.clone(), x)?, 1)?;
    let before = model.0.bias.tensor().to_vec1::<f32>()?;
    let training = Training::new(&params, optim::Sgd::new(&params, 0.1)?, loss::mse);
    training.quiet().spawn(&model, &one, 1)?.wait()?;
    assert_ne!(model.0.bias.tensor().to_vec1::<f32>()?, before);
    Ok(())
}
