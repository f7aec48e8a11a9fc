//! Images bent like rubber.

use candle_core::{Device, Result, Tensor};

use super::image::Image;
use super::warp::warp;
use super::{Transform, check_setting};
use candle_functional::kernels::{Resample, Row, Table};
use candle_functional::random;

/// Moves every pixel a little, neighbours alike, as torchvision's `ElasticTransform`: handwriting by
/// another hand (Simard, Steinkraus and Platt 2003).
///
/// Moves are drawn for each pixel uniformly from -1 to 1, in both directions, blurred with a Gaussian, and
/// multiplied by `alpha / 2` pixels.
///
/// ```
/// use helpers::prelude::*;
/// let (x, _) = datasets::digits()?.get(0)?;
/// let bent = transforms::ElasticTransform::new(20.0, 2.0)?.apply(&x)?;
/// assert_eq!(bent.dims(), [1, 8, 8]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ElasticTransform {
    alpha: f64,
    sigma: f64,
}

impl ElasticTransform {
    /// How strong, and how smooth: the Gaussian's standard deviation in pixels (torchvision's own are 50
    /// and 5).
    ///
    /// # Errors
    /// `alpha` outside 0 to 10,000, `sigma` outside 0 to 100.
    pub fn new(alpha: f64, sigma: f64) -> Result<ElasticTransform> {
        check_setting("ElasticTransform", "alpha", alpha, 0.0, 1e4)?;
        check_setting("ElasticTransform", "sigma", sigma, 0.0, 100.0)?;
        Ok(ElasticTransform { alpha, sigma })
    }

    /// The image bent by moves of one number per pixel, from -1 to 1 before they are blurred: (dx, dy).
    pub(super) fn bend(&self, image: &Image, noise: [Vec<f32>; 2]) -> Image {
        let (height, width) = (image.height, image.width);
        let blur = Resample {
            height: gaussian(height, self.sigma),
            width: gaussian(width, self.sigma),
        };
        // torchvision counts in halves of the image: a move of `alpha / width` is `alpha / 2` pixels.
        let [dx, dy] = noise.map(|data| {
            let field = Image {
                data,
                channels: 1,
                height,
                width,
            };
            field.resample(&blur).data
        });
        warp(image, |row, column| {
            let at = row * width + column;
            let move_by = |field: &[f32]| f64::from(field[at]) * self.alpha / 2.0;
            (row as f64 + move_by(&dy), column as f64 + move_by(&dx))
        })
    }
}

impl Transform for ElasticTransform {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let image = Image::read("ElasticTransform", x)?;
        let pixels = image.height * image.width;
        let noise = || random::uniform(-1.0, 1.0, pixels, &Device::Cpu)?.to_vec1();
        self.bend(&image, [noise()?, noise()?]).write(x)
    }
}

/// Each output is a Gaussian of inputs, four deviations to each side, the image mirrored at its edges.
fn gaussian(side: usize, sigma: f64) -> Table {
    let reach = (8.0 * sigma + 1.0) as usize / 2;
    let bell = |k: usize| match k {
        0 => 1.0,
        _ => (-(k as f64 / sigma).powi(2) / 2.0).exp(),
    };
    let sum: f64 = 1.0 + 2.0 * (1..=reach).map(bell).sum::<f64>();
    // ..., 2, 1, 0, 1, 2, ..., side - 1, side - 2, ...
    let mirrored = |i: isize| {
        let period = (2 * (side - 1)).max(1);
        let i = i.rem_euclid(period as isize) as usize;
        i.min(period - i)
    };
    let row = |i: usize| {
        let mut weights = vec![0.0; side];
        for k in 0..=reach {
            let weight = bell(k) / sum;
            weights[mirrored(i as isize + k as isize)] += weight;
            if k > 0 {
                weights[mirrored(i as isize - k as isize)] += weight;
            }
        }
        Row { start: 0, weights }
    };
    Table {
        input: side,
        rows: (0..side).map(row).collect(),
    }
}
