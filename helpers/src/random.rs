//! One seeded generator behind everything random: initialisers, shuffles, dropout masks,
//! synthetic data sets.
//!
//! candle's own generator cannot be seeded on the CPU, so nothing here uses it: numbers are drawn
//! on the CPU from ChaCha8 and then moved to the device, which gives the same values on every
//! device and in every run.
//!
//! Each thread has its own generator. A thread that never called [`manual_seed`] starts from seed
//! 0; a background run gets a generator made by [`split`], so that what other cells draw meanwhile
//! changes nothing.

use std::cell::RefCell;

use candle_core::{Device, Error, Result, Shape, Tensor, bail};
use rand::seq::SliceRandom;
use rand::{Rng, RngCore, SeedableRng};
use rand_distr::StandardNormal;

use crate::memory::can_hold;
use crate::notebook::check_stop;

/// The generator: ChaCha8, small, fast, and the same on every machine.
pub type Generator = rand_chacha::ChaCha8Rng;

thread_local! {
    static GENERATOR: RefCell<Generator> = RefCell::new(Generator::seed_from_u64(0));
}

/// Restarts the generator from `seed`: what is drawn afterwards is the same in every run.
///
/// ```
/// use helpers::prelude::*;
/// manual_seed(7);
/// let first = random::normal(0.0, 1.0, 3, &Device::Cpu)?.to_vec1::<f32>()?;
/// manual_seed(7);
/// let again = random::normal(0.0, 1.0, 3, &Device::Cpu)?.to_vec1::<f32>()?;
/// assert_eq!(first, again);
/// # Ok::<(), helpers::Error>(())
/// ```
pub fn manual_seed(seed: u64) {
    set_generator(Generator::seed_from_u64(seed));
}

/// Replaces this thread's generator, for a background run or a restored checkpoint.
#[doc(hidden)]
pub fn set_generator(generator: Generator) {
    GENERATOR.with(|cell| *cell.borrow_mut() = generator);
}

/// A new generator, independent of this thread's, drawn from it.
#[doc(hidden)]
pub fn split() -> Generator {
    Generator::seed_from_u64(with_generator(|g| g.next_u64()))
}

/// Where this thread's generator is: all that a checkpoint needs.
pub(crate) fn state() -> Vec<u8> {
    GENERATOR.with_borrow(|g| {
        let (stream, position) = (g.get_stream().to_le_bytes(), g.get_word_pos().to_le_bytes());
        [&g.get_seed()[..], &stream, &position].concat()
    })
}

/// The generator at the place that [`state`] gave.
pub(crate) fn from_state(state: &[u8]) -> Result<Generator> {
    let parts = state.split_first_chunk::<32>().and_then(|(seed, rest)| {
        let (stream, position) = rest.split_first_chunk::<8>()?;
        Some((*seed, *stream, <[u8; 16]>::try_from(position).ok()?))
    });
    let Some((seed, stream, position)) = parts else {
        bail!(
            "the state of a random generator has 56 bytes, got {}",
            state.len()
        );
    };
    let mut generator = Generator::from_seed(seed);
    generator.set_stream(u64::from_le_bytes(stream));
    generator.set_word_pos(u128::from_le_bytes(position));
    Ok(generator)
}

/// Runs `work` with `generator` in place of this thread's own, which comes back untouched.
pub(crate) fn aside<T>(generator: Generator, work: impl FnOnce() -> T) -> T {
    let before = GENERATOR.with(|cell| cell.replace(generator));
    let answer = work();
    set_generator(before);
    answer
}

/// Draws from this thread's generator with what the crate `rand` offers.
///
/// ```
/// use helpers::{prelude::*, rand::Rng};
/// manual_seed(1);
/// let die = random::with_generator(|g| g.random_range(1..=6));
/// assert!((1..=6).contains(&die));
/// ```
///
/// `draw` works on a copy that is put back afterwards, so it may itself call this module (what it
/// drew that way is then drawn again); it never fails with a borrowed generator.
pub fn with_generator<T>(draw: impl FnOnce(&mut Generator) -> T) -> T {
    let mut generator = GENERATOR.with(|cell| cell.borrow().clone());
    let drawn = draw(&mut generator);
    set_generator(generator);
    drawn
}

/// A tensor of numbers drawn from the normal law of this mean and standard deviation.
///
/// # Errors
/// `std` negative, a number that is not finite (in f32), or more numbers than memory holds.
pub fn normal(mean: f64, std: f64, shape: impl Into<Shape>, device: &Device) -> Result<Tensor> {
    if !is_finite(mean) || !is_finite(std) || std < 0.0 {
        bail!("normal: mean {mean} and std {std} must be finite, and std at least 0");
    }
    let draw = |g: &mut Generator| (mean + std * g.sample::<f64, _>(StandardNormal)) as f32;
    fill("normal", shape.into(), device, draw)
}

/// A tensor of numbers drawn evenly from `low` (included) to `high` (excluded).
///
/// # Errors
/// `low` above `high`, a bound that is not finite (in f32), or more numbers than memory holds.
pub fn uniform(low: f64, high: f64, shape: impl Into<Shape>, device: &Device) -> Result<Tensor> {
    if !is_finite(low) || !is_finite(high) || low > high {
        bail!("uniform: low {low} and high {high} must be finite, with low <= high");
    }
    // Rounding to f32 can reach `high`: the last number before it is taken instead.
    let (first, last) = (low as f32, (high as f32).next_down());
    let draw = |g: &mut Generator| {
        let value = low + (high - low) * g.random::<f64>();
        (value as f32).min(last).max(first)
    };
    fill("uniform", shape.into(), device, draw)
}

fn is_finite(value: f64) -> bool {
    (value as f32).is_finite()
}

/// How many numbers are drawn before somebody looks whether to stop.
const CHUNK: usize = 1 << 16;

fn fill(
    what: &str,
    shape: Shape,
    device: &Device,
    draw: impl Fn(&mut Generator) -> f32,
) -> Result<Tensor> {
    let count = can_hold(what, shape.dims(), size_of::<f32>())?;
    let values = with_generator(|g| {
        let mut values = Vec::with_capacity(count);
        while values.len() < count {
            check_stop()?;
            let some = CHUNK.min(count - values.len());
            values.extend((0..some).map(|_| draw(g)));
        }
        Ok::<_, Error>(values)
    });
    Tensor::from_vec(values?, shape, device)
}

/// The numbers `0..n` in a random order.
pub fn permutation(n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    shuffle(&mut order);
    order
}

/// Puts a slice in a random order.
pub fn shuffle<T>(items: &mut [T]) {
    with_generator(|g| items.shuffle(g));
}
