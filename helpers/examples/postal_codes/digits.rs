//! Which digits are learned from and which are for the test.

use std::ops::Range;

use helpers::prelude::*;

const TRAIN: usize = 7_291;
const TEST: usize = 2_007;
const HELD_OUT: usize = 1_000;

/// Digits to learn from, and others.
pub struct Split {
    pub train: TensorDataset,
    pub others: TensorDataset,
}

/// As many as in 1989: 7,291 and 2,007.
pub fn zip_codes() -> Result<Split> {
    split(0..TRAIN, TRAIN..TRAIN + TEST)
}

/// The training digits alone, of which 1,000 are held out to choose by.
pub fn held_out() -> Result<Split> {
    split(0..TRAIN - HELD_OUT, TRAIN - HELD_OUT..TRAIN)
}

/// 5,291 of them, and 1,000 to choose learning rates by: neither those of `held_out` nor the test's.
pub fn for_rates() -> Result<Split> {
    split(
        0..TRAIN - 2 * HELD_OUT,
        TRAIN - 2 * HELD_OUT..TRAIN - HELD_OUT,
    )
}

/// 8,000 and 2,000.
pub fn large() -> Result<Split> {
    split(0..8_000, 8_000..10_000)
}

/// The file's first half was written by other people than its second: the step of 7,919, a prime,
/// mixes them the same way in Rust and in Python.
fn split(train: Range<usize>, others: Range<usize>) -> Result<Split> {
    let digits = datasets::mnist_10k()?;
    let mixed = |places: Range<usize>| {
        let indices: Vec<usize> = places.map(|i| i * 7_919 % digits.len()).collect();
        digits.subset(&indices)
    };
    Ok(Split {
        train: mixed(train)?,
        others: mixed(others)?,
    })
}

/// MNIST's images (N, 1, 28, 28) from 0 to 1 as the network of 1989 takes them: (N, 1, 16, 16) from
/// -1 to 1.
pub fn reduced(images: &Tensor) -> Result<Tensor> {
    (F::upsample_bilinear2d(images, (16, 16), false)? * 2.0)? - 1.0
}
