//! Notebook 3: the losses by hand.

use super::inputs::{CASES, value, whole};
use crate::{Card, check};

/// Checks the negative log-likelihood of a batch by hand: `f(probs, targets)` is the mean of
/// `-ln(probs[i][targets[i]])`.
///
/// ```
/// use helpers::prelude::*;
/// let sum = |probs: &[[f64; 3]], c: &[usize]| (0..c.len()).map(|i| -probs[i][c[i]].ln()).sum::<f64>();
/// let card = exercise::tp1::nll_of_batch(|probs, c| sum(probs, c) / c.len() as f64);
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::nll_of_batch(sum); // not the mean
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn nll_of_batch(f: impl Fn(&[[f64; 3]], &[usize]) -> f64) -> Card {
    check(
        "NLL of a batch",
        "The mean of −ln(p_c) is right on fresh batches of 1 to 4 rows",
        |cases| {
            for case in 0..CASES {
                let n = 1 + case % 4;
                let probs: Vec<[f64; 3]> = (0..n).map(|_| three_probabilities()).collect();
                let targets: Vec<usize> = (0..n).map(|_| whole(0, 2)).collect();
                let input = format!("nll(probs = {probs:?}, targets = {targets:?})");
                let rows = probs.iter().zip(&targets);
                let mean = rows.map(|(row, &c)| -row[c].ln()).sum::<f64>() / n as f64;
                cases.close(&input, || Ok(f(&probs, &targets)), mean)?;
            }
            Ok(())
        },
    )
}

/// Checks the log-likelihood of a model of two classes, `f(p, targets)`: the logarithm of the product of
/// the probabilities given to the right classes, p being that of class 1; also of so many points that
/// the product is 0 in f64.
///
/// ```
/// use helpers::prelude::*;
/// let right = |p: &[f64], c: &[u32]| {
///     p.iter().zip(c).map(|(p, &c)| if c == 1 { *p } else { 1.0 - p }).collect::<Vec<f64>>()
/// };
/// let card = exercise::tp1::log_likelihood(|p, c| right(p, c).iter().map(|p| p.ln()).sum());
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::log_likelihood(|p, c| right(p, c).iter().product::<f64>().ln());
/// assert!(card.message().contains("got -inf"));
/// ```
pub fn log_likelihood(f: impl Fn(&[f64], &[u32]) -> f64) -> Card {
    check(
        "The log-likelihood",
        "The logarithm of the product is right, also of 2000 points",
        |cases| {
            for case in 0..CASES {
                // One point of each class first.
                let n = if case < 2 { 1 } else { 1 + case % 5 };
                let p: Vec<f64> = (0..n).map(|_| probability()).collect();
                let class = |i: usize| {
                    if case < 2 {
                        case
                    } else {
                        (whole(0, 1) + i) % 2
                    }
                };
                let targets: Vec<u32> = (0..n).map(|i| class(i) as u32).collect();
                let input = format!("log_likelihood(p = {p:?}, targets = {targets:?})");
                let right = log_likelihood_of(&p, &targets);
                cases.close(&input, || Ok(f(&p, &targets)), right)?;
            }
            cases.hint("Hint 2");
            for p in [0.5f64, 0.1] {
                let (many, targets) = (vec![p; 2000], vec![1; 2000]);
                let input = format!("log_likelihood(2000 points of class 1, each with p = {p})");
                cases.close(&input, || Ok(f(&many, &targets)), 2000.0 * p.ln())?;
            }
            Ok(())
        },
    )
}

fn log_likelihood_of(p: &[f64], targets: &[u32]) -> f64 {
    let of_right = |(&p, &class): (&f64, &u32)| if class == 1 { p } else { 1.0 - p };
    p.iter().zip(targets).map(of_right).map(f64::ln).sum()
}

/// Checks `ln(sum of exp(z_k))`: also of scores whose `exp` is infinite, or 0, in f64.
///
/// ```
/// use helpers::prelude::*;
/// let naive = |z: &[f64]| z.iter().map(|z| z.exp()).sum::<f64>().ln();
/// let card = exercise::tp1::log_sum_exp(naive);
/// assert!(card.message().contains("got inf"));
/// let highest = |z: &[f64]| z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
/// let card = exercise::tp1::log_sum_exp(|z| {
///     let m = highest(z);
///     m + naive(&z.iter().map(|z| z - m).collect::<Vec<f64>>())
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn log_sum_exp(f: impl Fn(&[f64]) -> f64) -> Card {
    check(
        "Log-sum-exp",
        "The logarithm of the sum is right, also for logits of 1000 and of -1000",
        |cases| {
            for level in [0.0, 1000.0, -1000.0] {
                for case in 0..8 {
                    let z: Vec<f64> = (0..1 + case % 4).map(|_| level + value()).collect();
                    let sum: f64 = z.iter().map(|z| (z - level).exp()).sum();
                    let input = format!("log_sum_exp({z:?})");
                    cases.close(&input, || Ok(f(&z)), level + sum.ln())?;
                }
                cases.hint("Hint 2");
            }
            // The others vanish beside the highest, wherever it stands.
            let z = [-1000.0, 1000.0, 0.0];
            cases.close(&format!("log_sum_exp({z:?})"), || Ok(f(&z)), 1000.0)
        },
    )
}

/// From 0.05 to 0.95, in twentieths.
fn probability() -> f64 {
    whole(1, 19) as f64 / 20.0
}

/// Three numbers above 0 that add up to 1, in twentieths.
fn three_probabilities() -> [f64; 3] {
    let first = whole(1, 18);
    let second = whole(1, 19 - first);
    [first, second, 20 - first - second].map(|twentieths| twentieths as f64 / 20.0)
}
