//! An image at work: its numbers, plane by plane.

use candle_core::{DType, Result, Tensor, bail};

use crate::functional::words;
use crate::random::can_hold;

/// An image (C, H, W).
pub(super) struct Image {
    pub(super) data: Vec<f32>,
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
}

impl Image {
    /// The numbers of `x`, which must be an image (C, H, W) in f32 with a pixel at least.
    pub(super) fn read(what: &str, x: &Tensor) -> Result<Image> {
        match *x.dims() {
            [channels, height, width] if x.dtype() == DType::F32 && x.elem_count() > 0 => {
                let data = x.flatten_all()?.to_vec1()?;
                Ok(Image {
                    data,
                    channels,
                    height,
                    width,
                })
            }
            _ => bail!(
                "{what}: takes one image (C, H, W) in f32, got {} in {}{}",
                words(x.dims()),
                x.dtype().as_str(),
                if x.dtype() == DType::U8 {
                    "; begin with ToTensor"
                } else {
                    ""
                }
            ),
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

    /// The part of `height` x `width` pixels whose first pixel is at (top, left); 0 outside the image.
    pub(super) fn crop(
        &self,
        top: isize,
        left: isize,
        height: usize,
        width: usize,
    ) -> Result<Image> {
        let count = can_hold(&[self.channels, height, width])?;
        let mut data = vec![0.0; count];
        // Columns `from..to` of the part are those of the image from `from + left`.
        let inside = |start: isize, size: usize, whole: usize| {
            let from = start.min(0).unsigned_abs().min(size);
            let to = whole
                .saturating_add_signed(start.saturating_neg())
                .min(size);
            from..to.max(from)
        };
        let (rows, columns) = (
            inside(top, height, self.height),
            inside(left, width, self.width),
        );
        let first = columns.start.saturating_add_signed(left);
        let planes = self.data.chunks_exact(self.height * self.width);
        for (part, plane) in data.chunks_exact_mut(height * width).zip(planes) {
            for row in rows.clone().filter(|_| !columns.is_empty()) {
                let start = row.saturating_add_signed(top) * self.width + first;
                part[row * width..][columns.clone()]
                    .copy_from_slice(&plane[start..start + columns.len()]);
            }
        }
        Ok(Image {
            data,
            channels: self.channels,
            height,
            width,
        })
    }
}

/// That a size asked for can be made.
pub(super) fn check_size(what: &str, height: usize, width: usize) -> Result<()> {
    if height == 0 || width == 0 {
        bail!("{what}: the size must be at least (1, 1), got ({height}, {width})");
    }
    can_hold(&[height, width])?;
    Ok(())
}
