//! What average pooling and upsampling share: every output element is a weighted sum of inputs.

use std::sync::Arc;

use candle_core::{Result, Tensor, bail};

use crate::cpu_op::{differentiable, no_grad, on_cpu};
use crate::kernels::{Resample, View};
use crate::trace::{Operation, traced};
use crate::{check, composed};

/// Images of another size, made as `table` says once that size is known to be possible.
pub fn to_size(
    what: &'static str,
    x: &Tensor,
    size: (usize, usize),
    operation: Operation,
    tables: impl FnOnce() -> Resample,
) -> Result<Tensor> {
    let (n, c, _, _) = x.dims4()?;
    if size.0 == 0 || size.1 == 0 {
        bail!("{what}: the size must be at least (1, 1), got {size:?}");
    }
    check::can_hold(what, "result", &[n, c, size.0, size.1], x)?;
    traced(what, "", &[x], &[], operation, || resample(x, tables()))
}

/// Every plane of `x` (N, C, H, W), resampled.
pub fn resample(x: &Tensor, tables: Resample) -> Result<Tensor> {
    if !on_cpu(x) {
        return composed::resample(x, &tables);
    }
    let (n, c, _, _) = x.dims4()?;
    let dims = (n, c, tables.height.rows.len(), tables.width.rows.len());
    let tables = Arc::new(tables);
    let known = tables.clone();
    differentiable(
        "resample",
        &[x],
        dims,
        move |v| tables.forward(v[0]),
        move |inputs, _y, grad| {
            let tables = known.clone();
            let run = move |v: &[View]| tables.backward(v[0]);
            let dx = no_grad("resample_backward", &[grad], inputs[0].shape(), run)?;
            Ok(vec![Some(dx)])
        },
    )
}
