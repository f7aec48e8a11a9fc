//! A tensor's values as plain numbers.

use candle_core::{DType, Device, Result, Tensor};

/// All values of a tensor on any device, row by row.
#[doc(hidden)]
pub fn values(tensor: &Tensor) -> Result<Vec<f64>> {
    // To the CPU first: Metal has no f64.
    let tensor = tensor.detach().to_device(&Device::Cpu)?;
    tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()
}
