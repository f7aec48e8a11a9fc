//! Points in the plane, drawn on the spot: small problems whose solution can be seen.

use std::f64::consts::{PI, TAU};

use candle_core::{Device, Result, Tensor, bail};

use super::check::check_count;
use candle_functional::random;
use candle_functional::stop::check_stop;
use networks::data::TensorDataset;

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

/// Exclusive or: `count` points of each class around the corners (+-1, +-1), normal with standard
/// deviation `noise`; class 1 where the signs of x and y differ. No line gets above 75 % right.
///
/// Inputs are (2 `count`, 2), f32, and targets u32, class by class, as with [`blobs`].
///
/// # Errors
/// No point, `noise` negative or not finite.
pub fn xor(count: usize, noise: f64) -> Result<TensorDataset> {
    draw("xor", count, 2, noise, |class, i| {
        let side = if i % 2 == 0 { 1.0 } else { -1.0 };
        [side, if class == 0 { side } else { -side }]
    })
}

/// Two half circles that reach into each other, `count` points on each, as scikit-learn's `make_moons`.
///
/// Inputs are (2 `count`, 2), f32, and targets u32, class by class, as with [`blobs`].
///
/// # Errors
/// No point, `noise` negative or not finite.
pub fn moons(count: usize, noise: f64) -> Result<TensorDataset> {
    draw("moons", count, 2, noise, |class, i| {
        let (sin, cos) = (PI * along(i, count)).sin_cos();
        if class == 0 {
            [cos, sin]
        } else {
            [1.0 - cos, 0.5 - sin]
        }
    })
}

/// A circle of radius 1 (class 0) and one of radius 1/2 in it (class 1), `count` points on each, as
/// scikit-learn's `make_circles`.
///
/// Inputs are (2 `count`, 2), f32, and targets u32, class by class, as with [`blobs`].
///
/// # Errors
/// No point, `noise` negative or not finite.
pub fn circles(count: usize, noise: f64) -> Result<TensorDataset> {
    draw("circles", count, 2, noise, |class, i| {
        let (sin, cos) = (TAU * along(i, count)).sin_cos();
        let radius = if class == 0 { 1.0 } else { 0.5 };
        [radius * cos, radius * sin]
    })
}

/// `classes` spiral arms around the origin, `count` points on each: one turn, to radius 1.
///
/// Inputs are (`classes` `count`, 2), f32, and targets u32, class by class, as with [`blobs`].
///
/// # Errors
/// No point, no class, `noise` negative or not finite.
pub fn spirals(count: usize, classes: usize, noise: f64) -> Result<TensorDataset> {
    draw("spirals", count, classes, noise, |class, i| {
        let radius = 0.05 + 0.95 * along(i, count);
        let (sin, cos) = (TAU * (radius + class as f64 / classes as f64)).sin_cos();
        [radius * cos, radius * sin]
    })
}

/// Where point `i` of `count` stands on a curve, from 0 to 1.
fn along(i: usize, count: usize) -> f64 {
    (i as f64 + 0.5) / count as f64
}

/// Point `i` of each class at `place(class, i)`, moved by normal noise.
fn draw(
    what: &str,
    count: usize,
    classes: usize,
    noise: f64,
    place: impl Fn(usize, usize) -> [f64; 2],
) -> Result<TensorDataset> {
    check_count(what, count.min(classes), 2)?;
    check_count(what, count, 2usize.saturating_mul(classes))?;
    let mut points = Vec::with_capacity(2 * classes * count);
    for (class, i) in (0..classes).flat_map(|class| (0..count).map(move |i| (class, i))) {
        check_stop()?;
        points.extend(place(class, i).map(|value| value as f32));
    }
    let points = Tensor::from_vec(points, (classes * count, 2), &Device::Cpu)?;
    let around = random::normal(0.0, noise, (classes * count, 2), &Device::Cpu)?;
    let targets: Vec<u32> = (0..classes * count).map(|i| (i / count) as u32).collect();
    TensorDataset::new((points + around)?, Tensor::new(targets, &Device::Cpu)?)
}
