//! Maps and classes laid over a photograph.

use candle_core::{DType, Result, Tensor, bail};
use candle_functional::upsample_bilinear2d;

use super::image_grid::ImageGrid;
use crate::colour_bar::ColourBar;
use crate::figure::Figure;
use crate::legend::Key;
use crate::svg::PATCH;
use crate::theme::{self, Rgb};
use crate::values::{finite_values, min_max};

/// A photograph, and beside it the same with a map (h, w) laid over it: the higher, the more of
/// its colour. The photograph is (3, H, W), (1, H, W) or (H, W); a smaller map is enlarged.
///
/// ```
/// use helpers::prelude::*;
/// let photograph = random::uniform(0.0, 1.0, (3, 64, 64), &Device::Cpu)?;
/// let map = Tensor::new(&[[0f32, 0.2], [0.5, 1.0]], &Device::Cpu)?;
/// let figure = plot::overlay(&photograph, &map)?.title("Where the network looks");
/// # assert!(figure.svg()?.contains("overlay"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Another shape, no pixel, a value that is not finite.
pub fn overlay(photograph: &Tensor, map: &Tensor) -> Result<Figure> {
    const WHAT: &str = "overlay";
    let (pixels, (height, width)) = photo(WHAT, photograph)?;
    let (h, w) = match *map.dims() {
        [h, w] => (h, w),
        ref dims => bail!("{WHAT}: expected a map (h, w), got {dims:?}"),
    };
    let values = finite_values(WHAT, map)?;
    let (low, high) = min_max(&values);
    let map = map.detach().to_dtype(DType::F32)?.reshape((1, 1, h, w))?;
    let values = finite_values(WHAT, &upsample_bilinear2d(&map, (height, width), false)?)?;
    let place = |v: f64| (v - low) / (high - low).max(f64::MIN_POSITIVE);
    let blend = |(pixel, v): (&Rgb, &f64)| {
        theme::mix(
            *pixel,
            theme::heat(place(*v)),
            0.75 * place(*v).clamp(0.0, 1.0),
        )
    };
    let over = pixels.iter().zip(&values).map(blend).collect();
    let mut grid = image_grid(&[pixels, over], (height, width))?;
    grid.captions = vec!["photograph".to_string(), "overlay".to_string()];
    grid.colour_bar = Some(ColourBar {
        low,
        high,
        map: theme::heat,
        label: String::new(),
    });
    Ok(Figure::new(grid))
}

/// A photograph (3, H, W), (1, H, W) or (H, W), and beside it the same in the colours of its
/// pixels' classes, once for each of the named maps (H, W), u32: the truth, a prediction.
///
/// ```
/// use helpers::prelude::*;
/// let photograph = random::uniform(0.0, 1.0, (3, 4, 4), &Device::Cpu)?;
/// let truth = Tensor::new(&[[0u32, 0, 0, 0], [0, 0, 1, 1], [2, 2, 2, 2], [2, 2, 2, 2]], &Device::Cpu)?;
/// let classes = ["sky", "cloud", "ground"];
/// let figure = plot::segmentation(&photograph, &[("truth", truth)], &classes)?;
/// # assert!(figure.svg()?.contains("cloud"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, more than ten classes, a class without a name.
pub fn segmentation(
    photograph: &Tensor,
    maps: &[(&str, Tensor)],
    classes: &[&str],
) -> Result<Figure> {
    const WHAT: &str = "segmentation";
    let (pixels, (height, width)) = photo(WHAT, photograph)?;
    let most = theme::CLASSES.len();
    if classes.is_empty() || classes.len() > most {
        bail!(
            "{WHAT}: expected 1 to {most} classes, got {}",
            classes.len()
        );
    }
    let mut images = vec![pixels.clone()];
    let mut captions = vec!["photograph".to_string()];
    for (name, map) in maps {
        if map.dims() != [height, width] || map.dtype() != DType::U32 {
            let (dims, dtype) = (map.dims(), map.dtype());
            bail!("{WHAT}: {name} must be ({height}, {width}), u32, got {dims:?}, {dtype:?}");
        }
        let map: Vec<usize> = finite_values(WHAT, map)?
            .iter()
            .map(|&class| class as usize)
            .collect();
        if let Some(class) = map.iter().find(|&&class| class >= classes.len()) {
            bail!(
                "{WHAT}: {name} has class {class}, but there are {} names",
                classes.len()
            );
        }
        let colour =
            |(pixel, class): (&Rgb, &usize)| theme::mix(*pixel, theme::CLASSES[*class], 0.6);
        images.push(pixels.iter().zip(&map).map(colour).collect());
        captions.push(name.to_string());
    }
    let mut grid = image_grid(&images, (height, width))?;
    grid.captions = captions;
    let named = classes.iter().zip(theme::CLASSES);
    let key = |colour: Rgb| Key::Patch(theme::mix(theme::BACKGROUND, colour, PATCH));
    grid.legend = named
        .map(|(name, colour)| (key(colour), name.to_string()))
        .collect();
    Ok(Figure::new(grid))
}

/// The pixels of a photograph; values not in 0..1 are brought there.
fn photo(what: &str, photograph: &Tensor) -> Result<(Vec<Rgb>, (usize, usize))> {
    let (channels, height, width) = match *photograph.dims() {
        [h, w] => (1, h, w),
        [c @ (1 | 3), h, w] => (c, h, w),
        ref dims => {
            bail!("{what}: expected a photograph (3, H, W), (1, H, W) or (H, W), got {dims:?}")
        }
    };
    let values = finite_values(what, photograph)?;
    let low = values.iter().copied().fold(0.0, f64::min);
    let high = values.iter().copied().fold(1.0, f64::max);
    let byte = |v: f64| (255.0 * (v - low) / (high - low)).round() as u8;
    let size = height * width;
    let pixel = |i: usize| [0, 1, 2].map(|c| byte(values[c.min(channels - 1) * size + i]));
    Ok(((0..size).map(pixel).collect(), (height, width)))
}

/// Coloured images of one size in a grid.
fn image_grid(images: &[Vec<Rgb>], (height, width): (usize, usize)) -> Result<ImageGrid> {
    let plane = |image: &Vec<Rgb>, c: usize| -> Vec<f32> {
        image
            .iter()
            .map(|pixel| f32::from(pixel[c]) / 255.0)
            .collect()
    };
    let planes = images
        .iter()
        .flat_map(|image| [0, 1, 2].map(|c| plane(image, c)));
    let values = planes.collect::<Vec<_>>().concat();
    let shape = (images.len(), 3, height, width);
    ImageGrid::new(
        "overlay",
        &Tensor::from_vec(values, shape, &candle_core::Device::Cpu)?,
    )
}
