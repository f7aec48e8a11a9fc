//! Notebook 6: losses, scores and sizes of dense prediction.

use candle_core::{DType, Device, Result, Tensor, bail};
use rand::Rng;

use crate::{Card, check};
use candle_functional as F;
use candle_functional::random;
use networks::{loss, metrics};

const CASES: usize = 12;

/// Checks the cross-entropy over pixels with class weights: `f(logits, targets, weights)` of logits
/// (N, C, H, W), targets (N, H, W), u32, and weights (C), as [`loss::cross_entropy_weighted`].
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::pixel_cross_entropy(|logits, targets, _| {
///     Ok(loss::cross_entropy(logits, targets)?.to_scalar::<f32>()?.into())
/// });
/// assert!(card.message().contains("weights [1.0, 3.0]: expected"));
/// ```
pub fn pixel_cross_entropy(f: impl Fn(&Tensor, &Tensor, &Tensor) -> Result<f64>) -> Card {
    let verified = "It is the weighted mean of the pixels' losses";
    check("Cross-entropy over pixels", verified, |cases| {
        for case in 0..CASES {
            cases.hint(if case < 4 { "Hint 1" } else { "Hint 2" });
            let classes = [2, 3, 5][case % 3];
            let (n, h, w) = if case == 0 {
                (1, 1, 2)
            } else {
                (1 + case % 2, 3, 2 + case % 3)
            };
            let (logits, targets) = match case {
                0 => {
                    let logits = Tensor::new(&[[[[0f32, 1.0]], [[0., 0.]]]], &Device::Cpu)?;
                    (logits, Tensor::new(&[[[0u32, 1]]], &Device::Cpu)?)
                }
                _ => (
                    random::normal(0.0, 2.0, (n, classes, h, w), &Device::Cpu)?,
                    random_classes(classes, (n, h, w))?,
                ),
            };
            let classes = logits.dim(1)?;
            let weights: Vec<f32> = match case {
                0 => vec![1.0, 3.0],
                1..4 => vec![1.0; classes],
                _ => (0..classes).map(|_| quarter(1, 12)).collect(),
            };
            let of_classes = Tensor::new(weights.as_slice(), &Device::Cpu)?;
            let right = loss::cross_entropy_weighted(&logits, &targets, &of_classes)?;
            let call = format!("logits {:?}, weights {weights:?}", logits.dims());
            let got = || f(&logits, &targets, &of_classes);
            cases.close(&call, got, f64::from(right.to_scalar::<f32>()?))?;
        }
        Ok(())
    })
}

/// Checks the intersection over union of each class, from a confusion matrix whose rows are the targets
/// and whose columns the predictions: `f(counts)`, without the classes that appear in neither.
///
/// ```
/// use helpers::prelude::*;
/// let recall = |counts: &[Vec<u32>]| {
///     let share = |(k, row): (usize, &Vec<u32>)| f64::from(row[k]) / f64::from(row.iter().sum::<u32>());
///     counts.iter().enumerate().map(share).collect()
/// };
/// let card = exercise::tp2::intersection_over_union(recall);
/// assert!(card.message().contains("ious(&[[3, 1], [2, 4]])"));
/// ```
pub fn intersection_over_union(f: impl Fn(&[Vec<u32>]) -> Vec<f64>) -> Card {
    let verified = "Intersections and unions are counted right, and empty classes left out";
    check("Intersection over union", verified, |cases| {
        for case in 0..CASES {
            let classes = 2 + case % 4;
            let mut counts = match case {
                0 => vec![vec![3, 1], vec![2, 4]],
                1 => vec![vec![5, 0], vec![0, 7]],
                _ => random::with_generator(|g| {
                    let row = |_| (0..classes).map(|_| g.random_range(0..400)).collect();
                    (0..classes).map(row).collect::<Vec<Vec<u32>>>()
                }),
            };
            cases.hint("Hint 1");
            if case > 1 && case % 3 == 2 {
                // The last class is predicted nowhere and is no target.
                cases.hint("Hint 2");
                counts.iter_mut().for_each(|row| row[classes - 1] = 0);
                counts[classes - 1].fill(0);
            }
            let mut right = Vec::new();
            for k in 0..counts.len() {
                let row: u32 = counts[k].iter().sum();
                let column: u32 = counts.iter().map(|row| row[k]).sum();
                let union = row + column - counts[k][k];
                if union > 0 {
                    right.push(f64::from(counts[k][k]) / f64::from(union));
                }
            }
            cases.close_list(&format!("ious(&{counts:?})"), || Ok(f(&counts)), &right)?;
        }
        Ok(())
    })
}

/// Checks the share of right cells of a coarse prediction: `f(logits, targets)` of logits (N, C, h, w)
/// and targets (N, H, W), u32, which are resized to (h, w) as `F::upsample_nearest2d` does it.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::coarse_accuracy(|logits, targets| metrics::accuracy(logits, targets));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn coarse_accuracy(f: impl Fn(&Tensor, &Tensor) -> Result<f64>) -> Card {
    let verified = "Only real classes are compared, and the highest logit decides";
    check("Two bugs in an evaluation", verified, |cases| {
        for case in 0..CASES {
            let (n, classes) = (1 + case % 2, 3 + case % 2);
            let (h, w) = (2 + case % 3, 3 + case % 2);
            let factor = if case % 4 < 2 { 4 } else { 2 };
            // Halves of class 0 and of the last class: what lies between them is neither.
            let (height, width) = (factor * h, factor * w);
            let edge = random::with_generator(|g| g.random_range(1..height));
            let last = classes as u32 - 1;
            let targets = match case {
                0..6 => {
                    let row = |row: usize| if row < edge { 0 } else { last };
                    let all = (0..n * height).flat_map(|i| vec![row(i % height); width]);
                    Tensor::from_vec(all.collect::<Vec<u32>>(), (n, height, width), &Device::Cpu)?
                }
                _ => random_classes(classes, (n, height, width))?,
            };
            let fine = targets.to_dtype(DType::F32)?.unsqueeze(1)?;
            let coarse = F::upsample_nearest2d(&fine, (h, w))?.squeeze(1)?;
            let coarse = coarse.to_dtype(DType::U32)?;
            // Mostly right logits.
            let noise = random::normal(0.0, 1.0, (n, classes, h, w), &Device::Cpu)?;
            let logits = (one_hot(&coarse, classes)? * 1.5)?.add(&noise)?;
            let right = metrics::accuracy(&logits, &coarse)?;
            cases.hint(if case < 6 { "Hint 1" } else { "Hint 2" });
            let call = format!("logits {:?}, targets {:?}", logits.dims(), targets.dims());
            cases.close(&call, || f(&logits, &targets), right)?;
        }
        Ok(())
    })
}

/// Checks the sizes of transposed convolutions: `size(n, kernel_size, stride, padding, output_padding)`
/// is that of the output along one side, and `exact(factor)` gives a kernel size, a stride and a padding
/// that enlarge every input exactly `factor` times, with a kernel that is a multiple of the stride and
/// larger than it.
///
/// ```
/// use helpers::prelude::*;
/// let size = |n, k, stride, _padding, _| (n - 1) * stride + k;
/// let card = exercise::tp2::transposed_size(size, |factor| (2 * factor, factor, 0));
/// assert!(card.message().contains("padding = 1"));
/// ```
pub fn transposed_size(
    size: impl Fn(usize, usize, usize, usize, usize) -> usize,
    exact: impl Fn(usize) -> (usize, usize, usize),
) -> Card {
    let verified = "The sizes are those of transposed convolutions that were run";
    check("The size of a transposed convolution", verified, |cases| {
        for case in 0..2 * CASES {
            cases.hint("Hint 1");
            let stride = 1 + case % 4;
            let (kernel, n) =
                random::with_generator(|g| (g.random_range(3..=8), g.random_range(2..=9)));
            let padding = if case < 6 { 0 } else { case % 2 };
            let output_padding = if case < CASES { 0 } else { (case / 4) % stride };
            let right = run((n, kernel, stride), padding, output_padding)?;
            let call = format!(
                "size(n = {n}, kernel_size = {kernel}, stride = {stride}, padding = {padding}, output_padding = {output_padding})"
            );
            let got = || Ok(size(n, kernel, stride, padding, output_padding));
            cases.equal(&call, got, right)?;
        }
        cases.hint("Hint 2");
        for factor in [2, 4, 8, 3, 16] {
            let call = format!("exact({factor})");
            let (kernel, stride, padding) = cases.run(&call, || Ok(exact(factor)))?;
            if stride == 0 || kernel % stride != 0 || kernel <= stride {
                bail!(
                    "{call}: the kernel must be a multiple of the stride and larger than it, got kernel {kernel}, stride {stride}"
                );
            }
            for n in [2, 3, 7] {
                let name = format!(
                    "{call} gives kernel {kernel}, stride {stride}, padding {padding}, which makes of {n}"
                );
                let got = || run((n, kernel, stride), padding, 0);
                cases.equal(&name, got, factor * n)?;
            }
        }
        Ok(())
    })
}

/// The side of the output of a transposed convolution that is run on one row.
fn run(
    (n, kernel, stride): (usize, usize, usize),
    padding: usize,
    output_padding: usize,
) -> Result<usize> {
    let x = Tensor::zeros((1, 1, n, n), DType::F32, &Device::Cpu)?;
    let weight = Tensor::zeros((1, 1, kernel, kernel), DType::F32, &Device::Cpu)?;
    F::conv_transpose2d(&x, &weight, None, stride, padding, output_padding)?.dim(3)
}

fn random_classes(classes: usize, (n, h, w): (usize, usize, usize)) -> Result<Tensor> {
    let drawn: Vec<u32> = random::with_generator(|g| {
        let each = (0..n * h * w).map(|_| g.random_range(0..classes as u32));
        each.collect()
    });
    Tensor::from_vec(drawn, (n, h, w), &Device::Cpu)
}

/// Classes (N, h, w) as (N, C, h, w).
fn one_hot(classes: &Tensor, count: usize) -> Result<Tensor> {
    let each: Result<Vec<Tensor>> = (0..count as u32)
        .map(|class| classes.eq(class)?.to_dtype(DType::F32))
        .collect();
    Tensor::stack(&each?, 1)
}

/// A multiple of 1/4.
fn quarter(least: u32, most: u32) -> f32 {
    random::with_generator(|g| g.random_range(least..=most) as f32 / 4.0)
}
