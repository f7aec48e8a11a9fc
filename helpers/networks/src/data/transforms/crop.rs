//! Parts of images.

use candle_core::{Result, Tensor, bail};

use super::image::{Image, check_size, dims};
use super::resize::resize;
use super::{Transform, between, check_setting, up_to};
use candle_functional::display_shape;
use candle_functional::memory::can_hold;

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
    size: (usize, usize),
}

impl CenterCrop {
    /// To (C, height, width).
    ///
    /// # Errors
    /// A size of 0 or too large.
    pub fn new(height: usize, width: usize) -> Result<CenterCrop> {
        Ok(CenterCrop {
            size: check_size("CenterCrop", height, width)?,
        })
    }
}

impl Transform for CenterCrop {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let (_, height, width) = dims("CenterCrop", x)?;
        // Half a pixel goes where torchvision lets it go.
        let start = |whole: usize, part: usize| match whole.checked_sub(part) {
            Some(more) => (more as f64 / 2.0).round_ties_even() as isize,
            None => -((part - whole) as isize / 2),
        };
        let from = (start(height, self.size.0), start(width, self.size.1));
        crop("CenterCrop", x, from, self.size)
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
    size: (usize, usize),
    padding: usize,
}

impl RandomCrop {
    /// To (C, height, width).
    ///
    /// # Errors
    /// A size of 0 or too large; when applied, an image that is smaller.
    pub fn new(height: usize, width: usize) -> Result<RandomCrop> {
        let size = check_size("RandomCrop", height, width)?;
        Ok(RandomCrop { size, padding: 0 })
    }

    /// The part may reach so many pixels beyond the image, where it is 0.
    ///
    /// # Errors
    /// A padding as large as the part: there could be nothing of the image in it.
    pub fn padding(mut self, padding: usize) -> Result<RandomCrop> {
        let side = self.size.0.min(self.size.1);
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
        let (_, height, width) = dims("RandomCrop", x)?;
        let room = |whole: usize, part: usize| (whole + 2 * self.padding).checked_sub(part);
        let rooms = room(height, self.size.0).zip(room(width, self.size.1));
        let Some((rows, columns)) = rooms else {
            let (size, x, padding) = (self.size, display_shape(x.dims()), self.padding);
            bail!(
                "RandomCrop: cannot cut {size:?} out of an image {x} with a padding of {padding}"
            );
        };
        let start = |most| up_to(most) as isize - self.padding as isize;
        crop("RandomCrop", x, (start(rows), start(columns)), self.size)
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
    size: (usize, usize),
    scale: (f64, f64),
}

const WHAT: &str = "RandomResizedCrop";

/// The least and the largest width of a part, its height being 1.
const RATIO: (f64, f64) = (3.0 / 4.0, 4.0 / 3.0);

impl RandomResizedCrop {
    /// To (C, height, width), from parts of 8 % to all of the image.
    ///
    /// # Errors
    /// A size of 0 or too large.
    pub fn new(height: usize, width: usize) -> Result<RandomResizedCrop> {
        let size = check_size(WHAT, height, width)?;
        Ok(RandomResizedCrop {
            size,
            scale: (0.08, 1.0),
        })
    }

    /// From parts of these shares of the image's area.
    ///
    /// # Errors
    /// Shares outside 0 to 1, the smallest above the largest.
    pub fn scale(mut self, smallest: f64, largest: f64) -> Result<RandomResizedCrop> {
        check_setting(WHAT, "the largest share", largest, 0.0, 1.0)?;
        check_setting(WHAT, "the smallest share", smallest, 0.0, largest)?;
        self.scale = (smallest, largest);
        Ok(self)
    }

    /// Where the part begins, and its size.
    fn draw(&self, height: usize, width: usize) -> ((isize, isize), (usize, usize)) {
        for _ in 0..10 {
            let area = height as f64 * width as f64 * between(self.scale.0, self.scale.1);
            let ratio = between(RATIO.0.ln(), RATIO.1.ln()).exp();
            let w = (area * ratio).sqrt().round_ties_even() as usize;
            let h = (area / ratio).sqrt().round_ties_even() as usize;
            if (1..=width).contains(&w) && (1..=height).contains(&h) {
                return (
                    (up_to(height - h) as isize, up_to(width - w) as isize),
                    (h, w),
                );
            }
        }
        // No part fits: the middle, as much of it as has allowed proportions.
        let h = height.min((width as f64 / RATIO.0).round_ties_even() as usize);
        let w = width.min((height as f64 * RATIO.1).round_ties_even() as usize);
        (
            ((height - h) as isize / 2, (width - w) as isize / 2),
            (h, w),
        )
    }
}

impl Transform for RandomResizedCrop {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let (_, height, width) = dims(WHAT, x)?;
        let (from, size) = self.draw(height, width);
        let part = Image::read(WHAT, &crop(WHAT, x, from, size)?)?;
        resize(WHAT, &part, self.size)?.write(x)
    }
}

/// The part of `x` (C, H, W) that begins at `from` (row, column); 0 outside the image.
fn crop(what: &str, x: &Tensor, from: (isize, isize), size: (usize, usize)) -> Result<Tensor> {
    can_hold(what, &[x.dim(0)?, size.0, size.1], size_of::<f32>())?;
    let cut = |x: Tensor, dim: usize, from: isize, size: usize| {
        let whole = x.dim(dim)?;
        // Of the part come `before` zeros, `size - before - after` numbers, and `after` zeros.
        let before = from.min(0).unsigned_abs().min(size);
        let after = size.saturating_add_signed(from).saturating_sub(whole);
        let inside = x.narrow(dim, from.max(0) as usize, size - before - after)?;
        inside.pad_with_zeros(dim, before, after)
    };
    cut(cut(x.clone(), 1, from.0, size.0)?, 2, from.1, size.1)?.contiguous()
}
