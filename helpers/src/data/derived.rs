//! Sets made of other sets: some of the items, one set after another, changed inputs.

use std::fmt;
use std::sync::Arc;

use candle_core::{Result, Tensor};

use super::dataset::{Dataset, check_index};
use super::transforms::Transform;

/// Some items of a set, as PyTorch's `Subset`. Cheap to clone.
///
/// ```
/// use helpers::data;
/// use helpers::prelude::*;
/// let every_tenth: Vec<usize> = (0..1797).step_by(10).collect();
/// let few = data::Subset::new(datasets::digits()?, &every_tenth)?;
/// assert_eq!(few.len(), 180);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone)]
pub struct Subset {
    dataset: Arc<dyn Dataset>,
    indices: Arc<[usize]>,
}

impl Subset {
    /// The items at `indices`, in this order.
    ///
    /// # Errors
    /// An index that the set does not have.
    pub fn new(dataset: impl Dataset + 'static, indices: &[usize]) -> Result<Subset> {
        for &index in indices {
            check_index(index, dataset.len())?;
        }
        Ok(Subset {
            dataset: Arc::new(dataset),
            indices: indices.into(),
        })
    }
}

impl Dataset for Subset {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        check_index(index, self.len())?;
        self.dataset.get(self.indices[index])
    }

    fn is_random(&self) -> bool {
        self.dataset.is_random()
    }

    fn batch(&self, indices: &[usize]) -> Result<(Tensor, Tensor)> {
        let inner = indices.iter().map(|&index| {
            check_index(index, self.len())?;
            Ok(self.indices[index])
        });
        self.dataset.batch(&inner.collect::<Result<Vec<_>>>()?)
    }
}

impl fmt::Debug for Subset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} items", self.len(), self.dataset.len())
    }
}

/// One set after another, as PyTorch's `ConcatDataset`. Cheap to clone.
///
/// ```
/// use helpers::data;
/// use helpers::prelude::*;
/// let digits = datasets::digits()?;
/// let noisy = digits.clone().map(transforms::GaussianNoise::new(0.1)?);
/// assert_eq!(data::ConcatDataset::new(digits, noisy).len(), 2 * 1797);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone)]
pub struct ConcatDataset {
    first: Arc<dyn Dataset>,
    second: Arc<dyn Dataset>,
}

impl ConcatDataset {
    /// The items of `first`, then those of `second`; for a third set, do it again.
    pub fn new(first: impl Dataset + 'static, second: impl Dataset + 'static) -> ConcatDataset {
        let (first, second) = (Arc::new(first), Arc::new(second));
        ConcatDataset { first, second }
    }
}

impl Dataset for ConcatDataset {
    fn len(&self) -> usize {
        self.first.len().saturating_add(self.second.len())
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        check_index(index, self.len())?;
        match index.checked_sub(self.first.len()) {
            None => self.first.get(index),
            Some(index) => self.second.get(index),
        }
    }

    fn is_random(&self) -> bool {
        self.first.is_random() || self.second.is_random()
    }
}

impl fmt::Debug for ConcatDataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {} items", self.first.len(), self.second.len())
    }
}

/// A set whose inputs go through a transform: see [`Dataset::map`]. Cheap to clone.
#[derive(Clone)]
pub struct Mapped {
    pub(super) dataset: Arc<dyn Dataset>,
    pub(super) transform: Arc<dyn Transform>,
}

impl Dataset for Mapped {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let (input, target) = self.dataset.get(index)?;
        Ok((self.transform.apply(&input)?, target))
    }
}

impl fmt::Debug for Mapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items, transformed", self.len())
    }
}
