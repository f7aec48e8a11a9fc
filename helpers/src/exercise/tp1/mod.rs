//! The exercises of the first practical, one file per notebook.

use rand::Rng;

use crate::random;

mod data;
mod gradient_descent;
mod loss;
mod mlp;
mod perceptron;

pub use data::*;
pub use gradient_descent::*;
pub use loss::*;
pub use mlp::*;
pub use perceptron::*;

const CASES: usize = 20;

/// From -3 to 3 by steps of 0.5: numbers that can be checked by hand.
fn value() -> f64 {
    random::with_generator(|g| f64::from(g.random_range(-6..=6)) / 2.0)
}

fn pair() -> [f64; 2] {
    [value(), value()]
}
