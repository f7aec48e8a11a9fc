//! Everything but the batch in one row.

use candle_core::{DType, Result, Tensor, bail};

use crate::cpu_op::{differentiable, on_cpu};
use crate::errors::display_shape;
use crate::kernels::View;

/// (N, ...) to (N, features).
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::zeros((8, 16, 5, 5), DType::F32, &Device::Cpu)?;
/// assert_eq!(F::flatten(&x)?.dims(), [8, 400]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// A tensor without dimensions, or with one alone.
pub fn flatten(x: &Tensor) -> Result<Tensor> {
    let [n, rest @ ..] = x.dims() else {
        bail!("flatten: the input must be (N, ...), got ()");
    };
    if rest.is_empty() {
        let dims = display_shape(x.dims());
        bail!("flatten: the input must be (N, ...), got {dims}");
    }
    let dims = (*n, rest.iter().product::<usize>());
    if !on_cpu(x) || !x.track_op() || !matches!(x.dtype(), DType::F32 | DType::F64) {
        return x.reshape(dims);
    }
    // A copy of few numbers, where a graph of this crate's operations alone is worth more.
    let copy = |v: &[View]| v[0].copy();
    differentiable("flatten", &[x], dims, copy, |inputs, _, grad| {
        Ok(vec![Some(grad.reshape(inputs[0].shape())?)])
    })
}
