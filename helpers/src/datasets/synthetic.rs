//! Points in the plane, drawn on the spot: small problems whose answer can be seen.

use candle_core::{Device, Result, Tensor, bail};

use crate::data::TensorDataset;
use crate::random;

/// Round clouds of points: `count` points around each centre, normal with standard deviation `std`.
///
/// Inputs are (N, 2), f32, and targets (N), u32: class by class, the cloud around `centres[k]` is
/// class k. They are drawn from [`random`]: the seed fixes them.
///
/// ```
/// use helpers::prelude::*;
/// manual_seed(1);
/// let clouds = datasets::blobs(50, &[[-1.0, 0.0], [1.0, 0.0]], 0.5)?;
/// assert_eq!(clouds.inputs().dims(), [100, 2]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No centre, no point, a centre that is not finite, `std` negative or not finite.
pub fn blobs(count: usize, centres: &[[f64; 2]], std: f64) -> Result<TensorDataset> {
    let classes = centres.len();
    if count == 0 || classes == 0 {
        bail!("blobs: a cloud needs points and a centre, got {count} points and {classes} centres");
    }
    let middles: Vec<f32> = centres.iter().flatten().map(|&c| c as f32).collect();
    if middles.iter().any(|c| !c.is_finite()) {
        bail!("blobs: the centres must be finite, got {centres:?}");
    }
    let middles = Tensor::from_vec(middles, (classes, 1, 2), &Device::Cpu)?;
    let around = random::normal(0.0, std, (classes, count, 2), &Device::Cpu)?;
    let points = around
        .broadcast_add(&middles)?
        .reshape((classes * count, 2))?;
    // The product is small: as many points were drawn above.
    let targets: Vec<u32> = (0..classes * count).map(|i| (i / count) as u32).collect();
    TensorDataset::new(points, Tensor::new(targets, &Device::Cpu)?)
}
