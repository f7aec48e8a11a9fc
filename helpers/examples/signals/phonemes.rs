//! /b/, /d/ or /g/: a time-delay network, a linear model, an MLP.

use std::time::Instant;

use helpers::prelude::*;

use crate::{CHOOSING, SEEDS, mean, summary};

const RATES: [f64; 6] = [3e-3, 1e-2, 2e-2, 4e-2, 8e-2, 0.16];
const EPOCHS: usize = 20;
const NAMES: [&str; 4] = ["linear", "MLP 240-32-3", "TDNN 1989", "TDNN, ReLU"];

/// Waibel et al. 1989: windows of 3 frames, of 5 frames, then the sum over time.
struct TimeDelay {
    h1: nn::Conv1d,
    h2: nn::Conv1d,
    weight: nn::Parameter,
    bias: nn::Parameter,
    relu: bool,
}

impl TimeDelay {
    fn new(params: &Parameters, relu: bool) -> Result<TimeDelay> {
        let out = params.at("out");
        Ok(TimeDelay {
            h1: nn::conv1d(16, 8, 3, &params.at("h1"))?,
            h2: nn::conv1d(8, 3, 5, &params.at("h2"))?,
            weight: out.create("weight", (3, 1), nn::Init::Constant(9.0))?,
            bias: out.create("bias", (3, 1), nn::Init::ZEROS)?,
            relu,
        })
    }
}

impl Model for TimeDelay {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let activation = if self.relu { F::relu } else { F::sigmoid };
        let h1 = activation(&self.h1.forward(x, train)?)?;
        let h2 = activation(&self.h2.forward(&h1, train)?)?;
        let mean = F::avg_pool1d(&h2, F::PoolOptions::new(h2.dim(2)?))?;
        let logits = mean.broadcast_mul(&self.weight.tensor())?;
        logits.broadcast_add(&self.bias.tensor())?.squeeze(2)
    }
}

fn network(name: &str, params: &Parameters) -> Result<Box<dyn Model>> {
    let model: Box<dyn Model> = match name {
        "linear" => Box::new(models::mlp(&[240, 3], params)?),
        "MLP 240-32-3" => Box::new(models::mlp(&[240, 32, 3], params)?),
        "TDNN 1989" => Box::new(TimeDelay::new(params, false)?),
        _ => Box::new(TimeDelay::new(params, true)?),
    };
    Ok(model)
}

/// The accuracy in percent on `others`, and the number of parameters.
fn accuracy(
    name: &str,
    lr: f64,
    seed: u64,
    train: &TensorDataset,
    others: &TensorDataset,
) -> Result<(f64, usize)> {
    manual_seed(seed);
    let params = Parameters::new(&Device::Cpu);
    let model = network(name, &params)?;
    let loader = DataLoader::new(train.clone(), 32)?.shuffle(true);
    Training::new(&params, optim::Adam::new(&params, lr)?, loss::cross_entropy)
        .schedule(optim::CosineLr::new(lr, EPOCHS)?)
        .quiet()
        .fit(&*model, &loader, EPOCHS)?;
    let logits = model.forward(others.inputs(), false)?;
    let accuracy = metrics::accuracy(&logits, others.targets())?;
    Ok((100.0 * accuracy, params.count()))
}

pub fn compare() -> Result<()> {
    manual_seed(1);
    let draw = |count| Ok::<_, Error>(datasets::consonants(count)?.spectrograms);
    let (train, validation, test) = (draw(2_400)?, draw(600)?, draw(1_200)?);
    for name in NAMES {
        let (mut best, mut highest) = (0.0, 0.0);
        for lr in RATES {
            let mut accuracies = Vec::new();
            for seed in CHOOSING {
                accuracies.push(accuracy(name, lr, seed, &train, &validation)?.0);
            }
            println!("{name:<14} lr {lr}: validation {}", summary(&accuracies));
            if mean(&accuracies) > highest {
                (best, highest) = (lr, mean(&accuracies));
            }
        }
        let (mut accuracies, mut count) = (Vec::new(), 0);
        let start = Instant::now();
        for seed in SEEDS {
            let (accuracy, parameters) = accuracy(name, best, seed, &train, &test)?;
            accuracies.push(accuracy);
            count = parameters;
        }
        let seconds = start.elapsed().as_secs_f64() / accuracies.len() as f64;
        println!(
            "{name:<14} {count} parameters, lr {best}: test {}, {seconds:.1} s a run",
            summary(&accuracies)
        );
    }
    Ok(())
}
