//! The loader: a set of examples, batch by batch.

use std::fmt;
use std::sync::Arc;

use candle_core::{Result, Tensor, bail};

use super::Dataset;
use crate::random;

/// Goes through a set in batches, as PyTorch's `DataLoader`. Cheap to clone.
///
/// A batch is `(inputs, targets)`, the items stacked along a new first dimension; the last one is
/// smaller when the batch size does not divide the number of items.
///
/// ```
/// use helpers::prelude::*;
/// manual_seed(1);
/// let loader = DataLoader::new(datasets::digits()?, 64)?.shuffle(true);
/// assert_eq!(loader.len(), 29);
/// for batch in &loader {
///     let (x, targets) = batch?; // (64, 1, 8, 8) and (64); the last ones (5, 1, 8, 8) and (5)
/// #   assert_eq!(x.dims()[0], targets.dims()[0]);
/// }
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone)]
pub struct DataLoader {
    dataset: Arc<dyn Dataset>,
    batch_size: usize,
    shuffle: bool,
}

impl DataLoader {
    /// A loader that takes the items in their order, `batch_size` at a time.
    ///
    /// # Errors
    /// A batch size of 0, an empty set.
    pub fn new(dataset: impl Dataset + 'static, batch_size: usize) -> Result<DataLoader> {
        if batch_size == 0 {
            bail!("DataLoader: the batch size must be at least 1, got 0");
        }
        if dataset.is_empty() {
            bail!("DataLoader: the data set is empty");
        }
        Ok(DataLoader {
            dataset: Arc::new(dataset),
            batch_size,
            shuffle: false,
        })
    }

    /// Whether each pass takes the items in a new random order, drawn from [`random`].
    pub fn shuffle(mut self, shuffle: bool) -> DataLoader {
        self.shuffle = shuffle;
        self
    }

    /// How many batches one pass gives.
    pub fn len(&self) -> usize {
        self.dataset.len().div_ceil(self.batch_size)
    }

    /// Whether one pass gives no batch.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The set behind it.
    pub fn dataset(&self) -> &dyn Dataset {
        self.dataset.as_ref()
    }

    /// The most items in a batch.
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// One pass over the set; the order is drawn now.
    pub fn iter(&self) -> Batches {
        let n = self.dataset.len();
        let order = if self.shuffle {
            random::permutation(n)
        } else {
            (0..n).collect()
        };
        Batches {
            dataset: self.dataset.clone(),
            batch_size: self.batch_size,
            order,
            start: 0,
        }
    }
}

impl IntoIterator for &DataLoader {
    type Item = Result<(Tensor, Tensor)>;
    type IntoIter = Batches;

    fn into_iter(self) -> Batches {
        self.iter()
    }
}

impl fmt::Debug for DataLoader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (items, batches, size) = (self.dataset.len(), self.len(), self.batch_size);
        let order = if self.shuffle { ", shuffled" } else { "" };
        write!(f, "{items} items in {batches} batches of {size}{order}")
    }
}

/// One pass of a [`DataLoader`]: the batches still to come. It ends after the first error.
pub struct Batches {
    dataset: Arc<dyn Dataset>,
    batch_size: usize,
    order: Vec<usize>,
    start: usize,
}

impl Iterator for Batches {
    type Item = Result<(Tensor, Tensor)>;

    fn next(&mut self) -> Option<Result<(Tensor, Tensor)>> {
        let rest = self.order.get(self.start..).unwrap_or_default();
        let indices = rest.get(..self.batch_size).unwrap_or(rest);
        if indices.is_empty() {
            return None;
        }
        let batch = self.dataset.batch(indices);
        self.start = match batch {
            Ok(_) => self.start + indices.len(),
            Err(_) => self.order.len(),
        };
        Some(batch)
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.order.len().saturating_sub(self.start);
        write!(f, "{} batches to come", left.div_ceil(self.batch_size))
    }
}
