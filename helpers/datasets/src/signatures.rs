//! Signatures as a pen records them, genuine and forged.

use std::f64::consts::TAU;

use candle_core::{Device, Error, Result, Tensor, bail};
use rand::Rng;

use super::check::check_count;
use candle_functional::random::{self, Generator};
use candle_functional::stop::stoppable;
use networks::data::TensorDataset;

/// Moments at which the pen is recorded.
const TIMES: usize = 128;
/// The part of the recording in which the pen moves.
const LASTS: f64 = 0.85;
/// Steps along the line, for the speed's integral.
const STEPS: usize = 400;

/// Signatures of several writers: made by [`signatures`].
#[derive(Clone, Debug)]
pub struct Signatures {
    /// The pen's x, y and pressure at 128 moments, uniform in time: (N, 3, 128), f32. The line is some
    /// 2 wide; pressure is from 0 (lifted) to 1.
    pub strokes: Tensor,
    /// Whose signature each is, or pretends to be: (N), u32.
    pub writers: Tensor,
    /// 1 for genuine, 0 for forged: (N), u32.
    pub genuine: Tensor,
    each: usize,
}

/// `each` genuine signatures of every one of `writers` writers, and as many forgeries.
///
/// A writer is a smooth random gesture, and a way to run through it: where the pen hurries, slows down
/// and presses. A genuine signature is that with small warps in space and time; a forgery has the right
/// shape, but runs through it in another way. All take 85 % of the recording, which begins up to 15 %
/// before the pen moves. (After the task of J. Bromley et al., Signature verification using a "siamese"
/// time delay neural network, NIPS 1993.)
///
/// ```
/// use helpers::prelude::*;
/// let set = datasets::signatures(10, 4)?;
/// assert_eq!(set.strokes.dims(), [80, 3, 128]);
/// assert_eq!(set.pairs()?.inputs().dims(), [120, 2, 3, 128]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No writer, fewer than 2 signatures each, or too many to hold.
pub fn signatures(writers: usize, each: usize) -> Result<Signatures> {
    if each < 2 {
        bail!("signatures: 2 of each writer at least, to compare, got {each}");
    }
    let most = each.saturating_mul(each).saturating_mul(6 * TIMES); // numbers in a writer's pairs
    check_count("signatures", writers, most)?;
    let (mut values, mut owners, mut genuine) = (Vec::new(), Vec::new(), Vec::new());
    random::with_generator(|g| {
        for writer in 0..writers {
            let (shape, manner) = (Shape::draw(g), Manner::draw(g));
            for i in stoppable(0..2 * each) {
                let i = i?;
                match i < each {
                    true => sign(&shape, &manner, g, &mut values),
                    false => sign(&shape, &Manner::draw(g), g, &mut values),
                }
                owners.push(writer as u32);
                genuine.push(u32::from(i < each));
            }
        }
        Ok::<_, Error>(())
    })?;
    Ok(Signatures {
        strokes: Tensor::from_vec(values, (owners.len(), 3, TIMES), &Device::Cpu)?,
        writers: Tensor::new(owners, &Device::Cpu)?,
        genuine: Tensor::new(genuine, &Device::Cpu)?,
        each,
    })
}

impl Signatures {
    /// Pairs to compare: inputs (N, 2, 3, 128), targets (N), u32, 1 for two genuine signatures of a
    /// writer and 0 for a genuine one and a forgery of it, as [`loss::contrastive`](networks::loss::contrastive)
    /// takes them. Every two genuine ones of a writer make a pair, and there are as many with a forgery.
    pub fn pairs(&self) -> Result<TensorDataset> {
        let (mut first, mut second, mut same) = (Vec::new(), Vec::new(), Vec::new());
        let writers = self.strokes.dim(0)? / (2 * self.each);
        for start in (0..writers).map(|writer| 2 * self.each * writer) {
            for (i, j) in (0..self.each).flat_map(|j| (0..j).map(move |i| (i, j))) {
                first.extend([(start + i) as u32; 2]);
                second.extend([(start + j) as u32, (start + self.each + j) as u32]);
                same.extend([1u32, 0]);
            }
        }
        let take = |rows: Vec<u32>| {
            self.strokes
                .index_select(&Tensor::new(rows, &Device::Cpu)?, 0)
        };
        let pairs = Tensor::stack(&[take(first)?, take(second)?], 1)?;
        TensorDataset::new(pairs, Tensor::new(same, &Device::Cpu)?)
    }
}

