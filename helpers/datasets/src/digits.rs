//! Real handwritten digits, small enough to ship.

use candle_core::{DType, Result};
use flate2::read::GzDecoder;

use super::Csv;
use candle_functional as F;
use networks::data::TensorDataset;

/// The file is part of the library: nothing to find, nothing to download.
const FILE: &[u8] = include_bytes!("../../../datasets/digits.csv.gz");
/// Each line is 64 pixels, 0 to 16, row by row, then the digit.
const PIXELS: usize = 64;
const MAX_PIXEL: f64 = 16.0;

/// 1,797 handwritten digits, 8x8 pixels: images (1797, 1, 8, 8), f32 from 0 (paper) to 1 (ink), and
/// the digits 0 to 9 as targets (1797), u32. They are on the CPU.
///
/// E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998 (CC BY 4.0).
///
/// ```
/// use helpers::prelude::*;
/// let digits = datasets::digits()?;
/// assert_eq!(digits.inputs().dims(), [1797, 1, 8, 8]);
/// let zeros_and_ones = digits.keep_classes(&[0, 1])?;
/// assert_eq!(zeros_and_ones.len(), 360);
/// # Ok::<(), helpers::Error>(())
/// ```
pub fn digits() -> Result<TensorDataset> {
    let table = Csv::new("digits")
        .header(false)
        .parse(GzDecoder::new(FILE))?
        .values;
    let images = (table.narrow(1, 0, PIXELS)? / MAX_PIXEL)?.reshape(((), 1, 8, 8))?;
    let targets = table.narrow(1, PIXELS, 1)?.squeeze(1)?;
    TensorDataset::new(images, targets.to_dtype(DType::U32)?)
}

/// The same [`digits`] with more pixels, (1797, 1, size, size), as the networks of the papers want
/// them: 16, 28 or 32.
///
/// They are bilinear enlargements ([`F::upsample_bilinear2d`]): smoother than scans of that size, and
/// with no more detail than 8x8 pixels have.
///
/// ```
/// use helpers::prelude::*;
/// let digits = datasets::digits_resized(28)?;
/// assert_eq!(digits.inputs().dims(), [1797, 1, 28, 28]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A size of 0 or too large.
pub fn digits_resized(size: usize) -> Result<TensorDataset> {
    let digits = digits()?;
    let images = F::upsample_bilinear2d(digits.inputs(), (size, size), false)?;
    TensorDataset::new(images, digits.targets().clone())
}
