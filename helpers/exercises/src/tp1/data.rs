//! Notebook 2: a data set, an augmentation, batches, sampling weights, normalisation.

use candle_core::{DType, Device, Result, Tensor};
use rand::Rng;
use rand::seq::SliceRandom;

use super::inputs::CASES;
use crate::{Card, check};
use candle_functional::random;
use networks::data::Dataset;

/// Checks the set of 16 bars: items 0 to 7 have the bright row `index` and target 0, items 8 to 15 the
/// bright column `index - 8` and target 1; inputs are (1, 8, 8), f32, targets of type u32.
///
/// ```
/// use helpers::prelude::*;
/// struct Bars;
///
/// impl Dataset for Bars {
///     fn len(&self) -> usize {
///         16
///     }
///     fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
///         let (mut pixels, column) = (vec![0f32; 64], index >= 8);
///         for i in 0..8 {
///             pixels[if column { 8 * i + index - 8 } else { 8 * index + i }] = 1.0;
///         }
///         let target = Tensor::new(u32::from(column), &Device::Cpu)?;
///         Ok((Tensor::from_vec(pixels, (1, 8, 8), &Device::Cpu)?, target))
///     }
/// }
///
/// let card = exercise::tp1::bars(Bars);
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn bars(set: impl Dataset) -> Card {
    check(
        "A set of bars",
        "Length, inputs and targets of all items are right",
        |cases| {
            cases.equal("len()", || Ok(set.len()), 16)?;
            for index in 0..16 {
                let is_column = index >= 8;
                let lit = |p: usize| (if is_column { p % 8 } else { p / 8 }) == index % 8;
                let pixels: Vec<f32> = (0..64).map(|p| f32::from(u8::from(lit(p)))).collect();
                let picture = Tensor::from_vec(pixels, (1, 8, 8), &Device::Cpu)?;
                let target = Tensor::new(u32::from(is_column), &Device::Cpu)?;
                let item = format!("get({index})");
                let kinds = || {
                    let (input, target) = set.get(index)?;
                    Ok((input.dtype(), target.dtype()))
                };
                let right = (DType::F32, DType::U32);
                cases.equal(&format!("the types of {item}"), kinds, right)?;
                cases.close_tensor(
                    &format!("the input of {item}"),
                    || Ok(set.get(index)?.0),
                    &picture,
                )?;
                cases.close_tensor(
                    &format!("the target of {item}"),
                    || Ok(set.get(index)?.1),
                    &target,
                )?;
            }
            Ok(())
        },
    )
}

/// Checks an augmentation `f(image)`: half of the time the image (C, H, W) moves a pixel to the right,
/// with a column of 0 at the left, else it stays.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::coin_shift(|image| Ok(image.clone()));
/// assert_eq!(card.status(), exercise::Status::Wrong); // never moves
/// ```
pub fn coin_shift(f: impl Fn(&Tensor) -> Result<Tensor>) -> Card {
    check(
        "An augmentation",
        "Every output is the image or the moved image, each about half of the time",
        |cases| {
            const DRAWS: usize = 200;
            for dims in [(1, 3, 3), (1, 8, 8), (3, 4, 6)] {
                let image = random::uniform(0.1, 1.0, dims, &Device::Cpu)?;
                let width = dims.2 - 1;
                let moved = image.narrow(2, 0, width)?.pad_with_zeros(2, 1, 0)?;
                let values = |x: &Tensor| x.flatten_all()?.to_vec1::<f32>();
                let mut moves = 0;
                for _ in 0..DRAWS {
                    let call = format!("coin_shift(an image {dims:?})");
                    let mut got = None;
                    cases.equal(
                        &format!("the shape of {call}"),
                        || Ok(got.insert(f(&image)?).dims().to_vec()),
                        image.dims().to_vec(),
                    )?;
                    let Some(got) = got else { continue };
                    if values(&got)? != values(&image)? {
                        moves += 1;
                        cases.close_tensor(&format!("{call}, moved"), || Ok(got), &moved)?;
                    }
                }
                let half = (DRAWS * 35 / 100..=DRAWS * 65 / 100).contains(&moves);
                cases.equal(
                    &format!("{moves} of {DRAWS} calls moved an image {dims:?}: about half"),
                    || Ok(half),
                    true,
                )?;
            }
            Ok(())
        },
    )
}

