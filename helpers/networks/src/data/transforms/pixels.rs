//! What is done to each pixel by itself.

use candle_core::{DType, Device, Result, Tensor, bail};

use super::image::Image;
use super::{Transform, check_setting};
use candle_functional::display_shape;
use candle_functional::random;

/// A picture of bytes, (H, W, C) or (H, W), to an image (C, H, W) in f32 from 0 to 1.
///
/// ```
/// use helpers::prelude::*;
/// let picture = Tensor::new(&[[[0u8, 51, 255]]], &Device::Cpu)?; // (1, 1, 3): one pixel
/// let x = transforms::ToTensor.apply(&picture)?; // (3, 1, 1)
/// assert_eq!(x.flatten_all()?.to_vec1::<f32>()?, [0., 0.2, 1.]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ToTensor;

impl Transform for ToTensor {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let x = match (x.rank(), x.dtype()) {
            (3, DType::U8) => x.permute((2, 0, 1))?.contiguous()?,
            (2, DType::U8) => x.unsqueeze(0)?,
            (_, dtype) => bail!(
                "ToTensor: takes an image of bytes, (H, W, C) or (H, W) in u8, got {} in {}",
                display_shape(x.dims()),
                dtype.as_str()
            ),
        };
        let scale = Tensor::new(255f32, x.device())?;
        x.to_dtype(DType::F32)?.broadcast_div(&scale)
    }
}

/// Subtracts the mean and divides by the standard deviation, channel by channel.
///
/// ```
/// use helpers::prelude::*;
/// let normalize = transforms::Normalize::new(&[0.5], &[0.25])?; // one channel
/// let x = Tensor::new(&[[[0f32, 0.5, 1.0]]], &Device::Cpu)?; // (1, 1, 3)
/// let y = normalize.apply(&x)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [-2., 0., 2.]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Normalize {
    mean: Vec<f32>,
    std: Vec<f32>,
}

impl Normalize {
    /// One mean and one standard deviation for each channel.
    ///
    /// # Errors
    /// Not as many of the one as of the other, a number that is not finite, a deviation of 0 or less.
    pub fn new(mean: &[f32], std: &[f32]) -> Result<Normalize> {
        let finite = mean.iter().chain(std).all(|v| v.is_finite());
        if mean.len() != std.len() || !finite || std.iter().any(|s| *s <= 0.0) {
            bail!(
                "Normalize: takes a finite mean and a deviation above 0 for each channel, got {mean:?} and {std:?}"
            );
        }
        let (mean, std) = (mean.to_vec(), std.to_vec());
        Ok(Normalize { mean, std })
    }
}

impl Transform for Normalize {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let mut image = Image::read("Normalize", x)?;
        if image.channels != self.mean.len() {
            let (n, dims) = (self.mean.len(), display_shape(x.dims()));
            bail!("Normalize: has means for {n} channels, got an image {dims}");
        }
        let planes = image.data.chunks_exact_mut(image.height * image.width);
        for (plane, (mean, std)) in planes.zip(self.mean.iter().zip(&self.std)) {
            plane.iter_mut().for_each(|v| *v = (*v - mean) / std);
        }
        image.write(x)
    }
}

/// Adds normal noise of mean 0 to every value of an image from 0 to 1, and keeps the
/// result there.
///
/// ```
/// use helpers::prelude::*;
/// let grey = Tensor::full(0.5f32, (1, 28, 28), &Device::Cpu)?;
/// let noisy = transforms::GaussianNoise::new(0.1)?.apply(&grey)?;
/// assert_eq!(noisy.dims(), [1, 28, 28]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GaussianNoise {
    sigma: f64,
}

impl GaussianNoise {
    /// Noise of this standard deviation (torchvision's own is 0.1).
    ///
    /// # Errors
    /// A deviation below 0 or above 1000.
    pub fn new(sigma: f64) -> Result<GaussianNoise> {
        check_setting("GaussianNoise", "sigma", sigma, 0.0, 1000.0)?;
        Ok(GaussianNoise { sigma })
    }
}

impl Transform for GaussianNoise {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let mut image = Image::read("GaussianNoise", x)?;
        let noise = random::normal(0.0, self.sigma, image.data.len(), &Device::Cpu)?;
        for (value, noise) in image.data.iter_mut().zip(noise.to_vec1::<f32>()?) {
            *value = (*value + noise).clamp(0.0, 1.0);
        }
        image.write(x)
    }
}
