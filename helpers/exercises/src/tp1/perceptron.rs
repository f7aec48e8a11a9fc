//! Notebook 1: the neuron by hand, its boundary.

use super::inputs::{CASES, pair, value};
use crate::{Card, check};

/// Checks a neuron written by hand: its score `w0 x0 + w1 x1 + b`, called as `f(x, w, b)`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::neuron(|x, w, b| w[0] * x[0] + w[1] * x[1] + b);
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn neuron(f: impl Fn([f64; 2], [f64; 2], f64) -> f64) -> Card {
    check(
        "The neuron by hand",
        "The score is right on fresh inputs",
        |cases| {
            for _ in 0..CASES {
                let (x, w, b) = (pair(), pair(), value());
                let input = format!("neuron(x = {x:?}, w = {w:?}, b = {b:?})");
                let score = w[0] * x[0] + w[1] * x[1] + b;
                cases.close(&input, || Ok(f(x, w, b)), score)?;
            }
            Ok(())
        },
    )
}

/// Checks the decision boundary of a neuron: `f(w, b)` must return `(a, c)` such that the line
/// `w0 x0 + w1 x1 + b = 0` reads `x1 = a x0 + c`. `w1` is never 0.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::boundary(|w, b| (w[0], b));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn boundary(f: impl Fn([f64; 2], f64) -> (f64, f64)) -> Card {
    check(
        "The decision boundary",
        "Slope and intercept are right on fresh weights",
        |cases| {
            for _ in 0..CASES {
                let (mut w, b) = (pair(), value());
                if w[1] == 0.0 {
                    w[1] = 1.0;
                }
                let call = format!("boundary(w = {w:?}, b = {b:?})");
                let (slope, intercept) = (-w[0] / w[1], -b / w[1]);
                cases.close(&format!("the slope a of {call}"), || Ok(f(w, b).0), slope)?;
                cases.close(
                    &format!("the intercept c of {call}"),
                    || Ok(f(w, b).1),
                    intercept,
                )?;
            }
            Ok(())
        },
    )
}
