//! Notebook 4: gradients and steps by hand.

use rand::Rng;

use super::inputs::{CASES, pair, value};
use crate::{Card, check};
use candle_functional::random;

/// Checks a derivative measured from both sides: `(f(x + h) - f(x - h)) / (2 h)`, called as
/// `derivative(f, x, h)`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::derivative(|f, x, h| (f(x + h) - f(x - h)) / (2.0 * h));
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::derivative(|f, x, h| (f(x + h) - f(x)) / h); // from one side
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn derivative(derivative: impl Fn(fn(f64) -> f64, f64, f64) -> f64) -> Card {
    type Named = (&'static str, fn(f64) -> f64);
    let functions: [Named; 4] = [
        ("x²", |x| x * x),
        ("x³", |x| x * x * x),
        ("exp(x)", f64::exp),
        ("sin(x)", f64::sin),
    ];
    check(
        "A derivative from two values",
        "The quotient is right for x², x³, exp and sin, with wide and narrow h",
        |cases| {
            for case in 0..CASES {
                let (name, f) = functions[case % functions.len()];
                let (x, h) = (value(), [0.5, 0.1, 0.01][case % 3]);
                let input = format!("derivative(f = {name}, x = {x}, h = {h})");
                let slope = (f(x + h) - f(x - h)) / (2.0 * h);
                cases.close(&input, || Ok(derivative(f, x, h)), slope)?;
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

/// Checks one step of stochastic gradient descent: `f(w, grads, lr)` is the weights minus `lr` times
/// the mean of the points' gradients.
///
/// ```
/// use helpers::prelude::*;
/// let sum = |g: &[[f64; 2]], k: usize| g.iter().map(|g| g[k]).sum::<f64>();
/// let card = exercise::tp1::sgd_step(|w, g, lr| {
///     [0, 1].map(|k| w[k] - lr * sum(g, k) / g.len() as f64)
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn sgd_step(f: impl Fn([f64; 2], &[[f64; 2]], f64) -> [f64; 2]) -> Card {
    check(
        "One step of SGD",
        "The weights are right after fresh batches of 1 to 4 gradients",
        |cases| {
            for case in 0..CASES {
                let grads: Vec<[f64; 2]> = (0..=case % 4).map(|_| pair()).collect();
                let (w, lr) = (pair(), [0.1, 0.5, 2.0][case % 3]);
                let mean = mean(&grads);
                let after = [w[0] - lr * mean[0], w[1] - lr * mean[1]];
                let input = format!("sgd_step(w = {w:?}, grads = {grads:?}, lr = {lr})");
                cases.close_list(&input, || Ok(f(w, &grads, lr).to_vec()), &after)?;
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
                let n: usize = draw(|g| g.random_range(3..=60)) * 100;
                let exponent: u32 = draw(|g| g.random_range(0..=8));
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

/// Checks an operation added to the notebook's tape: `f(x)` is the value of `x tanh(x)` and its
/// derivative, as the tape computes them.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::tanh_operation(|x| (x * x.tanh(), x.tanh()));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn tanh_operation(f: impl Fn(f64) -> (f64, f64)) -> Card {
    check(
        "A new operation",
        "The tape gives the value and the derivative of x tanh(x) at fresh places",
        |cases| {
            for _ in 0..CASES {
                let x = value();
                let (t, call) = (x.tanh(), format!("with_tanh({x})"));
                cases.close(&format!("the value of {call}"), || Ok(f(x).0), x * t)?;
                let slope = t + x * (1.0 - t * t);
                cases.close(&format!("the derivative of {call}"), || Ok(f(x).1), slope)?;
            }
            Ok(())
        },
    )
}

/// Checks one step with momentum: `f(w, v, grad, lr, m)` is the weights and the velocity after
/// `v <- m v + grad`, `w <- w - lr v`, as PyTorch's.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::momentum_step(|w, v, grad, lr, m| {
///     let v = [m * v[0] + grad[0], m * v[1] + grad[1]];
///     ([w[0] - lr * v[0], w[1] - lr * v[1]], v)
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn momentum_step(
    f: impl Fn([f64; 2], [f64; 2], [f64; 2], f64, f64) -> ([f64; 2], [f64; 2]),
) -> Card {
    check(
        "One step with momentum",
        "Velocity and weights are right for fresh numbers",
        |cases| {
            for case in 0..CASES {
                let (w, v, grad) = (pair(), pair(), pair());
                let (lr, m) = ([0.1, 0.5][case % 2], [0.9, 0.5, 0.0][case % 3]);
                let velocity = [m * v[0] + grad[0], m * v[1] + grad[1]];
                let after = [w[0] - lr * velocity[0], w[1] - lr * velocity[1]];
                let call = format!(
                    "momentum_step(w = {w:?}, v = {v:?}, grad = {grad:?}, lr = {lr}, m = {m})"
                );
                let got = || f(w, v, grad, lr, m);
                cases.close_list(
                    &format!("the velocity of {call}"),
                    || Ok(got().1.to_vec()),
                    &velocity,
                )?;
                cases.close_list(
                    &format!("the weights of {call}"),
                    || Ok(got().0.to_vec()),
                    &after,
                )?;
            }
            Ok(())
        },
    )
}

fn draw<T>(draw: impl FnOnce(&mut random::Generator) -> T) -> T {
    random::with_generator(draw)
}

fn yes_or_no() -> f64 {
    f64::from(draw(|g| g.random_range(0..=1)))
}

fn mean(pairs: &[[f64; 2]]) -> [f64; 2] {
    [0, 1].map(|k| pairs.iter().map(|pair| pair[k]).sum::<f64>() / pairs.len() as f64)
}
