//! One seeded generator behind everything random: initialisers, shuffles, dropout masks,
//! synthetic data sets.
//!
//! candle's own generator cannot be seeded on the CPU, so nothing here uses it: numbers are drawn
//! on the CPU from ChaCha8 and then moved to the device, which gives the same values on every
//! device and in every run.
//!
//! Each thread has its own stream. A thread that never called [`manual_seed`] starts from seed
//! 0; a background run gets a stream made by [`split`], so that what other cells draw meanwhile
//! changes nothing.

use std::cell::RefCell;

use candle_core::{Device, Error, Result, Shape, Tensor, bail};
use rand::seq::SliceRandom;
use rand::{Rng, RngCore, SeedableRng};
use rand_distr::StandardNormal;

use crate::memory::can_hold;
use crate::stop::check_stop;

/// A stream of random numbers: ChaCha8, small, fast, and the same on every machine.
pub type Stream = rand_chacha::ChaCha8Rng;

thread_local! {
    static STREAM: RefCell<Stream> = RefCell::new(seeded(0));
}

/// This thread's generator, as [`with_generator`] lends it.
///
/// Each number is taken from the thread's stream when it is asked for, so whoever draws meanwhile
/// gets other numbers.
#[derive(Debug)]
pub struct Generator(());

impl RngCore for Generator {
    fn next_u32(&mut self) -> u32 {
        STREAM.with_borrow_mut(RngCore::next_u32)
    }

    fn next_u64(&mut self) -> u64 {
        STREAM.with_borrow_mut(RngCore::next_u64)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        STREAM.with_borrow_mut(|stream| stream.fill_bytes(bytes));
    }
}

/// Restarts the generator from `seed`: what is drawn afterwards is the same in every run.
///
/// ```
/// use candle_core::Device;
/// use candle_functional::random::{self, manual_seed};
/// manual_seed(7);
/// let first = random::normal(0.0, 1.0, 3, &Device::Cpu)?.to_vec1::<f32>()?;
/// manual_seed(7);
/// let again = random::normal(0.0, 1.0, 3, &Device::Cpu)?.to_vec1::<f32>()?;
/// assert_eq!(first, again);
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn manual_seed(seed: u64) {
    set_stream(seeded(seed));
}

/// The stream that [`manual_seed`] starts.
pub fn seeded(seed: u64) -> Stream {
    Stream::seed_from_u64(seed)
}

/// Replaces this thread's stream, for a background run or a restored checkpoint.
pub fn set_stream(stream: Stream) {
    STREAM.set(stream);
}

/// A new stream, independent of this thread's, its seed drawn from it.
pub fn split() -> Stream {
    seeded(Generator(()).next_u64())
}

/// Where this thread's stream is: all that a checkpoint needs.
pub fn state() -> Vec<u8> {
    STREAM.with_borrow(|s| {
        let (stream, position) = (s.get_stream().to_le_bytes(), s.get_word_pos().to_le_bytes());
        [&s.get_seed()[..], &stream, &position].concat()
    })
}

/// The stream at the place that [`state`] gave.
///
/// # Errors
/// `state` is something else.
pub fn from_state(state: &[u8]) -> Result<Stream> {
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
    let mut restored = Stream::from_seed(seed);
    restored.set_stream(u64::from_le_bytes(stream));
    restored.set_word_pos(u128::from_le_bytes(position));
    Ok(restored)
}

/// Runs `work` with `stream` in place of this thread's own, which comes back untouched.
pub fn aside<T>(stream: Stream, work: impl FnOnce() -> T) -> T {
    let before = STREAM.replace(stream);
    let result = work();
    set_stream(before);
    result
}

/// Draws from this thread's generator with what the crate `rand` offers.
///
/// ```
/// use candle_functional::random::{self, manual_seed};
/// use rand::Rng;
/// manual_seed(1);
/// let die = random::with_generator(|g| g.random_range(1..=6));
/// assert!((1..=6).contains(&die));
/// ```
///
/// `draw` may itself call this module: no number is drawn twice.
pub fn with_generator<T>(draw: impl FnOnce(&mut Generator) -> T) -> T {
    draw(&mut Generator(()))
}

/// A tensor of numbers from the normal distribution with this mean and standard deviation.
///
/// # Errors
/// `std` negative, a number that is not finite (in f32), or more numbers than memory holds.
pub fn normal(mean: f64, std: f64, shape: impl Into<Shape>, device: &Device) -> Result<Tensor> {
    if !is_finite(mean) || !is_finite(std) || std < 0.0 {
        bail!("normal: mean {mean} and std {std} must be finite, and std at least 0");
    }
    let draw = |s: &mut Stream| (mean + std * s.sample::<f64, _>(StandardNormal)) as f32;
    fill("normal", shape.into(), device, draw)
}

/// A tensor of numbers from the uniform distribution on `low` (included) to `high` (excluded).
///
/// # Errors
/// `low` above `high`, a bound that is not finite (in f32), or more numbers than memory holds.
pub fn uniform(low: f64, high: f64, shape: impl Into<Shape>, device: &Device) -> Result<Tensor> {
    if !is_finite(low) || !is_finite(high) || low > high {
        bail!("uniform: low {low} and high {high} must be finite, with low <= high");
    }
    // Rounding to f32 can reach `high`: the last number before it is taken instead.
    let (first, last) = (low as f32, (high as f32).next_down());
    let draw = |s: &mut Stream| {
        let value = low + (high - low) * s.random::<f64>();
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
    draw: impl Fn(&mut Stream) -> f32,
) -> Result<Tensor> {
    let count = can_hold(what, shape.dims(), size_of::<f32>())?;
    let values = STREAM.with_borrow_mut(|s| {
        let mut values = Vec::with_capacity(count);
        while values.len() < count {
            check_stop()?;
            let some = CHUNK.min(count - values.len());
            values.extend((0..some).map(|_| draw(s)));
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
