#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

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
