//! An image at work: its numbers, plane by plane.

use candle_core::{DType, Result, Tensor, bail};

use candle_functional::display_shape;
use candle_functional::kernels::Resample;
use candle_functional::memory::can_hold;

/// An image (C, H, W).
pub(super) struct Image {
    pub(super) data: Vec<f32>,
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
}

impl Image {
    /// The numbers of `x`, an image (C, H, W) as [`dims`] says.
    pub(super) fn read(what: &str, x: &Tensor) -> Result<Image> {
        let (channels, height, width) = dims(what, x)?;
        let data = x.flatten_all()?.to_vec1()?;
        Ok(Image {
            data,
            channels,
            height,
            width,
        })
    }

    /// The image resampled.
    pub(super) fn resample(&self, tables: &Resample) -> Image {
        Image {
            data: tables.planes(&self.data),
            channels: self.channels,
            height: tables.height.rows.len(),
            width: tables.width.rows.len(),
        }
    }

    /// The image as a tensor, beside the one it was read from.
    pub(super) fn write(self, x: &Tensor) -> Result<Tensor> {
        Tensor::from_vec(
            self.data,
            (self.channels, self.height, self.width),
            x.device(),
        )
    }
}

/// The sides of `x`, which must be an image (C, H, W) in f32 with a pixel at least.
pub(super) fn dims(what: &str, x: &Tensor) -> Result<(usize, usize, usize)> {
    match *x.dims() {
        [c, h, w] if x.dtype() == DType::F32 && x.elem_count() > 0 => Ok((c, h, w)),
        _ => {
            let (dims, dtype) = (display_shape(x.dims()), x.dtype());
            let hint = if dtype == DType::U8 {
                "; begin with ToTensor"
            } else {
                ""
            };
            let dtype = dtype.as_str();
            bail!("{what}: takes one image (C, H, W) in f32, got {dims} in {dtype}{hint}")
        }
    }
}

/// That a size asked for can be made; returns it.
pub(super) fn check_size(what: &str, height: usize, width: usize) -> Result<(usize, usize)> {
    if height == 0 || width == 0 {
        bail!("{what}: the size must be at least (1, 1), got ({height}, {width})");
    }
    can_hold(what, &[height, width], size_of::<f32>())?;
    Ok((height, width))
}
