//! Notebook 3: the networks that read postal codes.

use candle_core::{DType, Device, Tensor};
use rand::Rng;

use crate::{Card, check};
use candle_functional as F;
use candle_functional::random;
use networks::metrics;

const CASES: usize = 12;

/// Checks parameters and connections of a layer of 1989: `f(planes, side, kernel, seen)`.
///
/// ```
/// use helpers::prelude::*;
/// let usual = |planes: usize, _: usize, k: usize, seen: usize| (planes * (k * k * seen + 1), 0);
/// let card = exercise::tp2::parameters_and_connections(usual);
/// assert!(card.message().contains("(12, 8, 5, 1): expected (1068, 19968), got (312, 0)"));
/// ```
pub fn parameters_and_connections(
    f: impl Fn(usize, usize, usize, usize) -> (usize, usize),
) -> Card {
    let verified = "Both counts are right, for the paper's layers and for others";
    check("Parameters and connections", verified, |cases| {
        for case in 0..CASES {
            let (planes, side, k, seen) = match case {
                0 => (12, 8, 5, 1),
                1 => (12, 4, 5, 8),
                _ => random::with_generator(|g| {
                    let k = [3, 5, 7][g.random_range(0..3)];
                    (
                        g.random_range(1..=20),
                        g.random_range(2..=9),
                        k,
                        g.random_range(1..=9),
                    )
                }),
            };
            if case == 2 {
                cases.hint("Hint 2");
            }
            let (units, weights) = (planes * side * side, k * k * seen);
            let expected = (weights * planes + units, units * (weights + 1));
            let call = format!("parameters_and_connections({planes}, {side}, {k}, {seen})");
            cases.equal(&call, || Ok(f(planes, side, k, seen)), expected)?;
        }
        Ok(())
    })
}

/// Checks the targets of 1989: `f(classes)` has a row of ten for each digit, 1 at its class and -1
/// elsewhere.
///
/// ```
/// use helpers::prelude::*;
/// let zeros = |classes: &[u32]| vec![vec![0.0; 10]; classes.len()];
/// let card = exercise::tp2::signed_targets(zeros);
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn signed_targets(f: impl Fn(&[u32]) -> Vec<Vec<f32>>) -> Card {
    let verified = "A row for each digit, 1 at its class, -1 elsewhere";
    check("The targets of 1989", verified, |cases| {
        for case in 0..CASES {
            let classes = digits(1 + case % 4);
            let one_hot = F::one_hot(&Tensor::new(&classes[..], &Device::Cpu)?, 10)?;
            let right = ((one_hot * 2.0)? - 1.0)?.to_vec2::<f32>()?;
            let call = format!("signed_targets({classes:?})");
            cases.equal(&call, || Ok(f(&classes)), right)?;
        }
        Ok(())
    })
}

/// Checks the share of wrong predictions in percent: `f(scores, classes)`, where a digit is taken for
/// the class of its highest score.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::error_rate(|_, _| 50.0);
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn error_rate(f: impl Fn(&[Vec<f32>], &[u32]) -> f64) -> Card {
    let verified = "The percentage is that of the library, for few digits and for many";
    check("The error rate", verified, |cases| {
        for case in 0..CASES {
            let (n, outputs) = (2 + 3 * case, if case == 0 { 2 } else { 3 });
            let scores = random::uniform(-1.0, 1.0, (n, outputs), &Device::Cpu)?;
            // Two decimals, so that a card can quote them.
            let scores = (scores * 100.0)?.round()?.affine(0.01, 0.0)?;
            let classes: Vec<u32> = digits(n).iter().map(|d| d % outputs as u32).collect();
            let targets = Tensor::new(&classes[..], &Device::Cpu)?;
            let right = 100.0 * (1.0 - metrics::accuracy(&scores, &targets)?);
            let scores = scores.to_dtype(DType::F32)?.to_vec2::<f32>()?;
            let call = match case {
                0..=2 => format!("error_rate({scores:.2?}, {classes:?})"),
                _ => format!("error_rate of {n} digits"),
            };
            cases.close(&call, || Ok(f(&scores, &classes)), right)?;
        }
        Ok(())
    })
}

/// Checks the pair that is confused most: `f(counts)` gives (true class, decision) of the largest
/// count off the diagonal of a confusion matrix.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::most_confused(|_| (0, 0)); // on the diagonal
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn most_confused(f: impl Fn(&[Vec<u32>]) -> (usize, usize)) -> Card {
    let verified = "It finds the pair in matrices of many sizes";
    check("The pair that is confused most", verified, |cases| {
        for case in 0..CASES {
            let n = 3 + case % 5;
            let (mut counts, pair) = random::with_generator(|g| {
                let mut row = |i: usize| {
                    (0..n)
                        .map(|j| if i == j { 50 } else { g.random_range(0..6) })
                        .collect()
                };
                let counts: Vec<Vec<u32>> = (0..n).map(&mut row).collect();
                let truth = g.random_range(0..n);
                (counts, (truth, (truth + g.random_range(1..n)) % n))
            });
            counts[pair.0][pair.1] = 9;
            if case == 0 {
                // A class of which there are few: its right predictions are no confusion either.
                counts[pair.0][pair.0] = 2;
            }
            let call = format!("most_confused({counts:?})");
            cases.equal(&call, || Ok(f(&counts)), pair)?;
        }
        Ok(())
    })
}

/// Checks an image moved to the right: `f(image, pixels)`, the left filled with 0.
///
/// ```
/// use helpers::prelude::*;
/// let around = |image: &[Vec<f64>], pixels: usize| {
///     let mut image = image.to_vec();
///     image.iter_mut().for_each(|row| row.rotate_right(pixels));
///     image
/// };
/// let card = exercise::tp2::shifted(around);
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn shifted(f: impl Fn(&[Vec<f64>], usize) -> Vec<Vec<f64>>) -> Card {
    let verified = "Every row moves, 0 comes in at the left, what leaves at the right is lost";
    check("The shifted image", verified, |cases| {
        for case in 0..CASES {
            let (height, width) = (1 + case % 3, 2 + case % 4);
            let pixels = case % (width + 1);
            let pixel = |_| random::with_generator(|g| f64::from(g.random_range(1..10)) / 10.0);
            let row = |_| (0..width).map(pixel).collect();
            let image: Vec<Vec<f64>> = (0..height).map(row).collect();
            let moved = |row: &Vec<f64>| [&vec![0.0; pixels], &row[..width - pixels]].concat();
            let right: Vec<Vec<f64>> = image.iter().map(moved).collect();
            let call = format!("shifted({image:?}, {pixels})");
            cases.equal(&call, || Ok(f(&image, pixels)), right)?;
        }
        Ok(())
    })
}

fn digits(n: usize) -> Vec<u32> {
    random::with_generator(|g| (0..n).map(|_| g.random_range(0..10)).collect())
}
