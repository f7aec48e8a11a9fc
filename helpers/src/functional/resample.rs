//! What average pooling and upsampling share: every output element is a weighted sum of inputs.

use std::sync::Arc;

use candle_core::{Result, Tensor, bail};

use super::check::{self, words};
use super::cpu_op::{differentiable, plain};
use super::{composed, on_cpu};
use crate::kernels::{Resample, View};
use crate::trace::traced;

/// The height and width of images (N, C, H, W).
pub(super) fn image(what: &str, x: &Tensor) -> Result<(usize, usize)> {
    check::float(what, x)?;
    check::not_empty(what, x)?;
    match x.dims() {
        [_, _, height, width] => Ok((*height, *width)),
        dims => bail!(
            "{what}: the input must be (N, C, H, W), got {}",
            words(dims)
        ),
    }
}

/// Images of another size, made as `table` says once that size is known to be possible.
pub(super) fn to_size(
    what: &'static str,
    x: &Tensor,
    size: (usize, usize),
    settings: impl FnOnce() -> Vec<(&'static str, String)>,
    tables: impl FnOnce() -> Resample,
) -> Result<Tensor> {
    let (n, c, _, _) = x.dims4()?;
    if size.0 == 0 || size.1 == 0 {
        bail!("{what}: the size must be at least (1, 1), got {size:?}");
    }
    check::can_hold(what, "result", &[n, c, size.0, size.1], x)?;
    traced(what, "", &[x], &[], settings, || resample(x, tables()))
}

pub(super) fn size_setting(size: (usize, usize)) -> Vec<(&'static str, String)> {
    vec![("size", format!("{size:?}"))]
}

/// Every plane of `x` (N, C, H, W), resampled.
pub(super) fn resample(x: &Tensor, tables: Resample) -> Result<Tensor> {
    if !on_cpu(x) {
        return composed::resample(x, &tables);
    }
    let (n, c, _, _) = x.dims4()?;
    let dims = (n, c, tables.height.rows.len(), tables.width.rows.len());
    let tables = Arc::new(tables);
    let back = tables.clone();
    differentiable(
        "resample",
        &[x],
        dims,
        move |v| tables.forward(v[0]),
        move |inputs, _y, grad| {
            let tables = back.clone();
            let run = move |v: &[View]| tables.backward(v[0]);
            let dx = plain("resample_backward", &[grad], inputs[0].shape(), run)?;
            Ok(vec![Some(dx)])
        },
    )
}
