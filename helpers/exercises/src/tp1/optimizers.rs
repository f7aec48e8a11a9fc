//! Notebook 4: steps that remember the steps before.

use super::inputs::{CASES, pair, value};
use crate::{Card, check};

/// Checks gradient descent with momentum: `f(gradient, start, lr, m, steps)` is the weights after
/// `steps` times `v <- m v + gradient(w)`, `w <- w - lr v`, with v = 0 at first.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::momentum_loop(|gradient, start, lr, m, steps| {
///     let (mut w, mut v) = (start, [0.0, 0.0]);
///     for _ in 0..steps {
///         let grad = gradient(w);
///         v = [m * v[0] + grad[0], m * v[1] + grad[1]];
///         w = [w[0] - lr * v[0], w[1] - lr * v[1]];
///     }
///     w
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn momentum_loop(
    f: impl Fn(fn([f64; 2]) -> [f64; 2], [f64; 2], f64, f64, usize) -> [f64; 2],
) -> Card {
    type Named = (&'static str, fn([f64; 2]) -> [f64; 2]);
    let gradients: [Named; 3] = [
        ("(w0, 3 w1)", |[w0, w1]| [w0, 3.0 * w1]),
        ("(1, -1)", |_| [1.0, -1.0]),
        ("(2 w0 + w1, w0 + w1)", |[w0, w1]| [2.0 * w0 + w1, w0 + w1]),
    ];
    check(
        "Descent with momentum",
        "The weights are right after 1 to 5 steps down fresh slopes",
        |cases| {
            for case in 0..CASES {
                let (name, gradient) = gradients[case % gradients.len()];
                let start = if case == 0 { [2.0, -1.0] } else { pair() };
                let (lr, m) = ([0.1, 0.25][case % 2], [0.5, 0.9, 0.0][case % 3]);
                let steps = [2, 3, 1, 5][case % 4];
                let (mut w, mut v) = (start, [0.0; 2]);
                for _ in 0..steps {
                    let grad = gradient(w);
                    v = [m * v[0] + grad[0], m * v[1] + grad[1]];
                    w = [w[0] - lr * v[0], w[1] - lr * v[1]];
                }
                let call = format!(
                    "with_momentum(gradient {name}, start = {start:?}, lr = {lr}, m = {m}, steps = {steps})"
                );
                let got = || Ok(f(gradient, start, lr, m, steps).to_vec());
                cases.close_list(&call, got, &w)?;
            }
            Ok(())
        },
    )
}

/// Checks a step of Adam for one weight: `f(w, m, v, grad, lr, t)` is the weight and both moments
/// after step number `t` (1 at first), with the betas 0.9 and 0.999 and eps 1e-8.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::adam_step(|w, m, v, grad, lr, t| {
///     let (m, v) = (0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad * grad);
///     let mean = m / (1.0 - 0.9f64.powi(t));
///     let square = v / (1.0 - 0.999f64.powi(t));
///     (w - lr * mean / (square.sqrt() + 1e-8), m, v)
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn adam_step(f: impl Fn(f64, f64, f64, f64, f64, i32) -> (f64, f64, f64)) -> Card {
    check(
        "A step of Adam",
        "Both moments and the weight are right at early and late steps",
        |cases| {
            for case in 0..CASES {
                let (grad, lr) = (value() + 0.25, [0.1, 0.5][case % 2]);
                let t = [1, 2, 3, 10, 1000][case % 5];
                let w = value();
                // At the first step there is nothing to remember.
                let (m, v) = if t == 1 {
                    (0.0, 0.0)
                } else {
                    (value() / 2.0, 0.5 + value().abs())
                };
                let (mean, square) = (0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad * grad);
                let long_mean = mean / (1.0 - 0.9f64.powi(t));
                let long_square = square / (1.0 - 0.999f64.powi(t));
                let after = w - lr * long_mean / (long_square.sqrt() + 1e-8);
                let call = format!(
                    "adam_step(w = {w}, m = {m}, v = {v}, grad = {grad}, lr = {lr}, t = {t})"
                );
                let got = || f(w, m, v, grad, lr, t);
                cases.close(&format!("the first moment of {call}"), || Ok(got().1), mean)?;
                cases.close(
                    &format!("the second moment of {call}"),
                    || Ok(got().2),
                    square,
                )?;
                cases.hint("Hint 2");
                cases.close(&format!("the weight of {call}"), || Ok(got().0), after)?;
            }
            Ok(())
        },
    )
}
