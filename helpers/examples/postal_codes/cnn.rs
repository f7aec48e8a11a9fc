//! TP2's network on digits of 28 x 28 pixels.

use std::time::Instant;

use helpers::prelude::*;

use crate::digits;
use crate::{SEEDS, summary};

const EPOCHS: usize = 6;

/// Six passes over 8,000 digits by Adam in batches of 8, then the accuracy on 2,000.
pub fn accuracy() -> Result<()> {
    let digits = digits::large()?;
    let train = DataLoader::new(digits.train, 8)?.shuffle(true);
    let mut accuracies = Vec::new();
    for seed in 1..=SEEDS {
        let start = Instant::now();
        manual_seed(seed);
        let params = Parameters::new(&Device::Cpu);
        let model = models::cnn(&params)?;
        let adam = optim::Adam::new(&params, 1e-3)?;
        Training::new(&params, adam, loss::cross_entropy)
            .quiet()
            .fit(&model, &train, EPOCHS)?;
        let scores = model.forward(digits.others.inputs(), false)?;
        let accuracy = 100.0 * metrics::accuracy(&scores, digits.others.targets())?;
        println!(
            "seed {seed}: accuracy {accuracy:.2} %, {:.0} s",
            start.elapsed().as_secs_f64()
        );
        accuracies.push(accuracy);
    }
    println!("accuracy: {} over {SEEDS} seeds", summary(&accuracies));
    Ok(())
}

/// Six passes over 60,000 images, the 10,000 digits six times each, with validation on 10,000 after
/// every pass: it measures the time and not the accuracy.
pub fn six_epochs() -> Result<()> {
    let start = Instant::now();
    manual_seed(1);
    let digits = datasets::mnist_10k()?;
    let six_times: Vec<usize> = (0..60_000).map(|i| i % digits.len()).collect();
    let train = DataLoader::new(digits.subset(&six_times)?, 8)?.shuffle(true);
    let validation = DataLoader::new(digits, 100)?;
    let params = Parameters::new(&Device::Cpu);
    let model = models::cnn(&params)?;
    let adam = optim::Adam::new(&params, 1e-3)?;
    Training::new(&params, adam, loss::cross_entropy)
        .validation(&validation)
        .metric("accuracy", metrics::accuracy)
        .fit(&model, &train, EPOCHS)?;
    println!(
        "six passes over 60,000 images: {:.1} s",
        start.elapsed().as_secs_f64()
    );
    Ok(())
}
