//! Images of another size.

use candle_core::{Result, Tensor};

use super::Transform;
use super::image::{Image, check_size};
use candle_functional::kernels::{Resample, Row, Table};
use candle_functional::memory::can_hold;

/// Resizes an image, bilinear with antialiasing as torchvision's `Resize`: where it shrinks, an output
/// pixel is an average of all the pixels it covers, the nearer the heavier.
///
/// ```
/// use helpers::prelude::*;
/// let photo = Tensor::zeros((3, 300, 451), DType::F32, &Device::Cpu)?;
/// let y = transforms::Resize::new(32, 32)?.apply(&photo)?;
/// assert_eq!(y.dims(), [3, 32, 32]);
/// let y = transforms::Resize::shorter_side(200)?.apply(&photo)?;
/// assert_eq!(y.dims(), [3, 200, 300]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Resize {
    /// Of both sides, or of the shorter one.
    height: usize,
    width: Option<usize>,
}

impl Resize {
    /// To (C, height, width), whatever the proportions were.
    ///
    /// # Errors
    /// A size of 0 or too large.
    pub fn new(height: usize, width: usize) -> Result<Resize> {
        check_size("Resize", height, width)?;
        let width = Some(width);
        Ok(Resize { height, width })
    }

    /// So that the shorter side is `size` and the proportions stay, the longer side rounded down.
    ///
    /// # Errors
    /// A size of 0 or too large.
    pub fn shorter_side(size: usize) -> Result<Resize> {
        check_size("Resize", size, size)?;
        Ok(Resize {
            height: size,
            width: None,
        })
    }
}

impl Transform for Resize {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let image = Image::read("Resize", x)?;
        let (h, w) = (image.height, image.width);
        let longer = (self.height as f64 * h.max(w) as f64 / h.min(w) as f64) as usize;
        let size = match self.width {
            Some(width) => (self.height, width),
            None if w <= h => (longer, self.height),
            None => (self.height, longer),
        };
        resize("Resize", &image, size)?.write(x)
    }
}

/// The image at this size (height, width).
pub(super) fn resize(what: &str, image: &Image, (height, width): (usize, usize)) -> Result<Image> {
    can_hold(what, &[image.channels, height, width], size_of::<f32>())?;
    Ok(image.resample(&Resample {
        height: triangles(image.height, height),
        width: triangles(image.width, width),
    }))
}

/// Each output is a triangle of inputs, as wide as the distance between two outputs on each side, and at
/// least as that between two inputs.
fn triangles(input: usize, output: usize) -> Table {
    let step = input as f64 / output as f64;
    let reach = step.max(1.0);
    let row = |i: usize| {
        let centre = step * (i as f64 + 0.5);
        let start = (centre - reach + 0.5).max(0.0) as usize;
        let end = ((centre + reach + 0.5) as usize).min(input);
        let weight = |j: usize| (1.0 - ((j as f64 + 0.5 - centre) / reach).abs()).max(0.0);
        let sum: f64 = (start..end).map(weight).sum();
        let weights = (start..end).map(|j| weight(j) / sum).collect();
        Row { start, weights }
    };
    Table {
        input,
        rows: (0..output).map(row).collect(),
    }
}
