//! What average pooling and upsampling share: every output element is a weighted sum of inputs.

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};

use super::check::{self, words};
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
    check::can_hold(what, &[n, c, size.0, size.1])?;
    traced(what, "", &[x], &[], settings, || resample(x, tables()))
}

pub(super) fn size_setting(size: (usize, usize)) -> Vec<(&'static str, String)> {
    vec![("size", format!("{size:?}"))]
}

/// Every plane of `x` (N, C, H, W), resampled.
pub(super) fn resample(x: &Tensor, tables: Resample) -> Result<Tensor> {
    if on_cpu(x) {
        x.contiguous()?.apply_op1(Forward(Arc::new(tables)))
    } else {
        composed::resample(x, &tables)
    }
}

/// y from x.
struct Forward(Arc<Resample>);

/// dx from dy.
struct Backward(Arc<Resample>);

impl CustomOp1 for Forward {
    fn name(&self) -> &'static str {
        "resample"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, c, _, _) = layout.shape().dims4()?;
        let dims = (n, c, self.0.height.rows.len(), self.0.width.rows.len());
        Ok((self.0.forward(View::new(storage, layout)?)?, dims.into()))
    }

    fn bwd(&self, _x: &Tensor, _y: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let backward = Backward(self.0.clone());
        Ok(Some(grad.contiguous()?.apply_op1_no_bwd(&backward)?))
    }
}

impl CustomOp1 for Backward {
    fn name(&self) -> &'static str {
        "resample_backward"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, c, _, _) = layout.shape().dims4()?;
        let dims = (n, c, self.0.height.input, self.0.width.input);
        Ok((self.0.backward(View::new(storage, layout)?)?, dims.into()))
    }
}
