//! Notebook 4: gradients and steps by hand.

use rand::Rng;

use super::{CASES, pair, value};
use crate::exercise::{Card, check};
use crate::random;

/// Checks the gradient of a neuron's loss on one point: `f(x, w, b, class)` must return the
/// derivatives of `-ln(p_c)` by `w0`, `w1` and `b`, where `p = sigmoid(w0 x0 + w1 x1 + b)` is the
/// probability of class 0.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::neuron_gradient(|x, w, b, class| {
///     let p = 1.0 / (1.0 + (-(w[0] * x[0] + w[1] * x[1] + b)).exp());
///     let by_z = if class == 0 { p - 1.0 } else { p };
///     [by_z * x[0], by_z * x[1], by_z]
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn neuron_gradient(f: impl Fn([f64; 2], [f64; 2], f64, u32) -> [f64; 3]) -> Card {
    check(
        "The gradient by hand",
        "The three derivatives are right on fresh points of both classes",
        |cases| {
            for case in 0..CASES {
                let (x, w, b, class) = (pair(), pair(), value(), (case % 2) as u32);
                let call = format!("gradient(x = {x:?}, w = {w:?}, b = {b:?}, class = {class})");
                // Class 1 has the probability 1 - p = sigmoid(-z): the same with the sign of z turned.
                let sign = if class == 0 { 1.0 } else { -1.0 };
                let z: f64 = sign * (w[0] * x[0] + w[1] * x[1] + b);
                let by_z = -sign / (1.0 + z.exp());
                let expected = [by_z * x[0], by_z * x[1], by_z];
                cases.close_list(&call, || Ok(f(x, w, b, class).to_vec()), &expected)?;
            }
            Ok(())
        },
    )
}

/// Checks a derivative by finite differences: `f(function, x)` must come close to the slope of
/// `function` at `x`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::finite_difference(|f, x| (f(x + 1e-4) - f(x - 1e-4)) / 2e-4);
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::finite_difference(|f, x| f(x + 1e-4) - f(x - 1e-4)); // by what?
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn finite_difference(f: impl Fn(fn(f64) -> f64, f64) -> f64) -> Card {
    type Case = (&'static str, fn(f64) -> f64, fn(f64) -> f64);
    let functions: [Case; 4] = [
        ("x²", |x| x * x, |x| 2.0 * x),
        ("x³ − 2x", |x| x.powi(3) - 2.0 * x, |x| 3.0 * x * x - 2.0),
        ("sin(x)", f64::sin, f64::cos),
        ("exp(x)", f64::exp, f64::exp),
    ];
    check(
        "The slope by finite differences",
        "It is close to the derivatives of x², x³ − 2x, sin(x) and exp(x)",
        |cases| {
            for (name, function, slope) in functions {
                for _ in 0..5 {
                    let x = value();
                    let call = format!("slope(|x| {name}, x = {x:?})");
                    cases.close(&call, || Ok(f(function, x)), slope(x))?;
                }
            }
            Ok(())
        },
    )
}

/// Checks the choice of a batch size for a time budget. A step on `b` of the `n` examples takes
/// `fixed + b * each` milliseconds, an epoch as many steps as it has batches, the last smaller one
/// included (and counted as a whole one); the answer is the smallest of 1, 2, 4, ... up to 1024 whose
/// epoch takes at most `budget` milliseconds. There is always one.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::batch_size(|n, fixed, each, budget| {
///     let epoch = |b: usize| n.div_ceil(b) as f64 * (fixed + b as f64 * each);
///     (0..=10).map(|i| 1 << i).find(|&b| epoch(b) <= budget).unwrap_or(1024)
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn batch_size(f: impl Fn(usize, f64, f64, f64) -> usize) -> Card {
    check(
        "A batch size for a budget",
        "The smallest batch size that keeps to the budget, on fresh machines",
        |cases| {
            for case in 0..CASES {
                let draw =
                    |upto: i32| random::with_generator(|g| f64::from(g.random_range(1..=upto)));
                let (n, fixed, each) = (100 * draw(50) as usize, draw(20) / 4.0, draw(10) / 100.0);
                let epoch = |b: usize| n.div_ceil(b) as f64 * (fixed + b as f64 * each);
                let right: usize = 1 << (case % 11);
                let budget = epoch(right) + 0.25;
                let mut sizes = (0..=10).map(|i| 1 << i);
                let expected = sizes.find(|&b| epoch(b) <= budget).unwrap_or(right);
                let call = format!(
                    "batch_size(n = {n}, fixed = {fixed}, each = {each}, budget = {budget:.2})"
                );
                cases.equal(&call, || Ok(f(n, fixed, each, budget)), expected)?;
            }
            Ok(())
        },
    )
}

/// Checks one step with momentum: `f(w, v, gradient, lr, momentum)` must return the new weight and
/// the new velocity, as PyTorch's SGD has it: `v <- momentum v + gradient`, then `w <- w - lr v`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::momentum_step(|w, v, g, lr, m| (w - lr * (m * v + g), m * v + g));
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::momentum_step(|w, v, g, lr, m| (w - lr * v, m * v + g)); // the old v
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn momentum_step(f: impl Fn(f64, f64, f64, f64, f64) -> (f64, f64)) -> Card {
    check(
        "A step with momentum",
        "Weight and velocity are right on fresh steps",
        |cases| {
            for _ in 0..CASES {
                let (w, v, gradient) = (value(), value(), value());
                let (lr, momentum) = (0.1 * (value() + 3.5), 0.9);
                let call = format!(
                    "momentum_step(w = {w}, v = {v}, gradient = {gradient}, lr = {lr:.2}, momentum = {momentum})"
                );
                let lr = (lr * 100.0).round() / 100.0;
                let after = momentum * v + gradient;
                let answer = || f(w, v, gradient, lr, momentum);
                cases.close(
                    &format!("the weight of {call}"),
                    || Ok(answer().0),
                    w - lr * after,
                )?;
                cases.close(&format!("the velocity of {call}"), || Ok(answer().1), after)?;
            }
            Ok(())
        },
    )
}

/// Checks a new operation of the notebook's tape, the square: `f(x)` puts `x` and its square on a
/// tape, goes back, and returns the value and the gradient of `x`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::square_on_a_tape(|x| (x * x, 2.0 * x));
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::square_on_a_tape(|x| (x * x, x));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn square_on_a_tape(f: impl Fn(f64) -> (f64, f64)) -> Card {
    check(
        "A new operation: the square",
        "Value and gradient are right on fresh numbers",
        |cases| {
            for _ in 0..CASES {
                let x = value();
                cases.close(&format!("the value of square({x})"), || Ok(f(x).0), x * x)?;
                let call = format!("the gradient of square({x})");
                cases.close(&call, || Ok(f(x).1), 2.0 * x)?;
            }
            Ok(())
        },
    )
}
