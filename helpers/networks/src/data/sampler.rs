//! Samplers: which items an epoch takes, and in what order.

use candle_core::{Result, bail};

use candle_functional::random;

/// Says which items one epoch of a [`DataLoader`](super::DataLoader) takes, as PyTorch's `Sampler`.
///
/// ```
/// use helpers::prelude::*;
/// struct Backwards(usize);
///
/// impl Sampler for Backwards {
///     fn len(&self) -> usize {
///         self.0
///     }
///     fn indices(&self) -> Vec<usize> {
///         (0..self.0).rev().collect()
///     }
/// }
/// let loader = DataLoader::new(datasets::digits()?, 64)?.sampler(Backwards(1797))?;
/// assert_eq!(loader.len(), 29);
/// # Ok::<(), helpers::Error>(())
/// ```
pub trait Sampler: Send + Sync {
    /// How many items an epoch takes.
    fn len(&self) -> usize;

    /// The items of one epoch, in their order; what is random is drawn now, from
    /// [`random`](candle_functional::random).
    fn indices(&self) -> Vec<usize>;

    /// Refuses a set of `items` items that it was not made for; a loader asks. Unless it says
    /// otherwise, a sampler fits any set, and an epoch ends at an item that is not there.
    fn check(&self, _items: usize) -> Result<()> {
        Ok(())
    }

    /// Whether an epoch takes no item.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Items 0 to n - 1 in their order: what a loader does unless told otherwise.
#[derive(Clone, Debug)]
pub struct SequentialSampler(pub usize);

/// Items 0 to n - 1, each once, in a new random order every time: what `shuffle(true)` does.
#[derive(Clone, Debug)]
pub struct RandomSampler(pub usize);

fn check_count(what: &str, count: usize, items: usize) -> Result<()> {
    if count != items {
        bail!(
            "{what}({count}): the set has {items} items; for some of them load a data::Subset of it"
        );
    }
    Ok(())
}

impl Sampler for SequentialSampler {
    fn len(&self) -> usize {
        self.0
    }

    fn indices(&self) -> Vec<usize> {
        (0..self.0).collect()
    }

    fn check(&self, items: usize) -> Result<()> {
        check_count("SequentialSampler", self.0, items)
    }
}

impl Sampler for RandomSampler {
    fn len(&self) -> usize {
        self.0
    }

    fn indices(&self) -> Vec<usize> {
        random::permutation(self.0)
    }

    fn check(&self, items: usize) -> Result<()> {
        check_count("RandomSampler", self.0, items)
    }
}
