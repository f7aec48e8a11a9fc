//! Inputs for the checks: numbers that can be computed by hand.

use rand::Rng;

use candle_functional::random;

/// How many inputs a check tries.
pub(super) const CASES: usize = 20;

/// From -3 to 3 by steps of 0.5: numbers that can be checked by hand.
pub(super) fn value() -> f64 {
    random::with_generator(|g| f64::from(g.random_range(-6..=6)) / 2.0)
}

pub(super) fn pair() -> [f64; 2] {
    [value(), value()]
}
