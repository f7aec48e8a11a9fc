//! Memory for the numbers of one call.

use candle_core::WithDType;

use super::simd::Real;

pub(super) fn zeros<T: WithDType>(count: usize) -> Vec<T> {
    vec![T::from_f64(0.0); count]
}

/// [`zeros`] for the time of one call: [`give_back`] keeps the memory for the next.
pub(super) fn borrow_zeros<T: Real>(count: usize) -> Vec<T> {
    let mut numbers = borrow(0);
    numbers.resize(count, T::ZERO);
    numbers
}

/// The same with numbers that mean nothing, where all are overwritten.
pub(super) fn borrow<T: Real>(count: usize) -> Vec<T> {
    let spare = T::spare().with_borrow_mut(Vec::pop);
    let mut numbers = spare.unwrap_or_default();
    numbers.resize(count, T::ZERO);
    numbers
}

pub(super) fn give_back<T: Real>(numbers: Vec<T>) {
    const MOST: usize = 1 << 23;
    T::spare().with_borrow_mut(|spare| {
        if spare.len() < 2 && numbers.capacity() <= MOST {
            spare.push(numbers);
        }
    });
}
