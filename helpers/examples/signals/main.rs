//! The measurements behind the notebook on signals, in full length.
//!
//! ```text
//! cargo run --release -p helpers --example signals -- phonemes
//! ```
//!
//! - `phonemes`: the time-delay network of 1989 beside a linear model and an MLP: the learning rate of each,
//!   chosen on validation sounds, then five seeds on test sounds
//! - `signatures`: equal error rates on new writers: distance on raw signals, contrastive loss and cosine, each
//!   with its own settings, chosen on validation writers, then five seeds
//! - `towers`: other towers for the signatures, at the contrastive loss's settings

mod phonemes;
mod signatures;

use helpers::prelude::*;

const SEEDS: std::ops::RangeInclusive<u64> = 1..=5;
/// Settings are chosen with these.
const CHOOSING: [u64; 3] = [101, 102, 103];

fn main() -> Result<()> {
    F::keep_freed_memory(); // as the notebooks do
    let what = std::env::args().nth(1).unwrap_or_default();
    match what.as_str() {
        "phonemes" => phonemes::compare(),
        "signatures" => signatures::compare(),
        "towers" => signatures::towers(),
        _ => {
            println!("say what to measure: phonemes, signatures or towers");
            Ok(())
        }
    }
}

/// The mean of some percentages and their spread (standard deviation).
fn summary(values: &[f64]) -> String {
    let n = values.len() as f64;
    let mean = mean(values);
    let spread = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    format!("{mean:.2} +- {:.2} %", spread.sqrt())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
