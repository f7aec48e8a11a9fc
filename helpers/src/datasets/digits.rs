//! Real handwritten digits, small enough to ship.

use std::io::Read;

use candle_core::{Device, Result, Tensor, bail};
use flate2::read::GzDecoder;

use crate::data::TensorDataset;

/// The file is part of the library: nothing to find, nothing to download.
const FILE: &[u8] = include_bytes!("../../../datasets/digits.csv.gz");
const PIXELS: usize = 64;
const MAX_PIXEL: u8 = 16;
const MAX_DIGIT: u8 = 9;

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
    let mut text = String::new();
    GzDecoder::new(FILE).read_to_string(&mut text)?;
    parse(&text)
}

/// Each line is 64 pixels, 0 to 16, row by row, then the digit.
fn parse(text: &str) -> Result<TensorDataset> {
    let mut images = Vec::new();
    let mut targets = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let columns: Vec<&str> = line.split(',').collect();
        let [pixels @ .., digit] = columns.as_slice() else {
            continue; // split gives one column at least
        };
        if pixels.len() != PIXELS {
            bail!(
                "digits: line {number} must have 65 columns, got {}",
                columns.len()
            );
        }
        for pixel in pixels {
            let ink = value(pixel, MAX_PIXEL, number)?;
            images.push(f32::from(ink) / f32::from(MAX_PIXEL));
        }
        targets.push(u32::from(value(digit, MAX_DIGIT, number)?));
    }
    let images = Tensor::from_vec(images, (targets.len(), 1, 8, 8), &Device::Cpu)?;
    TensorDataset::new(images, Tensor::new(targets, &Device::Cpu)?)
}

fn value(text: &str, max: u8, line: usize) -> Result<u8> {
    match text.parse() {
        Ok(value) if value <= max => Ok(value),
        _ => bail!("digits: line {line} must hold whole numbers from 0 to {max}, got {text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn error(text: &str) -> String {
        match parse(text) {
            Ok(set) => format!("accepted as {set:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_line_that_is_not_64_pixels_and_a_digit_is_an_error() {
        let good = format!("{}9", "16,".repeat(64));
        assert!(parse(&format!("{good}\n{good}\n")).is_ok());
        let short = format!("{good}\n{}9", "1,".repeat(63));
        assert!(error(&short).contains("line 2 must have 65 columns, got 64"));
        assert!(error("\n").contains("line 1 must have 65 columns, got 1"));
        for bad in ["17", "-1", "1.5", "", " 1"] {
            let text = good.replacen("16", bad, 1);
            assert!(
                error(&text).contains("from 0 to 16"),
                "{bad}: {}",
                error(&text)
            );
        }
        let ten = format!("{}10", "0,".repeat(64));
        assert!(error(&ten).contains("from 0 to 9, got \"10\""));
    }
}
