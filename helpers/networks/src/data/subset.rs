//! Some items of a set.

use std::fmt;
use std::sync::Arc;

use candle_core::{Result, Tensor};

use super::dataset::{Dataset, check_index};

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
