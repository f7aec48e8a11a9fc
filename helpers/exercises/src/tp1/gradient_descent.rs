//! Notebook 4: gradients and steps by hand.

use super::inputs::{CASES, pair, value, whole};
use crate::{Card, check};

/// Checks a gradient measured from both sides: `f(loss, w, h)` is, for each of the two weights,
/// `(loss(w + h) - loss(w - h)) / (2 h)` with that weight alone moved.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::numerical_gradient(|loss, [w0, w1], h| {
///     let along_w0 = loss([w0 + h, w1]) - loss([w0 - h, w1]);
///     let along_w1 = loss([w0, w1 + h]) - loss([w0, w1 - h]);
///     [along_w0 / (2.0 * h), along_w1 / (2.0 * h)]
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn numerical_gradient(f: impl Fn(fn([f64; 2]) -> f64, [f64; 2], f64) -> [f64; 2]) -> Card {
    type Named = (&'static str, fn([f64; 2]) -> f64);
    let losses: [Named; 4] = [
        ("w0² + 3 w1", |[w0, w1]| w0 * w0 + 3.0 * w1),
        ("w0 w1³", |[w0, w1]| w0 * w1 * w1 * w1),
        ("exp(w0) - w1", |[w0, w1]| w0.exp() - w1),
        ("sin(w0 + 2 w1)", |[w0, w1]| (w0 + 2.0 * w1).sin()),
    ];
    check(
        "A gradient from four losses",
        "Both differences are right for four losses, with wide and narrow h",
        |cases| {
            for case in 0..CASES {
                let (name, loss) = losses[case % losses.len()];
                let ([w0, w1], h) = (pair(), [0.5, 0.1, 0.01][case % 3]);
                let input = format!("numerical_gradient({name}, w = [{w0}, {w1}], h = {h})");
                let right = [
                    (loss([w0 + h, w1]) - loss([w0 - h, w1])) / (2.0 * h),
                    (loss([w0, w1 + h]) - loss([w0, w1 - h])) / (2.0 * h),
                ];
                cases.close_list(&input, || Ok(f(loss, [w0, w1], h).to_vec()), &right)?;
            }
            Ok(())
        },
    )
}

/// Checks the gradient of a perceptron without bias, whose loss is the binary cross-entropy:
/// `f(x, y, w)` is the mean over the points of `(sigmoid(w0 x0 + w1 x1) - y) x`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::perceptron_gradient(|x, y, w| {
///     let mut sum = [0.0, 0.0];
///     for (x, y) in x.iter().zip(y) {
///         let p = 1.0 / (1.0 + (-w[0] * x[0] - w[1] * x[1]).exp());
///         sum = [sum[0] + (p - y) * x[0], sum[1] + (p - y) * x[1]];
///     }
///     sum.map(|s| s / x.len() as f64)
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn perceptron_gradient(f: impl Fn(&[[f64; 2]], &[f64], [f64; 2]) -> [f64; 2]) -> Card {
    check(
        "The gradient of the perceptron",
        "Both derivatives are right on fresh batches of 1 to 4 points",
        |cases| {
            for case in 0..CASES {
                let x: Vec<[f64; 2]> = (0..=case % 4).map(|_| pair()).collect();
                let y: Vec<f64> = x.iter().map(|_| yes_or_no()).collect();
                let w = pair();
                let p = |x: &[f64; 2]| 1.0 / (1.0 + (-w[0] * x[0] - w[1] * x[1]).exp());
                let pairs = x.iter().zip(&y);
                let each: Vec<[f64; 2]> =
                    pairs.map(|(x, y)| x.map(|x_k| (p(x) - y) * x_k)).collect();
                let mean = mean(&each);
                let input = format!("perceptron_gradient(x = {x:?}, y = {y:?}, w = {w:?})");
                cases.close_list(&input, || Ok(f(&x, &y, w).to_vec()), &mean)?;
            }
            Ok(())
        },
    )
}

/// Checks the choice of a batch size: `f(n, epochs, step, point, budget)` is the smallest power of two
/// B for which `epochs` times `ceil(n / B) step + n point` is at most `budget`, all in milliseconds.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::smallest_batch(|n, epochs, step, point, budget| {
///     let mut batch = 1;
///     while (n.div_ceil(batch) as f64 * step + n as f64 * point) * epochs as f64 > budget {
///         batch *= 2;
///     }
///     batch
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn smallest_batch(f: impl Fn(usize, usize, f64, f64, f64) -> usize) -> Card {
    check(
        "A batch size for a time budget",
        "The batch size is right for fresh data sets and budgets",
        |cases| {
            for case in 0..CASES {
                let n = 100 * whole(3, 60);
                let exponent = whole(0, 8) as u32;
                let (epochs, step, point) = (1 + case, 0.25, 0.125 / 64.0);
                let time = |steps: f64| epochs as f64 * (steps * step + n as f64 * point);
                // Between what this batch size needs and what the one below needs.
                let (batch, half) = (1usize << exponent, (1usize << exponent) / 2);
                let needed = time(n.div_ceil(batch) as f64);
                let budget = match half {
                    0 => needed * 1.1,
                    half => (needed + time(n.div_ceil(half) as f64)) / 2.0,
                };
                let call = format!(
                    "smallest_batch(n = {n}, epochs = {epochs}, step = {step}, point = {point}, budget = {budget})"
                );
                cases.equal(&call, || Ok(f(n, epochs, step, point, budget)), batch)?;
            }
            Ok(())
        },
    )
}

/// Checks division added to the notebook's tape: `f(x)` is the value of `x / (1 + x x)` and its
/// derivative, as the tape computes them.
///
/// ```
/// use helpers::prelude::*;
/// let square = |x: f64| x * x;
/// let card = exercise::tp1::division_operation(|x| {
///     (x / (1.0 + x * x), (1.0 - x * x) / square(1.0 + x * x))
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn division_operation(f: impl Fn(f64) -> (f64, f64)) -> Card {
    check(
        "A new operation",
        "The tape gives the value and the derivative of x / (1 + x x) at fresh places",
        |cases| {
            for case in 0..CASES {
                // At 2 the value is 0.4, and each wrong sign or factor shows.
                let x = if case == 0 { 2.0 } else { value() };
                let (below, call) = (1.0 + x * x, format!("with_division({x})"));
                cases.close(&format!("the value of {call}"), || Ok(f(x).0), x / below)?;
                let slope = (1.0 - x * x) / (below * below);
                cases.close(&format!("the derivative of {call}"), || Ok(f(x).1), slope)?;
            }
            Ok(())
        },
    )
}

fn yes_or_no() -> f64 {
    whole(0, 1) as f64
}

fn mean(pairs: &[[f64; 2]]) -> [f64; 2] {
    [0, 1].map(|k| pairs.iter().map(|pair| pair[k]).sum::<f64>() / pairs.len() as f64)
}
