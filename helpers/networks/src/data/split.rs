//! Dividing a set at random.

use std::sync::Arc;

use candle_core::{Result, bail};

use super::{Dataset, Subset};
use candle_functional::random;

/// Splits any set at random in two: `share` of the items, and the rest, as PyTorch's
/// `random_split`. (A [`TensorDataset`](super::TensorDataset) splits itself into sets of its kind.)
///
/// ```
/// use helpers::data;
/// use helpers::prelude::*;
/// let augmented = datasets::digits()?.map(transforms::GaussianNoise::new(0.1)?);
/// let (train, test) = data::random_split(augmented, 0.8)?;
/// assert_eq!((train.len(), test.len()), (1438, 359));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A share that leaves one of the two parts without an item.
pub fn random_split(dataset: impl Dataset + 'static, share: f64) -> Result<(Subset, Subset)> {
    let parts = random_parts(dataset.len(), &[share])?;
    let whole: Arc<dyn Dataset> = Arc::new(dataset);
    let part = |i: usize| Subset::new(whole.clone(), &parts[i]);
    Ok((part(0)?, part(1)?))
}

/// The numbers `0..n` in a random order, cut into these shares and the rest.
pub(super) fn random_parts(n: usize, shares: &[f64]) -> Result<Vec<Vec<usize>>> {
    // A negative share and NaN come out as 0.
    let mut sizes: Vec<usize> = shares
        .iter()
        .map(|s| (s * n as f64).round() as usize)
        .collect();
    let taken = sizes
        .iter()
        .fold(0usize, |sum, &size| sum.saturating_add(size));
    sizes.push(n.saturating_sub(taken));
    if sizes.contains(&0) {
        bail!(
            "random_split: shares of {shares:?} and the rest make parts of {sizes:?} of {n} items; all parts need one at least"
        );
    }
    let order = random::permutation(n);
    let mut rest = order.as_slice();
    let cut = |size| {
        let (part, after) = rest.split_at(size);
        rest = after;
        part.to_vec()
    };
    Ok(sizes.into_iter().map(cut).collect())
}
