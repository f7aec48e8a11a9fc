//! im2col for a whole batch, and the way back.

use candle_core::{CpuStorage, Result, WithDType, bail};

use super::{Convolution, View, zeros};

impl Convolution {
    /// The patches of x (N, C, ...) as columns (N, patch, places).
    pub(crate) fn unfold(&self, x: View) -> Result<CpuStorage> {
        match x.storage {
            CpuStorage::F32(_) => self.unfold_in::<f32>(x),
            CpuStorage::F64(_) => self.unfold_in::<f64>(x),
            _ => bail!("unfold takes f32 or f64"),
        }
    }

    /// The reverse: columns that came from the same element are added up.
    pub(crate) fn fold(&self, columns: View) -> Result<CpuStorage> {
        match columns.storage {
            CpuStorage::F32(_) => self.fold_in::<f32>(columns),
            CpuStorage::F64(_) => self.fold_in::<f64>(columns),
            _ => bail!("fold takes f32 or f64"),
        }
    }

    fn unfold_in<T: WithDType>(&self, x: View) -> Result<CpuStorage> {
        let one = self.patch() * self.places();
        let mut columns = zeros::<T>(self.batch * one);
        let images = x.numbers::<T>()?.chunks_exact(self.image());
        for (image, columns) in images.zip(columns.chunks_exact_mut(one)) {
            self.fill_columns(image, columns);
        }
        Ok(T::to_cpu_storage_owned(columns))
    }

    fn fold_in<T: WithDType>(&self, columns: View) -> Result<CpuStorage> {
        let one = self.patch() * self.places();
        let mut images = zeros::<T>(self.batch * self.image());
        let columns = columns.numbers::<T>()?.chunks_exact(one);
        for (columns, image) in columns.zip(images.chunks_exact_mut(self.image())) {
            self.add_columns(columns, image);
        }
        Ok(T::to_cpu_storage_owned(images))
    }
}
