//! The numbers of one tensor, as kernels see them.

use candle_core::{CpuStorage, Layout, Result, WithDType, bail};

/// Evaluates an expression in the type of numbers that the view has, called `T`.
macro_rules! float {
    ($view:expr, $T:ident => $value:expr) => {
        match $view.storage {
            candle_core::CpuStorage::F32(_) => {
                type $T = f32;
                $value
            }
            candle_core::CpuStorage::F64(_) => {
                type $T = f64;
                $value
            }
            _ => candle_core::bail!("kernels take f32 or f64"),
        }
    };
}
pub(super) use float;

/// The numbers of one tensor, one after the other.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub(super) storage: &'a CpuStorage,
    start: usize,
    end: usize,
}

impl<'a> View<'a> {
    /// The caller has made the tensor contiguous; it may start anywhere in the storage.
    pub fn new(storage: &'a CpuStorage, layout: &Layout) -> Result<View<'a>> {
        match layout.contiguous_offsets() {
            Some((start, end)) => Ok(View {
                storage,
                start,
                end,
            }),
            None => bail!("kernels take contiguous tensors"),
        }
    }

    /// All `count` numbers of a storage.
    pub fn whole(storage: &'a CpuStorage, count: usize) -> Result<View<'a>> {
        View::new(storage, &Layout::contiguous(count))
    }

    /// All numbers as f64, for short vectors.
    pub fn to_f64(self) -> Result<Vec<f64>> {
        float!(self, T => Ok(self.numbers::<T>()?.iter().map(|n| n.to_f64()).collect()))
    }

    /// The same numbers in memory of their own.
    pub fn copy(self) -> Result<CpuStorage> {
        float!(self, T => Ok(T::to_cpu_storage_owned(self.numbers::<T>()?.to_vec())))
    }

    pub(super) fn numbers<T: WithDType>(&self) -> Result<&'a [T]> {
        Ok(&self.storage.as_slice::<T>()?[self.start..self.end])
    }
}
