//! Short films, for convolutions over space and time.

use candle_core::{Device, Error, Result, Tensor};
use rand::Rng;
use rand_distr::StandardNormal;

use super::check::check_count;
use candle_functional::random;
use candle_functional::stop::stoppable;
use networks::data::TensorDataset;

const FRAMES: usize = 8;
const SIZE: usize = 16;
/// Per frame, in pixels: to the right, to the left, down, up.
const DIRECTIONS: [[i64; 2]; 4] = [[1, 0], [-1, 0], [0, 1], [0, -1]];

/// `count` films of a bright square that moves over a dark, noisy ground: inputs (N, 1, 8, 16, 16), f32
/// of about 0 to 1 (time is the third dimension), targets (N), u32: 0 right, 1 left, 2 down, 3 up.
///
/// Size, brightness, speed and start are drawn from [`random`], and a square that leaves comes back on
/// the other side. So every single frame looks the same for all four classes: only motion tells.
///
/// ```
/// use helpers::prelude::*;
/// let films = datasets::moving_squares(20)?;
/// assert_eq!(films.inputs().dims(), [20, 1, 8, 16, 16]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No film, or too many to hold.
pub fn moving_squares(count: usize) -> Result<TensorDataset> {
    check_count("moving_squares", count, FRAMES * SIZE * SIZE)?;
    let mut values = Vec::with_capacity(count * FRAMES * SIZE * SIZE);
    random::with_generator(|g| {
        for item in stoppable(0..count) {
            let [across, down] = DIRECTIONS[item? % 4];
            let (side, speed) = (g.random_range(3..=6), g.random_range(1..=2));
            let (x, y) = (g.random_range(0..SIZE), g.random_range(0..SIZE));
            let bright = g.random_range(0.5..1.0f32);
            for frame in 0..FRAMES as i64 {
                let moved = |at: usize, step: i64| {
                    (at as i64 + frame * speed * step).rem_euclid(SIZE as i64) as usize
                };
                let (left, top) = (moved(x, across), moved(y, down));
                for (row, column) in (0..SIZE).flat_map(|r| (0..SIZE).map(move |c| (r, c))) {
                    let inside = |at, start| (at + SIZE - start) % SIZE < side;
                    let lit = inside(column, left) && inside(row, top);
                    let noise: f32 = g.sample(StandardNormal);
                    values.push(if lit { bright } else { 0.1 } + 0.1 * noise);
                }
            }
        }
        Ok::<_, Error>(())
    })?;
    let films = Tensor::from_vec(values, (count, 1, FRAMES, SIZE, SIZE), &Device::Cpu)?;
    let targets: Vec<u32> = (0..count).map(|item| (item % 4) as u32).collect();
    TensorDataset::new(films, Tensor::new(targets, &Device::Cpu)?)
}
