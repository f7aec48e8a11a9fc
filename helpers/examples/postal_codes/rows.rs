//! The network of 1989, then and now.

use std::time::Instant;

use helpers::prelude::*;

use crate::digits::{self, Split};
use crate::rates;
use crate::recipe::{Recipe, errors};
use crate::{SEEDS, summary};

/// LeCun et al. 1989: squared error, a digit a step, plain gradient descent, 23 passes. (The
/// learning rate of 0.03 is that of Karpathy's reproduction; the paper has second derivatives.)
const PAPER: Recipe = Recipe {
    softmax: false,
    adam: false,
    lr: 0.03,
    cosine: false,
    batch_size: 1,
    epochs: 23,
    shifts: 0,
    relu: false,
    dropout: 0.0,
};

pub fn paper() -> Result<()> {
    row("1989", &PAPER, &digits::zip_codes()?, "test error")
}

pub fn later(digits: &Split, what: &str) -> Result<()> {
    let softmax = Recipe {
        softmax: true,
        lr: 0.01,
        ..PAPER
    };
    let adam = Recipe {
        adam: true,
        lr: 2e-3,
        cosine: true,
        batch_size: 16,
        ..softmax.clone()
    };
    let shifts = Recipe {
        shifts: 2,
        epochs: 120,
        ..adam.clone()
    };
    let relu = Recipe {
        relu: true,
        dropout: 0.1,
        ..shifts.clone()
    };
    row("1989", &PAPER, digits, what)?;
    row("softmax and cross-entropy", &softmax, digits, what)?;
    row("Adam, batches of 16", &adam, digits, what)?;
    row("shifts, 120 passes", &shifts, digits, what)?;
    row("ReLU and dropout", &relu, digits, what)
}

/// The notebook's three groups of changes in ten passes, each at the rate that `rates` found.
pub fn groups() -> Result<()> {
    let digits = digits::zip_codes()?;
    for (name, lr) in [
        ("1. cross-entropy, Adam", 4e-3),
        ("2. moved digits", 4e-3),
        ("3. ReLU and dropout", 8e-3),
    ] {
        row(name, &rates::later(name, lr), &digits, "test error")?;
    }
    Ok(())
}

fn row(name: &str, recipe: &Recipe, digits: &Split, what: &str) -> Result<()> {
    let (mut train, mut others) = (Vec::new(), Vec::new());
    let start = Instant::now();
    for seed in 1..=SEEDS {
        let (a, b) = errors(recipe, digits, seed)?;
        train.push(a);
        others.push(b);
    }
    let seconds = start.elapsed().as_secs_f64() / SEEDS as f64;
    println!(
        "{name:<28} training error {:<16} {what} {:<16} {seconds:.0} s a run",
        summary(&train),
        summary(&others)
    );
    Ok(())
}
