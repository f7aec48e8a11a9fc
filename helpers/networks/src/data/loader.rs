//! The loader: a set of examples, batch by batch.

use std::fmt;
use std::sync::Arc;

use candle_core::{Result, Tensor, bail};

use super::batches::{Batches, EpochPlan};
use super::{Dataset, RandomSampler, Sampler, SequentialSampler};
use candle_functional::random;

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
///
/// What an epoch gives depends on the seed, not on the number of threads that load it. An error or a
/// panic while items are got is that batch's error, and ends the epoch.
#[derive(Clone)]
pub struct DataLoader {
    dataset: Arc<dyn Dataset>,
    batch_size: usize,
    sampler: Arc<dyn Sampler>,
    drop_last: bool,
    num_workers: usize,
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
            sampler: Arc::new(SequentialSampler(dataset.len())),
            dataset: Arc::new(dataset),
            batch_size,
            drop_last: false,
            num_workers: 0,
        })
    }

    /// Whether each epoch takes the items in a new random order, drawn from [`random`]; in place of
    /// any other sampler.
    pub fn shuffle(mut self, shuffle: bool) -> DataLoader {
        let n = self.dataset.len();
        self.sampler = match shuffle {
            true => Arc::new(RandomSampler(n)),
            false => Arc::new(SequentialSampler(n)),
        };
        self
    }

    /// Takes the items that `sampler` names, in its order; in place of `shuffle`.
    ///
    /// # Errors
    /// A sampler made for another number of items than the set has.
    pub fn sampler(mut self, sampler: impl Sampler + 'static) -> Result<DataLoader> {
        sampler.check(self.dataset.len())?;
        self.sampler = Arc::new(sampler);
        Ok(self)
    }

    /// Whether a last batch that is not full is left out.
    pub fn drop_last(mut self, drop_last: bool) -> DataLoader {
        self.drop_last = drop_last;
        self
    }

    /// How many threads load batches ahead, two each, while the caller works; 0, as at first, loads a
    /// batch when it is asked for. Worth it for items that are slow to get: pictures on disk,
    /// augmentation. No more than 64 are started.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let noisy = datasets::digits()?.map(transforms::GaussianNoise::new(0.1)?);
    /// let loader = DataLoader::new(noisy, 64)?.shuffle(true).num_workers(2);
    /// assert_eq!(loader.iter().count(), 29);
    /// # Ok::<(), helpers::Error>(())
    /// ```
    pub fn num_workers(mut self, num_workers: usize) -> DataLoader {
        self.num_workers = num_workers;
        self
    }

    /// How many batches an epoch gives.
    pub fn len(&self) -> usize {
        match self.drop_last {
            true => self.sampler.len() / self.batch_size,
            false => self.sampler.len().div_ceil(self.batch_size),
        }
    }

    /// Whether an epoch gives no batch.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The batches of one epoch; their order is drawn now.
    pub fn iter(&self) -> Batches {
        let mut order = self.sampler.indices();
        if self.drop_last {
            order.truncate(order.len() / self.batch_size * self.batch_size);
        }
        let plan = EpochPlan {
            dataset: self.dataset.clone(),
            order: order.into(),
            batch_size: self.batch_size,
            generator: self.dataset.is_random().then(random::split),
        };
        Batches::new(plan, self.num_workers)
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
        let (items, batches, size) = (self.sampler.len(), self.len(), self.batch_size);
        write!(f, "{items} items in {batches} batches of {size}")
    }
}
