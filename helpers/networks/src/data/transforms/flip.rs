//! Images in the mirror.

use candle_core::{Result, Tensor};

use super::image::Image;
use super::{Transform, between, check_setting};

/// Swaps left and right, at times. (A digit in the mirror is no digit; an ant still is an ant.)
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[[1f32, 2.], [3., 4.]]], &Device::Cpu)?; // (1, 2, 2)
/// let y = transforms::RandomHorizontalFlip::new(1.0)?.apply(&x)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [2., 1., 4., 3.]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RandomHorizontalFlip {
    p: f64,
}

/// Swaps top and bottom, at times.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[[1f32, 2.], [3., 4.]]], &Device::Cpu)?; // (1, 2, 2)
/// let y = transforms::RandomVerticalFlip::new(1.0)?.apply(&x)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [3., 4., 1., 2.]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RandomVerticalFlip {
    p: f64,
}

impl RandomHorizontalFlip {
    /// With probability `p` (torchvision's own is 0.5).
    ///
    /// # Errors
    /// A probability outside 0 to 1.
    pub fn new(p: f64) -> Result<RandomHorizontalFlip> {
        check_setting("RandomHorizontalFlip", "p", p, 0.0, 1.0)?;
        Ok(RandomHorizontalFlip { p })
    }
}

impl RandomVerticalFlip {
    /// With probability `p` (torchvision's own is 0.5).
    ///
    /// # Errors
    /// A probability outside 0 to 1.
    pub fn new(p: f64) -> Result<RandomVerticalFlip> {
        check_setting("RandomVerticalFlip", "p", p, 0.0, 1.0)?;
        Ok(RandomVerticalFlip { p })
    }
}

impl Transform for RandomHorizontalFlip {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let mut image = Image::read("RandomHorizontalFlip", x)?;
        if between(0.0, 1.0) < self.p {
            image
                .data
                .chunks_exact_mut(image.width)
                .for_each(<[f32]>::reverse);
        }
        image.write(x)
    }
}

impl Transform for RandomVerticalFlip {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let mut image = Image::read("RandomVerticalFlip", x)?;
        if between(0.0, 1.0) < self.p {
            // All numbers turned around, then each row back.
            let planes = image.data.chunks_exact_mut(image.height * image.width);
            planes.for_each(<[f32]>::reverse);
            image
                .data
                .chunks_exact_mut(image.width)
                .for_each(<[f32]>::reverse);
        }
        image.write(x)
    }
}
