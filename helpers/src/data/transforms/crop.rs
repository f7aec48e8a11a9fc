//! Parts of images.

use candle_core::{Result, Tensor, bail};

use super::image::{Image, check_size};
use super::resize::resize;
use super::{Transform, between, check_setting, up_to};
use crate::functional::words;

/// The middle of an image; where the image is smaller, it is 0 around it.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[[1f32, 2., 3., 4., 5.]]], &Device::Cpu)?; // (1, 1, 5)
/// let y = transforms::CenterCrop::new(1, 3)?.apply(&x)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [2., 3., 4.]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CenterCrop {
    height: usize,
    width: usize,
}

impl CenterCrop {
    /// To (C, height, width).
    ///
    /// # Errors
    /// A size of 0 or too large.
    pub fn new(height: usize, width: usize) -> Result<CenterCrop> {
        check_size("CenterCrop", height, width)?;
        Ok(CenterCrop { height, width })
    }
}

impl Transform for CenterCrop {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let image = Image::read("CenterCrop", x)?;
        // Half a pixel goes where torchvision lets it go.
        let start = |whole: usize, part: usize| match whole.checked_sub(part) {
            Some(more) => (more as f64 / 2.0).round_ties_even() as isize,
            None => -((part - whole) as isize / 2),
        };
        let (top, left) = (
            start(image.height, self.height),
            start(image.width, self.width),
        );
        image.crop(top, left, self.height, self.width)?.write(x)
    }
}

/// A part of an image, anywhere in it.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::ones((1, 28, 28), DType::F32, &Device::Cpu)?;
/// let shift = transforms::RandomCrop::new(28, 28)?.padding(2)?; // by two pixels at most
/// assert_eq!(shift.apply(&x)?.dims(), [1, 28, 28]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RandomCrop {
    height: usize,
    width: usize,
    padding: usize,
}

impl RandomCrop {
    /// To (C, height, width).
    ///
    /// # Errors
    /// A size of 0 or too large; when applied, an image that is smaller.
    pub fn new(height: usize, width: usize) -> Result<RandomCrop> {
        check_size("RandomCrop", height, width)?;
        Ok(RandomCrop {
            height,
            width,
            padding: 0,
        })
    }

    /// The part may reach so many pixels beyond the image, where it is 0.
    ///
    /// # Errors
    /// A padding as large as the part: there could be nothing of the image in it.
    pub fn padding(mut self, padding: usize) -> Result<RandomCrop> {
        let side = self.height.min(self.width);
        if padding >= side {
            bail!(
                "RandomCrop: the padding must be less than the part's side of {side}, got {padding}"
            );
        }
        self.padding = padding;
        Ok(self)
    }
}

impl Transform for RandomCrop {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let image = Image::read("RandomCrop", x)?;
        let room = |whole: usize, part: usize| (whole + 2 * self.padding).checked_sub(part);
        let rooms = (
            room(image.height, self.height),
            room(image.width, self.width),
        );
        let (Some(rows), Some(columns)) = rooms else {
            bail!(
                "RandomCrop: cannot cut ({}, {}) out of an image {} with a padding of {}",
                self.height,
                self.width,
                words(x.dims()),
                self.padding
            );
        };
        let start = |most| up_to(most) as isize - self.padding as isize;
        let (top, left) = (start(rows), start(columns));
        image.crop(top, left, self.height, self.width)?.write(x)
    }
}

/// A part of an image of random size, place and proportions (3:4 to 4:3), resized; as torchvision's,
/// the usual augmentation of photographs.
///
/// ```
/// use helpers::prelude::*;
/// let photo = Tensor::ones((3, 300, 451), DType::F32, &Device::Cpu)?;
/// let y = transforms::RandomResizedCrop::new(64, 64)?.apply(&photo)?;
/// assert_eq!(y.dims(), [3, 64, 64]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RandomResizedCrop {
    height: usize,
    width: usize,
    scale: (f64, f64),
}

const RATIO: (f64, f64) = (3.0 / 4.0, 4.0 / 3.0);

impl RandomResizedCrop {
    /// To (C, height, width), from parts of 8 % to all of the image.
    ///
    /// # Errors
    /// A size of 0 or too large.
    pub fn new(height: usize, width: usize) -> Result<RandomResizedCrop> {
        check_size("RandomResizedCrop", height, width)?;
        Ok(RandomResizedCrop {
            height,
            width,
            scale: (0.08, 1.0),
        })
    }

    /// From parts of these shares of the image's area.
    ///
    /// # Errors
    /// Shares outside 0 to 1, the smallest above the largest.
    pub fn scale(mut self, smallest: f64, largest: f64) -> Result<RandomResizedCrop> {
        check_setting("RandomResizedCrop", "the largest share", largest, 0.0, 1.0)?;
        check_setting(
            "RandomResizedCrop",
            "the smallest share",
            smallest,
            0.0,
            largest,
        )?;
        self.scale = (smallest, largest);
        Ok(self)
    }

    /// Where the part is: top, left, height, width.
    fn draw(&self, height: usize, width: usize) -> (usize, usize, usize, usize) {
        for _ in 0..10 {
            let area = height as f64 * width as f64 * between(self.scale.0, self.scale.1);
            let ratio = between(RATIO.0.ln(), RATIO.1.ln()).exp();
            let w = (area * ratio).sqrt().round_ties_even() as usize;
            let h = (area / ratio).sqrt().round_ties_even() as usize;
            if (1..=width).contains(&w) && (1..=height).contains(&h) {
                return (up_to(height - h), up_to(width - w), h, w);
            }
        }
        // No part fits: the middle, as much of it as has allowed proportions.
        let h = height.min((width as f64 / RATIO.0).round_ties_even() as usize);
        let w = width.min((height as f64 * RATIO.1).round_ties_even() as usize);
        ((height - h) / 2, (width - w) / 2, h, w)
    }
}

impl Transform for RandomResizedCrop {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let image = Image::read("RandomResizedCrop", x)?;
        let (top, left, height, width) = self.draw(image.height, image.width);
        let part = image.crop(top as isize, left as isize, height, width)?;
        resize(&part, self.height, self.width)?.write(x)
    }
}
