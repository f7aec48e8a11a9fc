#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../../tests/common/child.rs"]
mod child;
mod common;

use child::printed;
use common::training::{adam, bits, loaders, message, network};
use helpers::prelude::*;
use helpers::train::History;

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
                random::set_stream(generator.clone());
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
    for (length, words) in [
        (0, "is empty"),
        (5, "is neither a safetensors file nor"),
        (whole.len() / 2, "is damaged or cut off"),
        (whole.len() - 1, "is damaged or cut off"),
    ] {
        std::fs::write(&path, &whole[..length])?;
        refused(adam(&other, &validation)?, words)?;
    }
    params.save(&path)?;
    refused(
        adam(&other, &validation)?,
        "is not a checkpoint of a training",
    )?;
    std::fs::write(&path, &whole)?;
    let sgd = optim::Sgd::new(&other, 0.1)?.momentum(0.9)?;
    let sgd = Training::new(&other, sgd, loss::cross_entropy).metric("accuracy", metrics::accuracy);
    refused(sgd.validation(&validation).quiet(), "momentum_buffer")?;
    refused(
        adam(&other, &validation)?.metric("error", metrics::accuracy),
        "its metrics are: accuracy; those of this training: accuracy, error; ask for the same",
    )?;
    let bare = optim::Adam::new(&other, 0.01)?;
    let bare =
        Training::new(&other, bare, loss::cross_entropy).metric("accuracy", metrics::accuracy);
    refused(
        bare.quiet(),
        "it was trained with validation data, this training is without",
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

#[test]
fn a_checkpoint_is_not_overwritten_by_a_training_that_starts_anew() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("run.safetensors");
    let (train, validation) = loaders()?;
    let (params, model) = network()?;
    let new = || -> Result<Training> { Ok(adam(&params, &validation)?.checkpoint(&path, 1)) };
    new()?.fit(&model, &train, 2)?;
    let kept = std::fs::read(&path)?;
    let expected = format!(
        "checkpoint: {} is there already: add .resume() to go on from it, or remove the file to start anew",
        path.display()
    );
    assert_eq!(message(new()?.fit(&model, &train, 1)), expected);
    assert_eq!(message(new()?.spawn(&model, &train, 1)), expected);
    assert_eq!(std::fs::read(&path)?, kept);
    assert_eq!(new()?.resume().fit(&model, &train, 3)?.len(), 3);
    Ok(())
}

/// What two trainings of the same file print: at lr 0.1, then at 0.001 and in the background.
#[test]
#[ignore = "run by another test"]
fn trains_and_resumes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    std::env::set_current_dir(folder.path())?;
    let params = Parameters::new(&Device::Cpu);
    let model = nn::linear(1, 1, &params.at("fc"))?;
    let x = Tensor::ones((2, 1), DType::F32, &Device::Cpu)?;
    let ones = DataLoader::new(TensorDataset::new(x.clone(), x)?, 2)?;
    let at = |lr| -> Result<Training> {
        let sgd = optim::Sgd::new(&params, lr)?;
        let training = Training::new(&params, sgd, loss::mse).checkpoint("run", 1);
        Ok(training.resume())
    };
    let lrs = |history: &History| history.epochs().iter().map(|e| e.lr).collect::<Vec<_>>();
    at(0.1)?.fit(&model, &ones, 2)?;
    assert_eq!(lrs(&at(0.001)?.fit(&model, &ones, 3)?), [0.1, 0.1, 0.001]);
    let history = at(0.001)?.spawn(&model, &ones, 3)?.wait()?;
    println!("{}", history.to_string().lines().last().unwrap());
    at(0.001)?.quiet().fit(&model, &ones, 4)?;
    at(0.001)?.patience(1).quiet().fit(&model, &ones, 4)?;
    let schedule = optim::StepLr::new(0.5, 1, 0.5)?;
    let history = at(0.001)?.schedule(schedule).fit(&model, &ones, 6)?;
    assert_eq!(lrs(&history)[3..], [0.001, 0.5 / 16.0, 0.5 / 32.0]);
    Ok(())
}

#[test]
fn what_is_resumed_is_said() {
    let text = printed("trains_and_resumes", None);
    let lines: Vec<&str> = text.lines().collect();
    let resumed = |epochs: &str, rate: &str| {
        format!(
            "resume: {epochs} epochs are in run; from it: weights, the optimizer's averages, random numbers, history; from this training: {rate}, data, settings"
        )
    };
    assert_eq!(lines[0], "resume: there is no run yet: from the beginning");
    assert!(lines[1].starts_with("2 epochs, "), "{text}");
    let rate = "learning rate 0.001 (in place of 0.1)";
    assert_eq!(lines[2], resumed("2 of 3", rate));
    assert!(lines[3].starts_with("3 epochs, "), "{text}");
    assert_eq!(lines[4], resumed("3 of 3", "learning rate 0.001"));
    let nothing = "(nothing was trained: the checkpoint has 3 epochs, and 3 were asked for, \
        those before included; ask for more, or remove the file to start anew)";
    assert!(lines[5].ends_with(nothing), "{text}");
    assert_eq!(lines[6], resumed("4 of 6", "schedule"));
    assert!(
        lines[7].starts_with("6 epochs, ") && lines.len() == 8,
        "{text}"
    );
}
