//! What convolutions hold and what they answer.

use candle_core::{Result, Tensor, bail};

use super::figure::Figure;
use super::panels::side_by_side;
use super::pictures::Pictures;

/// A convolution's kernels (out, in, H, W), blue below 0, white at 0, orange above, on one scale.
///
/// With one input channel a picture each; with three, pictures in colour (grey is 0); else a row
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
/// Another shape, more than 400 pictures, a value that is not finite.
pub fn kernels(weights: &Tensor) -> Result<Figure> {
    Ok(read("kernels", weights)?.figure())
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
    let both = [left.extremes, right.extremes];
    let shared = (both[0].0.min(both[1].0), both[0].1.max(both[1].1));
    for pictures in [&mut left, &mut right] {
        pictures.extremes = shared;
        let square = (pictures.count as f64).sqrt().ceil() as usize;
        pictures.columns = pictures.columns.or(Some(square));
    }
    left.scale = false;
    side_by_side(&[left.figure().title("before"), right.figure().title("after")])
}

fn read(what: &str, weights: &Tensor) -> Result<Pictures> {
    let (rows, flat) = match *weights.dims() {
        [out, channels, h, w] if channels != 1 && channels != 3 => {
            (Some(channels), weights.reshape((out * channels, h, w))?)
        }
        _ => (None, weights.clone()),
    };
    let mut pictures = Pictures::new(what, &flat)?;
    pictures.diverging = true;
    if pictures.channels == 3 {
        pictures.note = "grey is 0".to_string();
    }
    if rows.is_some() {
        pictures.columns = rows;
        pictures.note = "a row for each output channel, a column for each input".to_string();
    }
    Ok(pictures)
}

/// The feature maps (C, H, W), or (1, C, H, W), that a layer answers to one image, with their
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
    let mut pictures = Pictures::new(WHAT, &maps)?;
    pictures.diverging = pictures.extremes.0 < 0.0;
    pictures.extremes.0 = pictures.extremes.0.min(0.0);
    let size = pictures.values.len() / pictures.count;
    let off = pictures
        .values
        .chunks(size)
        .filter(|map| map.iter().all(|v| *v == 0.0))
        .count();
    if off > 0 {
        pictures.note = format!("{off} of {} maps are 0 everywhere", pictures.count);
    }
    if pictures.count <= 64 {
        pictures.captions = (0..pictures.count)
            .map(|channel| channel.to_string())
            .collect();
    }
    Ok(pictures.figure())
}
