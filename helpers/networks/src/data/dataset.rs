//! What a set of examples is.

use std::fmt;
use std::sync::Arc;

use candle_core::{Result, Tensor, bail};

use super::transforms::Transform;
use candle_functional::stop::stoppable;

/// A set of examples (input, target), as PyTorch's `Dataset`: a length and a way to get one item.
///
/// ```
/// use helpers::prelude::*;
///
/// struct Squares; // x and x^2, for x = 0, 1, ..., 9
///
/// impl Dataset for Squares {
///     fn len(&self) -> usize {
///         10
///     }
///     fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
///         let x = index as f32;
///         let input = Tensor::new(&[x], &Device::Cpu)?; // (1)
///         let target = Tensor::new(&[x * x], &Device::Cpu)?; // (1)
///         Ok((input, target))
///     }
/// }
///
/// let (x, targets) = Squares.batch(&[2, 3, 5])?;
/// assert_eq!(x.dims(), [3, 1]);
/// assert_eq!(targets.to_vec2::<f32>()?, [[4.], [9.], [25.]]);
/// # Ok::<(), helpers::Error>(())
/// ```
pub trait Dataset: Send + Sync {
    /// How many items there are.
    fn len(&self) -> usize;

    /// Item `index`: its input and its target, without a batch dimension.
    fn get(&self, index: usize) -> Result<(Tensor, Tensor)>;

    /// Whether there is no item.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `get` may draw from [`random`](candle_functional::random): in each epoch a
    /// `DataLoader` then gives it numbers of its own, the same whatever the number of threads.
    ///
    /// A set that never draws may return `false`: an epoch then leaves the generator where it was.
    fn is_random(&self) -> bool {
        true
    }

    /// The same set with `transform` applied to every input, anew each time the item is got.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// manual_seed(1);
    /// let augmented = datasets::digits()?.map(transforms::RandomRotation::new(10.0)?);
    /// assert_eq!(augmented.get(0)?.0.dims(), [1, 8, 8]);
    /// let doubled = datasets::digits()?.map(|x: &Tensor| x * 2.0);
    /// assert_eq!(doubled.len(), 1797);
    /// # Ok::<(), helpers::Error>(())
    /// ```
    fn map(self, transform: impl Transform + 'static) -> Mapped
    where
        Self: Sized + 'static,
    {
        let (dataset, transform) = (Arc::new(self), Arc::new(transform));
        Mapped { dataset, transform }
    }

    /// These items, stacked: inputs (N, ...) and targets (N, ...).
    ///
    /// Only a set that can gather many items faster than one by one writes its own.
    fn batch(&self, indices: &[usize]) -> Result<(Tensor, Tensor)> {
        let items = stoppable(indices).map(|index| self.get(*index?));
        let (inputs, targets): (Vec<_>, Vec<_>) =
            items.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let inputs = stack("input", indices, &inputs)?;
        Ok((inputs, stack("target", indices, &targets)?))
    }
}

fn stack(what: &str, indices: &[usize], items: &[Tensor]) -> Result<Tensor> {
    let kind = |t: &Tensor| format!("{:?} {:?}", t.dims(), t.dtype());
    let Some(first) = items.first() else {
        bail!("a batch needs at least one item");
    };
    for (index, item) in indices.iter().zip(items) {
        if kind(item) != kind(first) {
            bail!(
                "the {what} of item {index} is {}, that of item {} is {}: a batch needs items of one shape and type",
                kind(item),
                indices[0],
                kind(first)
            );
        }
    }
    Tensor::stack(items, 0)
}

impl<T: Dataset + ?Sized> Dataset for Arc<T> {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        (**self).get(index)
    }

    fn is_random(&self) -> bool {
        (**self).is_random()
    }

    fn batch(&self, indices: &[usize]) -> Result<(Tensor, Tensor)> {
        (**self).batch(indices)
    }
}

/// A set whose inputs go through a transform: see [`Dataset::map`]. Cheap to clone.
#[derive(Clone)]
pub struct Mapped {
    dataset: Arc<dyn Dataset>,
    transform: Arc<dyn Transform>,
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

/// That there is such an item.
pub(super) fn check_index(index: usize, len: usize) -> Result<()> {
    if index >= len {
        bail!("there is no item {index}: the set has {len} items, counted from 0");
    }
    Ok(())
}