/// A sum of waves: strength, number along the line, phase.
struct Curve(Vec<[f64; 3]>);

impl Curve {
    fn draw(g: &mut Generator, strength: f64, numbers: &[f64]) -> Curve {
        let wave = |&number: &f64| {
            let size = strength * g.random_range(0.5..1.0);
            [
                size,
                number * g.random_range(0.85..1.15),
                g.random_range(0.0..1.0),
            ]
        };
        Curve(numbers.iter().map(wave).collect())
    }

    fn at(&self, s: f64) -> f64 {
        let wave = |[size, number, phase]: &[f64; 3]| size * (TAU * (number * s + phase)).sin();
        self.0.iter().map(wave).sum()
    }
}

/// What everybody sees: the line, for s from 0 to 1 along it, and where the pen is lifted.
struct Shape {
    x: Curve,
    y: Curve,
    lift: f64,
}

impl Shape {
    fn draw(g: &mut Generator) -> Shape {
        let loops = g.random_range(4.0..8.0);
        Shape {
            x: Curve::draw(g, 0.14, &[1.0, loops, 1.7 * loops]),
            y: Curve::draw(g, 0.22, &[1.3, loops, 2.1]),
            lift: g.random_range(0.25..0.75),
        }
    }
}

/// What the ink does not show: the pen's speed (its logarithm) and pressure along the line.
struct Manner {
    speed: Curve,
    pressure: Curve,
}

impl Manner {
    fn draw(g: &mut Generator) -> Manner {
        Manner {
            speed: Curve::draw(g, 0.7, &[1.0, 2.0, 3.5, 6.0]),
            pressure: Curve::draw(g, 0.2, &[1.0, 2.5, 5.0]),
        }
    }
}

/// Adds one signature, (3, 128), to `values`.
fn sign(shape: &Shape, manner: &Manner, g: &mut Generator, values: &mut Vec<f32>) {
    // Small warps, in space and in time.
    let bend = [(); 2].map(|()| Curve::draw(g, 0.03, &[0.7, 1.6]));
    let hurry = Curve::draw(g, 0.05, &[0.8, 2.0, 4.0]);
    let (sin, cos) = g.random_range(-0.1..0.1f64).sin_cos();
    let size = g.random_range(0.9..1.1);
    let press = g.random_range(-0.08..0.08);
    // Lengths are normalised; the recording begins a little before the pen moves.
    let begin = g.random_range(0.0..1.0 - LASTS);
    // clock[i] is the time, not to scale, at which the pen is at i / STEPS.
    let mut clock = vec![0.0];
    for i in 0..STEPS {
        let s = i as f64 / STEPS as f64;
        clock.push(clock[i] + (-manner.speed.at(s) - hurry.at(s)).exp());
    }
    let total = clock[STEPS];
    let mut pen = [const { Vec::new() }; 3];
    for moment in 0..TIMES {
        let t = (moment as f64 / (TIMES - 1) as f64 - begin) / LASTS;
        let s = clock.partition_point(|&c| c < t.clamp(0.0, 1.0) * total) as f64 / STEPS as f64;
        let x = 2.0 * s - 1.0 + shape.x.at(s) + bend[0].at(s);
        let y = shape.y.at(s) + bend[1].at(s);
        let down = (0.0..=1.0).contains(&t) && (s - shape.lift).abs() > 0.03;
        let pressure = (0.6 + press + manner.pressure.at(s)).clamp(0.05, 1.0);
        pen[0].push((size * (cos * x - sin * y)) as f32);
        pen[1].push((size * (sin * x + cos * y)) as f32);
        pen[2].push(if down { pressure as f32 } else { 0.0 });
    }
    values.extend(pen.into_iter().flatten());
}
