//! What the training loop costs beside one written by hand, and how fast a background run stops: on
//! TP2's network, batches of 64.
//!
//! ```text
//! cargo run --release -p helpers --example train_overhead
//! ```

use std::time::{Duration, Instant};

use helpers::prelude::*;

const ROUNDS: usize = 31;
const LR: f64 = 1e-3;

fn main() -> Result<()> {
    manual_seed(1);
    let pictures = random::normal(0.0, 1.0, (1280, 1, 28, 28), &Device::Cpu)?;
    let classes: Vec<u32> = (0..1280).map(|i| i % 10).collect();
    let classes = Tensor::new(classes, &Device::Cpu)?;
    let loader = DataLoader::new(TensorDataset::new(pictures, classes)?, 64)?.shuffle(true);

    // The two in turns, so that whatever else the machine does disturbs both.
    let (mut by_hand, mut fit, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (hand, ours) = if round % 2 == 0 {
            let hand = loop_by_hand(&loader)?;
            (hand, loop_of_fit(&loader)?)
        } else {
            let ours = loop_of_fit(&loader)?;
            (loop_by_hand(&loader)?, ours)
        };
        if round > 0 {
            by_hand.push(hand);
            fit.push(ours);
            ratios.push(ours / hand);
        }
    }
    println!("by hand {:.2} ms a step", median(by_hand));
    println!("fit     {:.2} ms a step", median(fit));
    println!("ratio   {:.4} (median of {ROUNDS} rounds)", median(ratios));

    let params = Parameters::new(&Device::Cpu);
    let model = models::cnn(&params)?;
    let mut waits = Vec::new();
    for round in 0..15 {
        let adam = optim::Adam::new(&params, LR)?;
        let run = Training::new(&params, adam, loss::cross_entropy)
            .validation(&loader)
            .metric("accuracy", metrics::accuracy)
            .spawn(&model, &loader, 1000)?;
        std::thread::sleep(Duration::from_millis(300 + 37 * round));
        let start = Instant::now();
        run.stop()?;
        waits.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let longest = waits.iter().copied().fold(0.0, f64::max);
    println!(
        "stop answers in {:.1} ms, {longest:.1} ms at most",
        median(waits)
    );
    Ok(())
}

/// Milliseconds a step.
fn loop_by_hand(loader: &DataLoader) -> Result<f64> {
    let params = Parameters::new(&Device::Cpu);
    let model = models::cnn(&params)?;
    let mut adam = optim::Adam::new(&params, LR)?;
    let start = Instant::now();
    for _ in 0..2 {
        for batch in loader {
            let (x, targets) = batch?;
            let loss = loss::cross_entropy(&model.forward(&x, true)?, &targets)?;
            adam.step(&loss.backward()?)?;
        }
    }
    Ok(start.elapsed().as_secs_f64() * 1e3 / (2 * loader.len()) as f64)
}

fn loop_of_fit(loader: &DataLoader) -> Result<f64> {
    let params = Parameters::new(&Device::Cpu);
    let model = models::cnn(&params)?;
    let adam = optim::Adam::new(&params, LR)?;
    let training = Training::new(&params, adam, loss::cross_entropy);
    let start = Instant::now();
    training.quiet().fit(&model, loader, 2)?;
    Ok(start.elapsed().as_secs_f64() * 1e3 / (2 * loader.len()) as f64)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