/// Checks the number of batches in an epoch, called as `f(items, batch_size, drop_last)`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::batch_count(|items, batch_size, _| items / batch_size);
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn batch_count(f: impl Fn(usize, usize, bool) -> usize) -> Card {
    check(
        "The number of batches",
        "As many as a DataLoader gives",
        |cases| {
            for case in 0..CASES {
                let size: usize = random::with_generator(|g| g.random_range(1..=32));
                // Batches that fill up, a last one that does not, fewer items than a batch.
                let items = match case % 4 {
                    0 => size * random::with_generator(|g| g.random_range(1..=20)),
                    1 => random::with_generator(|g| g.random_range(1..=size)),
                    _ => random::with_generator(|g| g.random_range(1..=2000)),
                };
                for (drop_last, right) in [(false, items.div_ceil(size)), (true, items / size)] {
                    let call = format!(
                        "batch_count(items = {items}, batch_size = {size}, drop_last = {drop_last})"
                    );
                    cases.equal(&call, || Ok(f(items, size, drop_last)), right)?;
                }
            }
            Ok(())
        },
    )
}

/// Checks the sampling weights of two classes, called as `f(targets, share)`: they add up to 1, those of
/// class 1 to `share`, and are equal within a class. Both classes are there.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::sampling_weights(|targets, _| vec![1.0; targets.len()]);
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn sampling_weights(f: impl Fn(&[u32], f64) -> Vec<f64>) -> Card {
    check(
        "Sampling weights",
        "Each item has the weight that gives class 1 its share of the draws",
        |cases| {
            for _ in 0..CASES {
                let (zeros, ones, share) = random::with_generator(|g| {
                    let share = f64::from(g.random_range(1..=9)) / 10.0;
                    (g.random_range(1..=9), g.random_range(1..=4), share)
                });
                let mut targets = [vec![0; zeros], vec![1; ones]].concat();
                random::with_generator(|g| targets.shuffle(g));
                let weight = |target: &u32| match target {
                    0 => (1.0 - share) / zeros as f64,
                    _ => share / ones as f64,
                };
                let right: Vec<f64> = targets.iter().map(weight).collect();
                let call = format!("sampling_weights(targets = {targets:?}, share = {share})");
                cases.close_list(&call, || Ok(f(&targets, share)), &right)?;
            }
            Ok(())
        },
    )
}

/// Checks the normalisation of images, called as `f(train, other)`, both (N, 1, H, W): `other` less the
/// mean of all training pixels, divided by their standard deviation (the root of the mean square).
///
/// ```
/// use helpers::prelude::*;
/// fn normalise(train: &Tensor, other: &Tensor) -> Result<Tensor> {
///     let mean = train.mean_all()?;
///     let std = train.broadcast_sub(&mean)?.sqr()?.mean_all()?.sqrt()?;
///     other.broadcast_sub(&mean)?.broadcast_div(&std)
/// }
/// let card = exercise::tp1::normalise(normalise);
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn normalise(f: impl Fn(&Tensor, &Tensor) -> Result<Tensor>) -> Card {
    check(
        "Normalisation",
        "Training images and others are moved and scaled by the numbers of the training images",
        |cases| {
            for n in 2..7 {
                let images = |low, high, n| random::uniform(low, high, (n, 1, 4, 4), &Device::Cpu);
                let (train, other) = (images(0.0, 0.6, n)?, images(0.3, 1.0, 9 - n)?);
                let pixels = train.flatten_all()?.to_vec1::<f32>()?;
                let mean = pixels.iter().sum::<f32>() / pixels.len() as f32;
                let squares = pixels.iter().map(|p| (p - mean).powi(2));
                let std = (squares.sum::<f32>() / pixels.len() as f32).sqrt();
                for (name, other) in [("train", &train), ("other", &other)] {
                    let right = ((other - f64::from(mean))? / f64::from(std))?;
                    let call =
                        format!("normalise(train, {name}), mean {mean:.4} and deviation {std:.4}");
                    cases.close_tensor(&call, || f(&train, other), &right)?;
                }
            }
            Ok(())
        },
    )
}
