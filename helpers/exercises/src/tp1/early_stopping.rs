//! Notebook 6: the loop that stops early.

use std::cell::Cell;

use candle_core::{DType, Device, Result, bail};

use super::inputs::{CASES, whole};
use crate::{Card, check};
use candle_functional::random;
use networks::data::DataLoader;
use networks::nn::{Model, Parameters};
use networks::optim::{self, Optimizer};
use networks::{loss, models};

/// A function that the loop may call, again and again.
type Call<'a, T> = &'a mut dyn FnMut() -> Result<T>;

/// What a loop with early stopping did: the number it returned, the epochs it trained, and after
/// which of them, counted from 1, it kept the weights.
type Outcome = (usize, usize, Vec<usize>);

/// Checks a training loop with early stopping: `f(train_epoch, keep, patience, epochs)` calls
/// `train_epoch()`, which trains for one epoch and gives the validation loss, `epochs` times at the
/// most; calls `keep()` after each epoch whose loss is below all before; stops when `patience` epochs
/// in a row have brought no such loss; and returns how many epochs it has trained.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::stop_early(|train_epoch, keep, _patience, epochs| {
///     for _ in 0..epochs {
///         train_epoch()?;
///         keep()?;
///     }
///     Ok(epochs)
/// });
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn stop_early(f: impl Fn(Call<'_, f64>, Call<'_, ()>, usize, usize) -> Result<usize>) -> Card {
    let verified =
        "Fresh runs stop after the right epoch and keep the right weights, a real one too";
    check("A loop that stops early", verified, |cases| {
        for case in 0..CASES {
            let (losses, patience) = match case {
                0 => (vec![0.9, 0.7, 0.8, 0.75, 0.6], 2),
                1 => (vec![0.9, 0.8, 0.7, 0.6], 1),
                2 => (vec![0.5, 0.5, 0.5, 0.4], 2),
                _ => {
                    let losses = (0..whole(1, 9)).map(|_| whole(10, 60) as f64 / 100.0);
                    (losses.collect(), whole(1, 3))
                }
            };
            let input = format!("validation losses {losses:?} and patience {patience}");
            let mut coming = losses.iter().copied();
            let got = || {
                let next = || match coming.next() {
                    Some(loss) => Ok(loss),
                    None => bail!("train_epoch() was called more than {} times", losses.len()),
                };
                Ok(describe(&outcome(&f, next, patience, losses.len())?))
            };
            cases.equal(&input, got, describe(&right_outcome(&losses, patience)))?;
        }
        // The same training twice: the first time to its end.
        let (epochs, patience) = (60, 5);
        let mut whole_run = small_training()?;
        let losses = (0..epochs)
            .map(|_| whole_run())
            .collect::<Result<Vec<f64>>>()?;
        let got = || Ok(describe(&outcome(&f, small_training()?, patience, epochs)?));
        let right = describe(&right_outcome(&losses, patience));
        cases.equal(
            "a real network on 20 points, patience 5, at most 60 epochs",
            got,
            right,
        )
    })
}

/// What the loop `f` does with these epochs.
fn outcome(
    f: impl Fn(Call<'_, f64>, Call<'_, ()>, usize, usize) -> Result<usize>,
    mut epoch: impl FnMut() -> Result<f64>,
    patience: usize,
    epochs: usize,
) -> Result<Outcome> {
    let trained = Cell::new(0);
    let mut kept = Vec::new();
    let mut train_epoch = || -> Result<f64> {
        trained.set(trained.get() + 1);
        epoch()
    };
    let mut keep = || -> Result<()> {
        kept.push(trained.get());
        Ok(())
    };
    let returned = f(&mut train_epoch, &mut keep, patience, epochs)?;
    Ok((returned, trained.get(), kept))
}

fn right_outcome(losses: &[f64], patience: usize) -> Outcome {
    let (mut lowest, mut kept) = (f64::INFINITY, Vec::new());
    for (epoch, &loss) in (1..).zip(losses) {
        if loss < lowest {
            lowest = loss;
            kept.push(epoch);
        }
        if epoch - kept.last().copied().unwrap_or(0) >= patience {
            return (epoch, epoch, kept);
        }
    }
    (losses.len(), losses.len(), kept)
}

fn describe((returned, trained, kept): &Outcome) -> String {
    format!("trained {trained} epochs, kept after {kept:?}, returned {returned}")
}

/// A small network on 20 points of two half-moons: each call trains it for one epoch and gives the
/// validation loss. It is the same each time.
fn small_training() -> Result<impl FnMut() -> Result<f64>> {
    random::manual_seed(7);
    let (train, validation) = (datasets::moons(10, 0.3)?, datasets::moons(50, 0.3)?);
    let params = Parameters::new(&Device::Cpu);
    let model = models::mlp(&[2, 32, 2], &params)?;
    let mut adam = optim::Adam::new(&params, 0.03)?;
    let loader = DataLoader::new(train, 10)?.shuffle(true);
    Ok(move || -> Result<f64> {
        for batch in &loader {
            let (x, targets) = batch?;
            let loss = loss::cross_entropy(&model.forward(&x, true)?, &targets)?;
            adam.step(&loss.backward()?)?;
        }
        let logits = model.forward(validation.inputs(), false)?;
        let loss = loss::cross_entropy(&logits, validation.targets())?;
        loss.to_dtype(DType::F64)?.to_scalar()
    })
}
