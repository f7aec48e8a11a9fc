//! Changes to images, to prepare them or to make more of them (augmentation), as torchvision's
//! `transforms.v2`.
//!
//! All but [`ToTensor`] take one image (C, H, W) in f32, and return an image. What is random is drawn
//! from [`random`], anew at each call. Images are resized, turned and bent with
//! straight lines between the pixels (bilinear), and are 0 outside: change their shape before
//! [`Normalize`] moves their black.
//!
//! ```
//! use helpers::prelude::*;
//! manual_seed(1);
//! let augment = transforms::Compose::new()
//!     .add(transforms::RandomAffine::new(10.0)?.translate(0.1, 0.1)?)
//!     .add(transforms::Normalize::new(&[0.3], &[0.4])?);
//! let digits = datasets::digits()?;
//! let (x, _) = digits.get(0)?; // (1, 8, 8)
//! assert_eq!(augment.apply(&x)?.dims(), [1, 8, 8]);
//! let loader = DataLoader::new(digits.map(augment), 64)?.num_workers(2);
//! # assert_eq!(loader.len(), 29);
//! # Ok::<(), helpers::Error>(())
//! ```

mod affine;
mod compose;
mod crop;
mod elastic;
mod flip;
mod image;
mod pixels;
mod resize;
mod warp;

pub use affine::{RandomAffine, RandomRotation};
pub use compose::Compose;
pub use crop::{CenterCrop, RandomCrop, RandomResizedCrop};
pub use elastic::ElasticTransform;
pub use flip::{RandomHorizontalFlip, RandomVerticalFlip};
pub use pixels::{GaussianNoise, Normalize, ToTensor};
pub use resize::Resize;

use candle_core::{Result, Tensor, bail};
use rand::Rng;

use candle_functional::random;

/// Changes one image. A closure `|x: &Tensor| ...` that returns a `Result<Tensor>` is one too.
pub trait Transform: Send + Sync {
    /// What becomes of `x`.
    fn apply(&self, x: &Tensor) -> Result<Tensor>;
}

impl<F: Fn(&Tensor) -> Result<Tensor> + Send + Sync> Transform for F {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        self(x)
    }
}

/// Uniform between two numbers.
fn between(low: f64, high: f64) -> f64 {
    low + (high - low) * random::with_generator(|g| g.random::<f64>())
}

/// One of 0, 1, ..., `most`.
fn up_to(most: usize) -> usize {
    random::with_generator(|g| g.random_range(0..=most))
}

/// That a setting lies in a range, NaN not being in any.
fn check_setting(what: &str, name: &str, value: f64, low: f64, high: f64) -> Result<()> {
    if !(low..=high).contains(&value) {
        bail!("{what}: {name} must be from {low} to {high}, got {value}");
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests;
