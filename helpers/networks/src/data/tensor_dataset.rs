//! The set that lives in two tensors.

use std::fmt;

use candle_core::{CpuStorage, DType, Device, Result, Storage, Tensor, bail};

use super::dataset::{Dataset, check_index};
use super::split::random_parts;

/// A set held in two tensors: inputs (N, ...) and targets (N, ...). Cheap to clone.
///
/// ```
/// use helpers::prelude::*;
/// let inputs = random::normal(0.0, 1.0, (10, 2), &Device::Cpu)?;
/// let targets = Tensor::zeros(10, DType::U32, &Device::Cpu)?;
/// let set = TensorDataset::new(inputs, targets)?;
/// let (train, test) = set.random_split(0.8)?;
/// assert_eq!((train.len(), test.len()), (8, 2));
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone)]
pub struct TensorDataset {
    inputs: Tensor,
    targets: Tensor,
}

impl TensorDataset {
    /// A set of the rows of `inputs` (N, ...) and of `targets` (N, ...).
    ///
    /// # Errors
    /// Tensors without a first dimension, or with different ones.
    pub fn new(inputs: Tensor, targets: Tensor) -> Result<TensorDataset> {
        match (inputs.dims(), targets.dims()) {
            ([n, ..], [m, ..]) if n == m => {}
            (inputs, targets) => bail!(
                "TensorDataset: inputs and targets must both be (N, ...) with one N, got {inputs:?} and {targets:?}"
            ),
        }
        // Rows are gathered from contiguous memory.
        let (inputs, targets) = (inputs.contiguous()?, targets.contiguous()?);
        Ok(TensorDataset { inputs, targets })
    }

    /// All inputs, (N, ...).
    pub fn inputs(&self) -> &Tensor {
        &self.inputs
    }

    /// All targets, (N, ...).
    pub fn targets(&self) -> &Tensor {
        &self.targets
    }

    /// The same set on another device.
    pub fn to_device(&self, device: &Device) -> Result<TensorDataset> {
        let (inputs, targets) = (
            self.inputs.to_device(device)?,
            self.targets.to_device(device)?,
        );
        TensorDataset::new(inputs, targets)
    }

    /// These items as a set of its own, in this order.
    ///
    /// # Errors
    /// An index of `len()` or more.
    pub fn subset(&self, indices: &[usize]) -> Result<TensorDataset> {
        let (inputs, targets) = self.batch(indices)?;
        TensorDataset::new(inputs, targets)
    }

    /// Splits the set at random in two: `share` of the items, and the rest.
    ///
    /// The order is drawn from [`random`](candle_functional::random): the seed fixes it.
    ///
    /// # Errors
    /// A share that leaves one of the two parts without an item.
    pub fn random_split(&self, share: f64) -> Result<(TensorDataset, TensorDataset)> {
        let parts = random_parts(self.len(), &[share])?;
        Ok((self.subset(&parts[0])?, self.subset(&parts[1])?))
    }

    /// Splits the set at random in three, to train, to validate and to test: `train` and
    /// `validation` are the shares of the first two.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let (train, validation, test) = datasets::digits()?.random_split3(0.6, 0.2)?;
    /// assert_eq!([train.len(), validation.len(), test.len()], [1078, 359, 360]);
    /// # Ok::<(), helpers::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shares that leave one of the three parts without an item.
    pub fn random_split3(
        &self,
        train: f64,
        validation: f64,
    ) -> Result<(TensorDataset, TensorDataset, TensorDataset)> {
        let parts = random_parts(self.len(), &[train, validation])?;
        let part = |i: usize| self.subset(&parts[i]);
        Ok((part(0)?, part(1)?, part(2)?))
    }

    /// Keeps the items of these classes and renumbers them: the first class listed becomes 0, the
    /// second 1, and so on. Targets must be (N), u32.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let threes_and_eights = datasets::digits()?.keep_classes(&[3, 8])?;
    /// assert_eq!(threes_and_eights.len(), 183 + 174);
    /// # Ok::<(), helpers::Error>(())
    /// ```
    ///
    /// # Errors
    /// No class, a class that has no item or is listed twice, targets that are not (N), u32.
    pub fn keep_classes(&self, classes: &[u32]) -> Result<TensorDataset> {
        let (dims, dtype) = (self.targets.dims(), self.targets.dtype());
        if dims.len() != 1 || dtype != DType::U32 {
            bail!("keep_classes: targets must be class indices, (N) u32, got {dims:?} {dtype:?}");
        }
        if classes.is_empty() {
            bail!("keep_classes: name at least one class to keep");
        }
        let targets = self.targets.to_vec1::<u32>()?;
        for (i, class) in classes.iter().enumerate() {
            if classes[..i].contains(class) {
                bail!("keep_classes: class {class} is listed twice in {classes:?}");
            }
            if !targets.contains(class) {
                bail!("keep_classes: the set has no item of class {class}");
            }
        }
        let mut kept = Vec::new();
        let mut renumbered = Vec::new();
        for (index, target) in targets.iter().enumerate() {
            if let Some(class) = classes.iter().position(|class| class == target) {
                kept.push(index);
                renumbered.push(class as u32);
            }
        }
        let inputs = self.subset(&kept)?.inputs;
        let targets = Tensor::new(renumbered, self.targets.device())?;
        TensorDataset::new(inputs, targets)
    }
}

impl Dataset for TensorDataset {
    fn len(&self) -> usize {
        self.inputs.dims().first().copied().unwrap_or(0)
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        check_index(index, self.len())?;
        Ok((self.inputs.get(index)?, self.targets.get(index)?))
    }

    fn is_random(&self) -> bool {
        false
    }

    fn batch(&self, indices: &[usize]) -> Result<(Tensor, Tensor)> {
        if indices.is_empty() {
            bail!("a batch needs at least one item");
        }
        for &index in indices {
            check_index(index, self.len())?;
        }
        Ok((rows(&self.inputs, indices)?, rows(&self.targets, indices)?))
    }
}

/// The rows of `x` at these places. What most sets are made of is copied straight into a new tensor on
/// the CPU; `index_select` would fill that with zeros first.
fn rows(x: &Tensor, indices: &[usize]) -> Result<Tensor> {
    let dims = [&[indices.len()], &x.dims()[1..]].concat();
    let (storage, layout) = x.storage_and_layout();
    match (&*storage, layout.contiguous_offsets()) {
        (Storage::Cpu(CpuStorage::F32(values)), Some((start, end))) => {
            let data = gather(&values[start..end], x.dim(0)?, indices);
            Tensor::from_vec(data, dims, x.device())
        }
        (Storage::Cpu(CpuStorage::U32(values)), Some((start, end))) => {
            let data = gather(&values[start..end], x.dim(0)?, indices);
            Tensor::from_vec(data, dims, x.device())
        }
        _ => {
            let indices: Vec<u32> = indices.iter().map(|&index| index as u32).collect();
            x.index_select(&Tensor::new(indices, x.device())?, 0)
        }
    }
}

fn gather<T: Copy>(values: &[T], n: usize, indices: &[usize]) -> Vec<T> {
    let size = values.len() / n;
    let mut data = Vec::with_capacity(indices.len() * size);
    for index in indices {
        data.extend_from_slice(&values[index * size..][..size]);
    }
    data
}

impl fmt::Debug for TensorDataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (inputs, targets) = (&self.inputs, &self.targets);
        write!(
            f,
            "{} items: inputs {:?} {:?}, targets {:?} {:?}",
            self.len(),
            inputs.dims(),
            inputs.dtype(),
            targets.dims(),
            targets.dtype()
        )
    }
}
