//! A photograph, for the lessons on convolution.

use std::io::Cursor;

use candle_core::{Device, Result, Tensor, bail};
use image::{ImageFormat, ImageReader, RgbImage};

/// The file is part of the library: nothing to find, nothing to download.
const FILE: &[u8] = include_bytes!("../../../datasets/chelsea.png");

/// Chelsea the cat, (3, 300, 451), f32 from 0 to 1: red, green, blue. By Stefan van der Walt (CC0).
///
/// ```
/// use helpers::prelude::*;
/// let cat = datasets::cat()?;
/// assert_eq!(cat.dims(), [3, 300, 451]);
/// # Ok::<(), helpers::Error>(())
/// ```
pub fn cat() -> Result<Tensor> {
    match ImageReader::with_format(Cursor::new(FILE), ImageFormat::Png).decode() {
        Ok(image) => to_tensor(image.into_rgb8()),
        Err(error) => bail!("cat: {error}"),
    }
}

/// (3, H, W), f32 from 0 to 1, as torchvision's `ToTensor`.
pub(super) fn to_tensor(image: RgbImage) -> Result<Tensor> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let planes = (0..3).flat_map(|c| image.as_raw().iter().skip(c).step_by(3));
    let values: Vec<f32> = planes.map(|&value| f32::from(value) / 255.0).collect();
    Tensor::from_vec(values, (3, height, width), &Device::Cpu)
}
