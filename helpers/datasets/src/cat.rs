//! A photograph, for the lessons on convolution.

use candle_core::{Result, Tensor};

use super::image_file::decode_image;

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
    decode_image(FILE)
}
