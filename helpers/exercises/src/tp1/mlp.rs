//! Notebook 5: networks with a hidden layer.

use candle_core::Result;
use rand::Rng;

use super::inputs::CASES;
use crate::{Card, check};
use candle_functional::random;
use networks::data::TensorDataset;
use networks::nn::Model;

/// A whole number from `low` to `high`.
fn whole(low: usize, high: usize) -> usize {
    random::with_generator(|g| g.random_range(low..=high))
}

/// From 0.1 to 2 by steps of 0.01, as losses print.
fn some_loss() -> f64 {
    whole(10, 200) as f64 / 100.0
}

/// The weights of a 2-2-1 network with tanh: `(w1, b1, w2, b2)`, a row of `w1` for each hidden neuron.
type TwoTwoOne = ([[f64; 2]; 2], [f64; 2], [f64; 2], f64);

/// Checks the weights of a 2-2-1 network, found by hand, that solves XOR: its score
/// `w2 . tanh(w1 x + b1) + b2` must be above 0 where the signs of x0 and x1 differ, else below.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::xor_by_hand(|| ([[1.0, 1.0], [1.0, 1.0]], [0.0; 2], [1.0; 2], 0.0));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn xor_by_hand(f: impl Fn() -> TwoTwoOne) -> Card {
    check(
        "XOR by hand",
        "The score has the right sign around all four corners",
        |cases| {
            let (w1, b1, w2, b2) = f();
            for case in 0..CASES {
                let corner = [case & 1, case >> 1 & 1].map(|bit| 2.0 * bit as f64 - 1.0);
                // The corners themselves come first.
                let near = |c: f64| match case {
                    0..4 => c,
                    _ => c + (whole(0, 6) as f64 - 3.0) / 10.0,
                };
                let x = corner.map(near);
                let hidden = |i: usize| (w1[i][0] * x[0] + w1[i][1] * x[1] + b1[i]).tanh();
                let z = w2[0] * hidden(0) + w2[1] * hidden(1) + b2;
                let right = if x[0] * x[1] < 0.0 {
                    "above 0"
                } else {
                    "below 0"
                };
                let got = match z {
                    z if z > 0.0 => "above 0".to_string(),
                    z if z < 0.0 => "below 0".to_string(),
                    z => format!("{z}"),
                };
                let input = format!("the score at ({:.1}, {:.1}), {z:.4}", x[0], x[1]);
                cases.equal(&input, || Ok(got), right.to_string())?;
            }
            Ok(())
        },
    )
}

/// Checks the count of an MLP's parameters: `f(sizes)`, where `sizes` go from the inputs to the
/// outputs.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::mlp_parameters(|sizes| {
///     sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn mlp_parameters(f: impl Fn(&[usize]) -> usize) -> Card {
    check(
        "The parameters of an MLP",
        "The count is right for fresh sizes",
        |cases| {
            for case in 0..CASES {
                let sizes: Vec<usize> = (0..2 + case % 4).map(|_| whole(1, 100)).collect();
                let mut count = 0;
                for pair in sizes.windows(2) {
                    count += pair[0] * pair[1] + pair[1];
                }
                cases.equal(
                    &format!("mlp_parameters({sizes:?})"),
                    || Ok(f(&sizes)),
                    count,
                )?;
            }
            Ok(())
        },
    )
}

/// Checks a network and its training on XOR: `f(train)` builds a model and trains it on these
/// points; five times, with fresh points and another seed, it must get 95 % of 1,000 new points right.
/// The model gives the score of class 1, (N, 1), or a score for each class, (N, 2).
///
/// ```
/// use helpers::prelude::*;
/// // One neuron draws a line.
/// let card = exercise::tp1::xor_95(|_train| nn::linear(2, 1, &Parameters::new(&Device::Cpu)));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn xor_95<M: Model>(f: impl Fn(&TensorDataset) -> Result<M>) -> Card {
    check(
        "95 % on XOR",
        "At least 95 % of 1,000 new points right, after each training",
        |cases| {
            for seed in 1..=5 {
                random::manual_seed(1000 + seed);
                let (train, fresh) = (datasets::xor(100, 0.3)?, datasets::xor(500, 0.3)?);
                let run = format!("training {seed}");
                let right = || share_right(&f(&train)?, &fresh);
                let got = || {
                    Ok(match right()? {
                        share if share >= 0.95 => "95 % or more".to_string(),
                        share => format!("{:.1} %", 100.0 * share),
                    })
                };
                cases.equal(&run, got, "95 % or more".to_string())?;
            }
            Ok(())
        },
    )
}

