//! Notebook 3: the losses by hand.

use rand::Rng;

use super::inputs::{CASES, value};
use crate::{Card, check};
use candle_functional::random;

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
                let targets: Vec<usize> = (0..n).map(|_| below(3)).collect();
                let input = format!("nll(probs = {probs:?}, targets = {targets:?})");
                let rows = probs.iter().zip(&targets);
                let mean = rows.map(|(row, &c)| -row[c].ln()).sum::<f64>() / n as f64;
                cases.close(&input, || Ok(f(&probs, &targets)), mean)?;
            }
            Ok(())
        },
    )
}

/// Checks the maximum-likelihood estimate of a coin: the chance of heads (`true`) that makes these
/// tosses likeliest.
///
/// ```
/// use helpers::prelude::*;
/// let heads = |tosses: &[bool]| tosses.iter().filter(|&&heads| heads).count() as f64;
/// let card = exercise::tp1::coin(|tosses| heads(tosses) / tosses.len() as f64);
/// assert_eq!(card.status(), exercise::Status::Right);
/// assert_eq!(exercise::tp1::coin(heads).status(), exercise::Status::Wrong);
/// ```
pub fn coin(f: impl Fn(&[bool]) -> f64) -> Card {
    check(
        "The likeliest coin",
        "The estimate is right on fresh coins tossed 1 to 20 times",
        |cases| {
            for n in 1..=CASES {
                let tosses: Vec<bool> = (0..n).map(|_| below(3) > 0).collect();
                let heads = tosses.iter().filter(|&&heads| heads).count() as f64;
                let input = format!("coin({tosses:?})");
                cases.close(&input, || Ok(f(&tosses)), heads / n as f64)?;
            }
            Ok(())
        },
    )
}

/// Checks a log-likelihood, the logarithm of the product of probabilities: also of so many that
/// their product is 0 in f64.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::log_likelihood(|probs| probs.iter().map(|p| p.ln()).sum());
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::log_likelihood(|probs| probs.iter().product::<f64>().ln());
/// assert!(card.message().contains("got -inf"));
/// ```
pub fn log_likelihood(f: impl Fn(&[f64]) -> f64) -> Card {
    check(
        "The log-likelihood",
        "The logarithm of the product is right, also of 2000 probabilities",
        |cases| {
            for case in 0..CASES {
                let probs: Vec<f64> = (0..1 + case % 5).map(|_| probability()).collect();
                let sum = probs.iter().map(|p| p.ln()).sum();
                let input = format!("log_likelihood({probs:?})");
                cases.close(&input, || Ok(f(&probs)), sum)?;
            }
            cases.hint("Hint 2");
            for p in [0.5f64, 0.1] {
                let input = format!("log_likelihood(2000 times {p})");
                cases.close(&input, || Ok(f(&vec![p; 2000])), 2000.0 * p.ln())?;
            }
            Ok(())
        },
    )
}

/// Checks one-hot encoding by hand: `f(target, classes)` is a 1 at the target among zeros.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::one_hot(|target, classes| {
///     (0..classes).map(|k| if k == target { 1.0 } else { 0.0 }).collect()
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::one_hot(|_, classes| vec![1.0; classes]);
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn one_hot(f: impl Fn(usize, usize) -> Vec<f64>) -> Card {
    check(
        "One-hot by hand",
        "The vector is right for every class, of 1 to 6 classes",
        |cases| {
            for classes in 1..=6 {
                for target in 0..classes {
                    let input = format!("one_hot(target = {target}, classes = {classes})");
                    let mut right = vec![0.0; classes];
                    right[target] = 1.0;
                    cases.close_list(&input, || Ok(f(target, classes)), &right)?;
                }
            }
            Ok(())
        },
    )
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
        "The logarithm of the sum is right, also at scores of 1000 and of -1000",
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

/// Checks binary cross-entropy by hand: `f(probs, targets)` is the mean of
/// `-(y ln p + (1 - y) ln(1 - p))`, y being 0 or 1.
///
/// ```
/// use helpers::prelude::*;
/// fn mean(p: &[f64], y: &[f64], loss: fn(f64, f64) -> f64) -> f64 {
///     (0..p.len()).map(|i| loss(p[i], y[i])).sum::<f64>() / p.len() as f64
/// }
/// let card = exercise::tp1::bce(|p, y| mean(p, y, |p, y| -(y * p.ln() + (1.0 - y) * (1.0 - p).ln())));
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::bce(|p, y| mean(p, y, |p, y| -y * p.ln())); // half of it
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn bce(f: impl Fn(&[f64], &[f64]) -> f64) -> Card {
    check(
        "Binary cross-entropy",
        "The mean is right on fresh probabilities and targets",
        |cases| {
            for case in 0..CASES {
                let n = 1 + case % 4;
                let probs: Vec<f64> = (0..n).map(|_| probability()).collect();
                let targets: Vec<f64> = (0..n).map(|_| below(2) as f64).collect();
                let input = format!("bce(probs = {probs:?}, targets = {targets:?})");
                let of_target = |(&p, &y): (&f64, &f64)| if y == 1.0 { p } else { 1.0 - p };
                let pairs = probs.iter().zip(&targets).map(of_target);
                let mean = -pairs.map(f64::ln).sum::<f64>() / n as f64;
                cases.close(&input, || Ok(f(&probs, &targets)), mean)?;
            }
            Ok(())
        },
    )
}

/// From 0.05 to 0.95, in twentieths.
fn probability() -> f64 {
    (below(19) + 1) as f64 / 20.0
}

/// Three numbers above 0 that add up to 1, in twentieths.
fn three_probabilities() -> [f64; 3] {
    let first = 1 + below(18);
    let second = 1 + below(19 - first);
    [first, second, 20 - first - second].map(|twentieths| twentieths as f64 / 20.0)
}

fn below(n: usize) -> usize {
    random::with_generator(|g| g.random_range(0..n))
}
