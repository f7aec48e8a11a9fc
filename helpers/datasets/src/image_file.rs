//! Images in files.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use candle_core::{Device, Error, Result, Tensor, bail};
use image::{ImageFormat, ImageReader, RgbImage};

/// The picture in a JPEG or PNG file: (3, H, W), f32 from 0 to 1. Its first bytes decide, not its name.
pub(super) fn read_image(path: &Path) -> Result<Tensor> {
    to_tensor(read_rgb(path)?)
}

/// As [`read_image`], red, green and blue as they are in the file.
pub(super) fn read_rgb(path: &Path) -> Result<RgbImage> {
    let content = fs::read(path).map_err(Error::from);
    let decoded = content.and_then(|content| decode(&content));
    decoded.map_err(|error| {
        Error::msg(format!(
            "{} cannot be read as an image: {}",
            path.display(),
            candle_functional::errors::first_line(&error)
        ))
    })
}

pub(super) fn decode_image(content: &[u8]) -> Result<Tensor> {
    to_tensor(decode(content)?)
}

fn decode(content: &[u8]) -> Result<RgbImage> {
    let reader = ImageReader::new(Cursor::new(content)).with_guessed_format()?;
    if reader.format() == Some(ImageFormat::Jpeg) && !is_whole_jpeg(content) {
        bail!("it is cut off");
    }
    match reader.decode() {
        Ok(image) => Ok(image.into_rgb8()),
        Err(error) => bail!("{error}"),
    }
}

/// Whether a JPEG goes on to its end; the decoder paints grey what is missing, and says nothing.
fn is_whole_jpeg(mut rest: &[u8]) -> bool {
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff);
    while let Some(at) = rest.windows(2).position(is_marker) {
        let after = &rest[at + 2..];
        let length = match (rest[at + 1], after) {
            (0xd9, _) => return true,
            // Start and restart stand alone. All others say how long they are: what looks like an end
            // within is that of a preview.
            (0x01 | 0xd0..=0xd8, _) => 0,
            (_, &[high, low, ..]) => usize::from(u16::from_be_bytes([high, low])),
            _ => return false,
        };
        rest = after.get(length..).unwrap_or(&[]);
    }
    false
}

/// As torchvision's `ToTensor`.
fn to_tensor(image: RgbImage) -> Result<Tensor> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let planes = (0..3).flat_map(|c| image.as_raw().iter().skip(c).step_by(3));
    let values: Vec<f32> = planes.map(|&value| f32::from(value) / 255.0).collect();
    Tensor::from_vec(values, (3, height, width), &Device::Cpu)
}
