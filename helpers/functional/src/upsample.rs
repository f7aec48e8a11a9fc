//! Upsampling: images resized by a fixed rule.

use candle_core::{Result, Tensor};

use crate::check;
use crate::kernels::{Resample, Row, Table};
use crate::resample::to_size;
use crate::trace::Operation;

/// Resizes images by repeating (or leaving out) pixels: `x` (N, C, H, W) to (N, C, size.0, size.1).
///
/// Output row i is input row `i H / size.0`, rounded down, as PyTorch's `mode="nearest"`.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[[[1f32, 2.]]]], &Device::Cpu)?;
/// let y = F::upsample_nearest2d(&x, (1, 4))?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [1., 1., 2., 2.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, H, W), an empty input, a size of 0 or too large.
pub fn upsample_nearest2d(x: &Tensor, size: (usize, usize)) -> Result<Tensor> {
    const WHAT: &str = "upsample_nearest2d";
    let (height, width) = check::image(WHAT, x)?;
    to_size(WHAT, x, size, Operation::UpsampleNearest { size }, || {
        Resample {
            height: nearest(height, size.0),
            width: nearest(width, size.1),
        }
    })
}

/// Resizes images, straight lines between the pixels: `x` (N, C, H, W) to (N, C, size.0, size.1).
///
/// With `align_corners` the corner pixels of both images are at the same places, output row i at
/// input row `i (H - 1) / (size.0 - 1)`; without, the images' edges are, and row i is at
/// `(i + 1/2) H / size.0 - 1/2`. As PyTorch's `mode="bilinear"`, without antialiasing.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[[[0f32, 8.]]]], &Device::Cpu)?;
/// let y = F::upsample_bilinear2d(&x, (1, 4), false)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [0., 2., 6., 8.]);
/// let y = F::upsample_bilinear2d(&x, (1, 5), true)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [0., 2., 4., 6., 8.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, H, W), an empty input, a size of 0 or too large.
pub fn upsample_bilinear2d(
    x: &Tensor,
    size: (usize, usize),
    align_corners: bool,
) -> Result<Tensor> {
    const WHAT: &str = "upsample_bilinear2d";
    let (height, width) = check::image(WHAT, x)?;
    let operation = Operation::UpsampleBilinear {
        size,
        align_corners,
    };
    to_size(WHAT, x, size, operation, || Resample {
        height: bilinear(height, size.0, align_corners),
        width: bilinear(width, size.1, align_corners),
    })
}

/// Each output is one input.
fn nearest(input: usize, output: usize) -> Table {
    // In f32 as PyTorch does it, so that roundings fall on the same pixel.
    let scale = input as f32 / output as f32;
    let source = |i: usize| {
        if output == 2 * input {
            i / 2
        } else {
            ((i as f32 * scale) as usize).min(input - 1)
        }
    };
    let rows = (0..output).map(|i| Row::uniform(source(i)..source(i) + 1, 1.0));
    Table {
        input,
        rows: rows.collect(),
    }
}

/// Each output lies between two inputs, or on one.
fn bilinear(input: usize, output: usize, align_corners: bool) -> Table {
    let (from, to) = (input as f64, output as f64);
    let source = |i: f64| match (align_corners, output) {
        (true, 1) => 0.0,
        (true, _) => i * ((from - 1.0) / (to - 1.0)),
        (false, _) => ((i + 0.5) * (from / to) - 0.5).max(0.0),
    };
    let rows = (0..output).map(|i| {
        let at = source(i as f64).min(from - 1.0);
        let start = at as usize;
        let far = at - start as f64;
        let weights = if far > 0.0 {
            vec![1.0 - far, far]
        } else {
            vec![1.0]
        };
        Row { start, weights }
    });
    Table {
        input,
        rows: rows.collect(),
    }
}
