//! Images turned, moved, scaled and sheared about their middle.

use candle_core::{Result, Tensor};

use super::image::Image;
use super::warp::warp;
use super::{Transform, between, check_setting};

/// Turns an image by a random angle about its middle.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::ones((1, 28, 28), DType::F32, &Device::Cpu)?;
/// let y = transforms::RandomRotation::new(15.0)?.apply(&x)?;
/// assert_eq!(y.dims(), [1, 28, 28]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RandomRotation {
    degrees: f64,
}

impl RandomRotation {
    /// By an angle from `-degrees` to `degrees`.
    ///
    /// # Errors
    /// Degrees outside 0 to 180.
    pub fn new(degrees: f64) -> Result<RandomRotation> {
        check_setting("RandomRotation", "degrees", degrees, 0.0, 180.0)?;
        Ok(RandomRotation { degrees })
    }
}

impl Transform for RandomRotation {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let image = Image::read("RandomRotation", x)?;
        let angle = between(-self.degrees, self.degrees);
        moved(&image, angle, (0.0, 0.0), 1.0, 0.0).write(x)
    }
}

/// Turns, moves, scales and shears an image at random, as torchvision's `RandomAffine`; at first it only
/// turns.
///
/// ```
/// use helpers::prelude::*;
/// let affine = transforms::RandomAffine::new(10.0)?
///     .translate(0.1, 0.1)?
///     .scale(0.9, 1.1)?
///     .shear(5.0)?;
/// let x = Tensor::ones((1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(affine.apply(&x)?.dims(), [1, 28, 28]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RandomAffine {
    degrees: f64,
    translate: (f64, f64),
    scale: (f64, f64),
    shear: f64,
}

const WHAT: &str = "RandomAffine";

impl RandomAffine {
    /// Turns by an angle from `-degrees` to `degrees`.
    ///
    /// # Errors
    /// Degrees outside 0 to 180.
    pub fn new(degrees: f64) -> Result<RandomAffine> {
        check_setting(WHAT, "degrees", degrees, 0.0, 180.0)?;
        Ok(RandomAffine {
            degrees,
            translate: (0.0, 0.0),
            scale: (1.0, 1.0),
            shear: 0.0,
        })
    }

    /// Moves by whole pixels, up to these shares of the width and of the height.
    ///
    /// # Errors
    /// Shares outside 0 to 1.
    pub fn translate(mut self, width: f64, height: f64) -> Result<RandomAffine> {
        check_setting(WHAT, "the move's share of the width", width, 0.0, 1.0)?;
        check_setting(WHAT, "the move's share of the height", height, 0.0, 1.0)?;
        self.translate = (width, height);
        Ok(self)
    }

    /// Scales by a factor between these.
    ///
    /// # Errors
    /// Factors outside 0.001 to 1000, the smallest above the largest.
    pub fn scale(mut self, smallest: f64, largest: f64) -> Result<RandomAffine> {
        check_setting(WHAT, "the largest scale", largest, 0.001, 1000.0)?;
        check_setting(WHAT, "the smallest scale", smallest, 0.001, largest)?;
        self.scale = (smallest, largest);
        Ok(self)
    }

    /// Shears rows against each other, by an angle from `-degrees` to `degrees`.
    ///
    /// # Errors
    /// Degrees outside 0 to 89.
    pub fn shear(mut self, degrees: f64) -> Result<RandomAffine> {
        check_setting(WHAT, "the shear's degrees", degrees, 0.0, 89.0)?;
        self.shear = degrees;
        Ok(self)
    }
}

impl Transform for RandomAffine {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let image = Image::read(WHAT, x)?;
        let move_by = |share: f64, side: usize| {
            let most = share * side as f64;
            between(-most, most).round_ties_even()
        };
        // torchvision's RandomAffine turns the other way than its RandomRotation.
        let angle = -between(-self.degrees, self.degrees);
        let right = move_by(self.translate.0, image.width);
        let down = move_by(self.translate.1, image.height);
        let scale = between(self.scale.0, self.scale.1);
        let shear = between(-self.shear, self.shear);
        moved(&image, angle, (right, down), scale, shear).write(x)
    }
}

/// The image sheared, then scaled, then turned counter-clockwise about its middle, then moved by
/// (right, down) pixels; angles in degrees.
pub(super) fn moved(
    image: &Image,
    angle: f64,
    (right, down): (f64, f64),
    scale: f64,
    shear: f64,
) -> Image {
    let (sin, cos) = angle.to_radians().sin_cos();
    let (sin, cos) = (sin / scale, cos / scale);
    let shear = shear.to_radians().tan();
    let middle = |side: usize| (side as f64 - 1.0) / 2.0;
    let (middle_y, middle_x) = (middle(image.height), middle(image.width));
    // Backwards, from where a pixel went to where it was.
    warp(image, |row, column| {
        let y = row as f64 - middle_y - down;
        let x = column as f64 - middle_x - right;
        let (y, x) = (sin * x + cos * y, cos * x - sin * y);
        (y + middle_y, x + shear * y + middle_x)
    })
}
