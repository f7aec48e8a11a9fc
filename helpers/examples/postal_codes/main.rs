//! The measurements behind the notebook on postal codes, in full length, on MNIST's 10,000 test
//! digits.
//!
//! ```text
//! cargo run --release -p helpers --example postal_codes -- paper
//! ```
//!
//! - `paper`: the network of 1989 as it was trained then, five seeds
//! - `choose`: 33 years later, one change at a time, on digits held out of the training ones
//! - `later`: the same changes on all training digits, with the test error
//! - `groups`: the notebook's three groups of changes in ten passes, five seeds
//! - `rates`: the learning rates of the networks that the notebook compares, on digits held out of the training ones
//! - `cnn`: TP2's network on 8,000 digits, tested on 2,000, five seeds
//! - `epochs`: the time of six passes of it over 60,000 images
//!
//! PyTorch's side of `paper` and `cnn`, on the same digits:
//!
//! ```text
//! python helpers/examples/postal_codes/pytorch.py paper datasets
//! ```

mod changed;
mod cnn;
mod digits;
mod rates;
mod recipe;
mod rows;

use helpers::prelude::*;

const SEEDS: u64 = 5;

fn main() -> Result<()> {
    F::keep_freed_memory(); // as the notebooks do
    let what = std::env::args().nth(1).unwrap_or_default();
    match what.as_str() {
        "paper" => rows::paper(),
        "choose" => rows::later(&digits::held_out()?, "held-out error"),
        "later" => rows::later(&digits::zip_codes()?, "test error"),
        "groups" => rows::groups(),
        "rates" => rates::choose(std::env::args().nth(2).as_deref()),
        "cnn" => cnn::accuracy(),
        "epochs" => cnn::six_epochs(),
        _ => {
            println!("say what to measure: paper, choose, later, groups, rates, cnn or epochs");
            Ok(())
        }
    }
}

/// The mean of some percentages and their spread (standard deviation).
fn summary(values: &[f64]) -> String {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let spread = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    format!("{mean:.2} +- {:.2} %", spread.sqrt())
}
