//! Sampling in proportion to weights.

use std::sync::Arc;

use candle_core::{Result, bail};
use rand::Rng;
use rand_distr::Exp1;

use super::Sampler;
use candle_functional::memory::can_hold;
use candle_functional::random;

/// Draws items in proportion to their weights, as PyTorch's `WeightedRandomSampler`: the cure for
/// classes of very different sizes.
///
/// ```
/// use helpers::prelude::*;
/// // Items 0 and 1 are of a class with twice as many items as that of item 2.
/// let sampler = WeightedRandomSampler::new(&[0.5, 0.5, 1.0], 1000, true)?;
/// let drawn = sampler.indices();
/// let twos = drawn.iter().filter(|&&index| index == 2).count();
/// assert!((400..600).contains(&twos)); // half of them
///
/// // Weights for each class are those of the items after one line.
/// let digits = datasets::digits()?;
/// let (targets, class_weights) = (digits.targets().to_vec1::<u32>()?, [0.1; 10]);
/// let weights: Vec<f64> = targets.iter().map(|&t| class_weights[t as usize]).collect();
/// let sampler = WeightedRandomSampler::new(&weights, 1000, true)?;
/// let loader = DataLoader::new(digits, 64)?.sampler(sampler)?;
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct WeightedRandomSampler {
    weights: Arc<[f64]>,
    num_samples: usize,
    replacement: bool,
}

impl WeightedRandomSampler {
    /// One weight for each item; they need not add up to 1. An epoch draws `num_samples` items; with
    /// `replacement` an item may come several times, without it comes once at most.
    ///
    /// # Errors
    /// No weight; a weight that is negative, infinite or NaN; no weight above 0; `num_samples` of 0, or
    /// more than there are items to draw without replacement.
    pub fn new(
        weights: &[f64],
        num_samples: usize,
        replacement: bool,
    ) -> Result<WeightedRandomSampler> {
        const WHAT: &str = "WeightedRandomSampler";
        let valid = |w: &f64| w.is_finite() && *w >= 0.0;
        if let Some(i) = weights.iter().position(|w| !valid(w)) {
            bail!(
                "{WHAT}: weight {i} is {}; weights must be finite, and at least 0",
                weights[i]
            );
        }
        let positive = weights.iter().filter(|w| **w > 0.0).count();
        if positive == 0 || !weights.iter().sum::<f64>().is_finite() {
            bail!(
                "{WHAT}: the weights must have a sum above 0 that is finite; {} were given",
                weights.len()
            );
        }
        if num_samples == 0 || !replacement && num_samples > positive {
            bail!(
                "{WHAT}: cannot draw {num_samples} items of the {positive} that have a weight above 0{}",
                if replacement {
                    ""
                } else {
                    " without replacement"
                }
            );
        }
        can_hold(WHAT, &[num_samples], size_of::<usize>())?;
        Ok(WeightedRandomSampler {
            weights: weights.into(),
            num_samples,
            replacement,
        })
    }

    fn with_replacement(&self) -> Vec<usize> {
        let mut total = 0.0;
        let add = |w: &f64| {
            total += w;
            total
        };
        let ends: Vec<f64> = self.weights.iter().map(add).collect();
        // Rounding may reach the end of the last one: that item is drawn then.
        let last = self.weights.iter().rposition(|w| *w > 0.0).unwrap_or(0);
        let draw = |g: &mut random::Generator| {
            let at = g.random::<f64>() * total;
            ends.partition_point(|end| *end <= at).min(last)
        };
        random::with_generator(|g| (0..self.num_samples).map(|_| draw(g)).collect())
    }

    /// Items wait for an exponential time of rate w, and come in the order of their times: the first is
    /// item i with probability w_i / sum, and so on for those left (Efraimidis and Spirakis 2006).
    fn without_replacement(&self) -> Vec<usize> {
        let mut times: Vec<(f64, usize)> = random::with_generator(|g| {
            let positive = self.weights.iter().enumerate().filter(|(_, w)| **w > 0.0);
            let time = |(i, w): (usize, &f64)| (g.sample::<f64, _>(Exp1) / w, i);
            positive.map(time).collect()
        });
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        times.truncate(self.num_samples);
        times.into_iter().map(|(_, index)| index).collect()
    }
}

impl Sampler for WeightedRandomSampler {
    fn len(&self) -> usize {
        self.num_samples
    }

    fn indices(&self) -> Vec<usize> {
        if self.replacement {
            self.with_replacement()
        } else {
            self.without_replacement()
        }
    }

    fn check(&self, items: usize) -> Result<()> {
        let weights = self.weights.len();
        if weights != items {
            bail!(
                "WeightedRandomSampler: {weights} weights, {items} items: one weight for each item, not for each class; from one for each class: let weights: Vec<f64> = targets.iter().map(|&t| class_weights[t as usize]).collect();"
            );
        }
        Ok(())
    }
}
