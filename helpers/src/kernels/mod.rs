//! The CPU inner loops behind `functional`; nobody else calls them.
//!
//! Loops over contiguous memory, in f32 and f64. Speed belongs here and nowhere else: a convolution
//! runs in [`conv`], whatever its rank and whichever gradient is asked for, a fully connected map in
//! [`linear`], both on the two inner loops of [`tile`], whose vector instructions [`simd`] chooses.

mod axis;
mod canvas;
mod channels;
mod classes;
mod conv;
mod crew;
mod finish;
mod linear;
mod memory;
mod pointwise;
mod pool;
mod products;
mod resample;
mod simd;
mod step;
mod sweep;
mod tanh;
mod threads;
mod tile;
mod unfold;

pub(crate) use axis::Axis;
pub(crate) use channels::Channels;
pub(crate) use classes::{cross_entropy, cross_entropy_gradient};
pub(crate) use conv::Convolution;
pub(crate) use finish::Finish;
pub(crate) use linear::Linear;
pub(crate) use memory::keep as keep_memory;
pub(crate) use pointwise::{Activation, multiply, multiply_in_place};
pub(crate) use pool::MaxPool;
pub(crate) use resample::{Resample, Row, Table};
pub(crate) use simd::Real;
pub(crate) use step::{Numbers, Update};

use candle_core::{CpuStorage, Layout, Result, WithDType, bail};

/// Answers in the type of numbers that the view has, called `T`.
macro_rules! float {
    ($view:expr, $T:ident => $answer:expr) => {
        match $view.storage {
            candle_core::CpuStorage::F32(_) => {
                type $T = f32;
                $answer
            }
            candle_core::CpuStorage::F64(_) => {
                type $T = f64;
                $answer
            }
            _ => candle_core::bail!("kernels take f32 or f64"),
        }
    };
}
use float;

/// The numbers of one tensor, one after the other.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    storage: &'a CpuStorage,
    start: usize,
    end: usize,
}

impl<'a> View<'a> {
    /// The caller has made the tensor contiguous; it may start anywhere in the storage.
    pub(crate) fn new(storage: &'a CpuStorage, layout: &Layout) -> Result<View<'a>> {
        match layout.contiguous_offsets() {
            Some((start, end)) => Ok(View {
                storage,
                start,
                end,
            }),
            None => bail!("kernels take contiguous tensors"),
        }
    }

    /// All `count` numbers of a storage.
    pub(crate) fn whole(storage: &'a CpuStorage, count: usize) -> Result<View<'a>> {
        View::new(storage, &Layout::contiguous(count))
    }

    /// All numbers as f64, for short vectors.
    pub(crate) fn to_f64(self) -> Result<Vec<f64>> {
        float!(self, T => Ok(self.numbers::<T>()?.iter().map(|n| n.to_f64()).collect()))
    }

    fn numbers<T: WithDType>(&self) -> Result<&'a [T]> {
        Ok(&self.storage.as_slice::<T>()?[self.start..self.end])
    }
}

/// [`zeros`] for the time of one call: [`give_back`] keeps the memory for the next.
fn borrow_zeros<T: Real>(count: usize) -> Vec<T> {
    let mut numbers = borrow(0);
    numbers.resize(count, T::ZERO);
    numbers
}

/// The same with numbers that mean nothing, where all are overwritten.
fn borrow<T: Real>(count: usize) -> Vec<T> {
    let spare = T::spare().with_borrow_mut(Vec::pop);
    let mut numbers = spare.unwrap_or_default();
    numbers.resize(count, T::ZERO);
    numbers
}

fn give_back<T: Real>(numbers: Vec<T>) {
    const MOST: usize = 1 << 23;
    T::spare().with_borrow_mut(|spare| {
        if spare.len() < 2 && numbers.capacity() <= MOST {
            spare.push(numbers);
        }
    });
}

fn zeros<T: WithDType>(count: usize) -> Vec<T> {
    vec![T::from_f64(0.0); count]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