/// The share of points whose class, 0 or 1, the model finds.
fn share_right(model: &impl Model, set: &TensorDataset) -> Result<f64> {
    let scores = model.forward(set.inputs(), false)?;
    let (n, columns) = scores.dims2()?;
    if n != set.targets().dim(0)? || columns == 0 || columns > 2 {
        let points = set.targets().dim(0)?;
        candle_core::bail!(
            "for {points} points the model must give ({points}, 1) or ({points}, 2), got ({n}, {columns})"
        );
    }
    let rows = scores.to_vec2::<f32>()?;
    let targets = set.targets().to_vec1::<u32>()?;
    let class = |row: &Vec<f32>| match row[..] {
        [zero, one] => u32::from(one > zero),
        _ => u32::from(row[0] > 0.0),
    };
    let right = rows
        .iter()
        .zip(&targets)
        .filter(|(row, target)| class(row) == **target);
    Ok(right.count() as f64 / n as f64)
}

/// Checks the standard deviation of He's initialisation: `f(fan_in)`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::he_std(|fan_in| (1.0 / fan_in as f64).sqrt());
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn he_std(f: impl Fn(usize) -> f64) -> Card {
    check(
        "He's standard deviation",
        "The standard deviation is right, for fan_in = 784 too",
        |cases| {
            for case in 0..CASES {
                let fan_in = if case == 0 { 784 } else { whole(1, 2000) };
                let std = (2.0 / fan_in as f64).sqrt();
                cases.close(&format!("he_std({fan_in})"), || Ok(f(fan_in)), std)?;
            }
            Ok(())
        },
    )
}

/// Checks the rule of early stopping: `f(validation_losses, patience)` must return `(best, last)`,
/// the best epoch seen and the last one run, counted from 0. Training stops after `patience` epochs
/// in a row that are not below the lowest loss before them.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::early_stopping(|losses, _patience| (0, losses.len() - 1));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn early_stopping(f: impl Fn(&[f64], usize) -> (usize, usize)) -> Card {
    check(
        "Early stopping",
        "The best and the last epoch are right on fresh curves",
        |cases| {
            for case in 0..CASES {
                let losses: Vec<f64> = match case {
                    // A curve that only falls runs to its end.
                    0 => vec![0.9, 0.8, 0.7, 0.6],
                    _ => (0..whole(1, 8)).map(|_| some_loss()).collect(),
                };
                let patience = whole(1, 3);
                let (mut best, mut last) = (0, 0);
                for epoch in 1..losses.len() {
                    if last - best >= patience {
                        break;
                    }
                    last = epoch;
                    if losses[epoch] < losses[best] {
                        best = epoch;
                    }
                }
                let call = format!("early_stopping({losses:?}, {patience})");
                cases.equal(&call, || Ok(f(&losses, patience)), (best, last))?;
            }
            Ok(())
        },
    )
}

/// Checks the choice of a size: `losses[i]` holds the validation losses of size i, one for each
/// seed; `f(losses)` must be the index of the size whose mean is lowest.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::choose_size(|_losses| 0);
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn choose_size(f: impl Fn(&[Vec<f64>]) -> usize) -> Card {
    check(
        "Choosing a size",
        "The size of the lowest mean is found in fresh tables",
        |cases| {
            for _ in 0..CASES {
                let (sizes, seeds) = (whole(2, 4), whole(2, 3));
                let row = |_| (0..seeds).map(|_| some_loss()).collect();
                let losses: Vec<Vec<f64>> = (0..sizes).map(row).collect();
                let sum = |i: &usize| losses[*i].iter().sum::<f64>();
                let best = (0..sizes).min_by(|i, j| sum(i).total_cmp(&sum(j)));
                let call = format!("choose_size({losses:?})");
                cases.equal(&call, || Ok(f(&losses)), best.unwrap_or(0))?;
            }
            Ok(())
        },
    )
}
