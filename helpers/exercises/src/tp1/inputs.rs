//! Inputs for the checks: numbers that can be computed by hand.

use rand::Rng;

use candle_functional::random;

/// How many inputs a check tries.
pub(super) const CASES: usize = 20;

/// A whole number from `low` to `high`.
pub(super) fn whole(low: usize, high: usize) -> usize {
    random::with_generator(|g| g.random_range(low..=high))
}

/// From -3 to 3 by steps of 0.5: numbers that can be checked by hand.
pub(super) fn value() -> f64 {
    whole(0, 12) as f64 / 2.0 - 3.0
}

pub(super) fn pair() -> [f64; 2] {
    [value(), value()]
}
