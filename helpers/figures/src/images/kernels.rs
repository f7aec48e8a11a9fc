//! The kernels of convolutions, and the feature maps they give.

use candle_core::{Result, Tensor, bail};

use super::image_grid::ImageGrid;
use crate::figure::Figure;
use crate::subplots::side_by_side;

/// A convolution's kernels (out, in, H, W), blue below 0, white at 0, orange above, on one scale.
///
/// With one input channel a picture each; with three, images in colour (grey is 0); else a row
/// for each output channel and a column for each input channel. (out, in, K) of a `Conv1d`: a
/// picture each, a row for each input channel.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let conv = nn::conv2d(1, 6, 5, &params.at("conv"))?;
/// let figure = plot::kernels(&conv.weight.tensor())?.title("Before training");
/// # assert!(figure.svg()?.contains("Before training"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Another shape, more than 400 images, a value that is not finite.
pub fn kernels(weights: &Tensor) -> Result<Figure> {
    Ok(Figure::new(read("kernels", weights)?))
}

/// The kernels of a convolution before and after training, side by side on one scale.
///
/// # Errors
/// As [`kernels`]; two shapes that differ.
pub fn kernels_before_after(before: &Tensor, after: &Tensor) -> Result<Figure> {
    const WHAT: &str = "kernels_before_after";
    if before.dims() != after.dims() {
        let (a, b) = (before.dims(), after.dims());
        bail!("{WHAT}: both must have the same shape, got {a:?} and {b:?}");
    }
    let (mut left, mut right) = (read(WHAT, before)?, read(WHAT, after)?);
    let both = [left.batch.min_max, right.batch.min_max];
    let shared = (both[0].0.min(both[1].0), both[0].1.max(both[1].1));
    for images in [&mut left, &mut right] {
        images.batch.min_max = shared;
        let square = (images.batch.count as f64).sqrt().ceil() as usize;
        images.columns = images.columns.or(Some(square));
    }
    left.scale = false;
    side_by_side(&[
        Figure::new(left).title("before"),
        Figure::new(right).title("after"),
    ])
}

fn read(what: &str, weights: &Tensor) -> Result<ImageGrid> {
    let (rows, flat) = match *weights.dims() {
        [out, channels, h, w] if channels != 1 && channels != 3 => {
            (Some(channels), weights.reshape((out * channels, h, w))?)
        }
        _ => (None, weights.clone()),
    };
    let mut images = ImageGrid::new(what, &flat)?;
    images.batch.diverging = true;
    if images.batch.channels == 3 {
        images.note = "grey is 0".to_string();
    }
    if rows.is_some() {
        images.columns = rows;
        images.note = "a row for each output channel, a column for each input".to_string();
    }
    Ok(images)
}

/// The feature maps (C, H, W), or (1, C, H, W), that a layer gives for one image, with their
/// channels: grey from 0 up, or blue and orange around 0 where some are negative.
///
/// ```
/// use helpers::prelude::*;
/// let maps = random::normal(0.0, 1.0, (1, 8, 12, 12), &Device::Cpu)?.relu()?;
/// let figure = plot::feature_maps(&maps)?.title("After the first ReLU");
/// # assert!(figure.svg()?.contains("7"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Another shape, more than 400 channels, a value that is not finite.
pub fn feature_maps(maps: &Tensor) -> Result<Figure> {
    const WHAT: &str = "feature_maps";
    let maps = match maps.dims() {
        [1, _, _, _] => maps.squeeze(0)?,
        [_, _, _] => maps.clone(),
        dims => bail!("{WHAT}: expected (C, H, W) or (1, C, H, W), one image, got {dims:?}"),
    };
    let mut images = ImageGrid::new(WHAT, &maps)?;
    images.batch.diverging = images.batch.min_max.0 < 0.0;
    images.batch.min_max.0 = images.batch.min_max.0.min(0.0);
    let size = images.batch.values.len() / images.batch.count;
    let off = images
        .batch
        .values
        .chunks(size)
        .filter(|map| map.iter().all(|v| *v == 0.0))
        .count();
    if off > 0 {
        images.note = format!("{off} of {} maps are 0 everywhere", images.batch.count);
    }
    if images.batch.count <= 64 {
        images.captions = (0..images.batch.count)
            .map(|channel| channel.to_string())
            .collect();
    }
    Ok(Figure::new(images))
}
