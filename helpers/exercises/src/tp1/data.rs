//! Notebook 2: a data set, an augmentation, an accuracy over batches, sampling weights, a leak.

use candle_core::{DType, Device, Result, Tensor};
use rand::Rng;
use rand::seq::SliceRandom;

use super::inputs::CASES;
use crate::{Card, check};
use candle_functional::random;
use networks::data::{DataLoader, Dataset, TensorDataset};
use networks::nn::Model;

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

/// A model whose scores are its inputs; in training mode it turns them round, so that nobody takes the one
/// mode for the other.
struct Mirror;

impl Model for Mirror {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        if train { x.neg() } else { Ok(x.clone()) }
    }
}

/// Checks the accuracy of a model on all items of a loader, called as `f(model, loader)`: the share of
/// right items, with the model in evaluation mode, however the items fall into batches.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::accuracy_over_batches(|_, _| Ok(0.5));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn accuracy_over_batches(f: impl Fn(&dyn Model, &DataLoader) -> Result<f64>) -> Card {
    check(
        "Accuracy over batches",
        "The share of right items, whatever the batch size",
        |cases| {
            // A batch of right items; then a last batch that is smaller.
            let mut runs = vec![(4, vec![true; 4]), (4, vec![true, true, true, true, false])];
            for _ in 0..CASES {
                let flags = |g: &mut random::Generator| {
                    let items = g.random_range(1..=12);
                    (0..items).map(|_| g.random_bool(0.6)).collect()
                };
                runs.push(random::with_generator(|g| {
                    (g.random_range(1..=6), flags(g))
                }));
            }
            for (run, (batch_size, right)) in runs.iter().enumerate() {
                cases.hint(if run == 0 { "Hint 1" } else { "Hint 2" });
                // Scores (1, 0) decide class 0.
                let scores = Tensor::new(&[[1f32, 0.0]], &Device::Cpu)?.repeat((right.len(), 1))?;
                let targets: Vec<u32> = right.iter().map(|&right| u32::from(!right)).collect();
                let set = TensorDataset::new(scores, Tensor::new(targets, &Device::Cpu)?)?;
                let loader = DataLoader::new(set, *batch_size)?;
                let count = right.iter().filter(|&&right| right).count();
                let call = format!(
                    "{count} of {} items right, in batches of {batch_size}: the accuracy",
                    right.len()
                );
                let share = count as f64 / right.len() as f64;
                cases.close(&call, || f(&Mirror, &loader), share)?;
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

/// Checks how a set is prepared, called as `f(set)`, with inputs (N, D): 80 % of it at random to train, the
/// rest to validate, both normalised column by column with the mean and the standard deviation of the
/// training part.
///
/// ```
/// use helpers::prelude::*;
/// // Forgets to normalise.
/// let card = exercise::tp1::prepare(|set| set.random_split(0.8));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn prepare(f: impl Fn(&TensorDataset) -> Result<(TensorDataset, TensorDataset)>) -> Card {
    check(
        "The leak",
        "Both parts are normalised with the numbers of the training part",
        |cases| {
            for (items, columns) in [(10, 1), (20, 2), (50, 3)] {
                // Large steps, so that every item counts; the targets tell which item is which.
                let noise = random::normal(0.0, 1.0, (items, columns), &Device::Cpu)?;
                let inputs = ((noise.sqr()? * 10.0)? + 100.0)?;
                let targets = Tensor::arange(0u32, items as u32, &Device::Cpu)?;
                let set = TensorDataset::new(inputs.clone(), targets)?;
                let call = format!("prepare(a set of {items} items)");
                let mut parts = None;
                let sizes = || {
                    let (train, validation) = parts.insert(f(&set)?);
                    Ok((train.len(), validation.len()))
                };
                let right = (items * 4 / 5, items / 5);
                cases.equal(&format!("the sizes of {call}"), sizes, right)?;
                let Some((train, validation)) = parts else {
                    continue;
                };
                let of_train = train.targets().to_vec1::<u32>()?;
                let of_validation = validation.targets().to_vec1::<u32>()?;
                let mut all = [of_train, of_validation].concat();
                all.sort_unstable();
                let each_once = || Ok(all == (0..items as u32).collect::<Vec<_>>());
                cases.equal(
                    &format!("each item is in one part of {call}"),
                    each_once,
                    true,
                )?;

                let rows = |part: &TensorDataset| inputs.index_select(part.targets(), 0);
                let fitted = rows(&train)?;
                let mean = fitted.mean_keepdim(0)?;
                let std = fitted
                    .broadcast_sub(&mean)?
                    .sqr()?
                    .mean_keepdim(0)?
                    .sqrt()?;
                for (name, part) in [("training", &train), ("validation", &validation)] {
                    let right = rows(part)?.broadcast_sub(&mean)?.broadcast_div(&std)?;
                    let what = format!("the {name} inputs of {call}");
                    cases.close_tensor(&what, || Ok(part.inputs().clone()), &right)?;
                }
            }
            Ok(())
        },
    )
}
