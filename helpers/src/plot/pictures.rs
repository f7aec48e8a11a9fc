//! Pictures in a grid: examples of a data set, kernels, activations.

use candle_core::{Result, Tensor, bail};

use super::axis::short_number;
use super::figure::{Content, Figure};
use super::points::numbers;

/// N pictures of one size, on one scale of values.
#[derive(Clone)]
pub(super) struct Pictures {
    pub count: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub values: Vec<f64>,
    /// The lowest and the highest of the values.
    extremes: (f64, f64),
    /// The side of the squares that were averaged, 1 if none.
    block: usize,
    pub captions: Vec<String>,
    pub columns: Option<usize>,
    pub diverging: bool,
}

/// More do not fit on a page.
const MOST: usize = 400;

/// Pictures in a grid: grey (H, W), (N, H, W) or (N, 1, H, W), or red-green-blue (N, 3, H, W).
///
/// All are drawn on one scale, from the lowest value of all to the highest; the bar at the side
/// tells which. Colours already in 0..1 are taken as they are.
///
/// ```
/// use helpers::prelude::*;
/// let kernels = random::normal(0.0, 1.0, (6, 1, 3, 3), &Device::Cpu)?;
/// let figure = plot::images(&kernels)?.diverging().columns(3).title("Six kernels");
/// # assert!(figure.svg()?.contains("Six kernels"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Another shape, no picture, more than 400, a value that is not finite.
pub fn images(pictures: &Tensor) -> Result<Figure> {
    let (count, channels, height, width) = match *pictures.dims() {
        [h, w] => (1, 1, h, w),
        [n, h, w] => (n, 1, h, w),
        [n, c @ (1 | 3), h, w] => (n, c, h, w),
        _ => bail!(
            "images: expected (H, W), (N, H, W), (N, 1, H, W) or (N, 3, H, W), got {:?}",
            pictures.dims()
        ),
    };
    if pictures.elem_count() == 0 {
        bail!("images: there is no picture in {:?}", pictures.dims());
    }
    if count > MOST {
        bail!(
            "images: at most {MOST} pictures in a figure, got {count}; take some with .narrow(0, 0, 16)"
        );
    }
    if height > 2000 || width > 2000 {
        bail!("images: a picture has at most 2000 x 2000 pixels, got {height} x {width}");
    }
    let values = numbers(pictures)?;
    let size = channels * height * width;
    if let Some(i) = values.iter().position(|v| !v.is_finite()) {
        bail!(
            "images: picture {} holds a value that is not finite, {}",
            i / size,
            values[i]
        );
    }
    Ok(Figure::new(Content::Pictures(Pictures {
        count,
        channels,
        height,
        width,
        extremes: (
            values.iter().copied().fold(f64::INFINITY, f64::min),
            values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        ),
        values,
        block: 1,
        captions: Vec::new(),
        columns: None,
        diverging: false,
    })))
}

impl Figure {
    /// A line of text below each picture: texts, class numbers, anything that prints.
    pub fn captions<T: std::fmt::Display>(self, captions: &[T]) -> Figure {
        self.change(|content| {
            let pictures = pictures("captions", content)?;
            if captions.len() != pictures.count {
                bail!(
                    "captions: {} pictures need as many captions, got {}",
                    pictures.count,
                    captions.len()
                );
            }
            pictures.captions = captions.iter().map(|c| c.to_string()).collect();
            Ok(())
        })
    }

    /// How many pictures stand in a row.
    pub fn columns(self, columns: usize) -> Figure {
        self.change(|content| {
            let pictures = pictures("columns", content)?;
            if columns == 0 {
                bail!("columns: at least 1, got 0");
            }
            pictures.columns = Some(columns.min(pictures.count));
            Ok(())
        })
    }

    /// For weights and differences: blue below 0, white at 0, orange above, evenly on both sides.
    pub fn diverging(self) -> Figure {
        self.change(|content| {
            let pictures = pictures("diverging", content)?;
            if pictures.channels == 3 {
                bail!("diverging: only pictures of one channel, these have 3");
            }
            pictures.diverging = true;
            Ok(())
        })
    }
}

fn pictures<'a>(setting: &str, content: &'a mut Content) -> Result<&'a mut Pictures> {
    match content {
        Content::Pictures(pictures) => Ok(pictures),
        _ => bail!("{setting}: this figure has no pictures"),
    }
}

impl Pictures {
    /// What the figure must say about its values besides the bar.
    pub fn notes(&self) -> Vec<String> {
        let (low, high) = self.range();
        let mut notes = Vec::new();
        if self.channels == 3 && (low, high) != (0.0, 1.0) {
            let (low, high) = (short_number(low), short_number(high));
            notes.push(format!("from {low} (dark) to {high} (bright)"));
        }
        if self.block > 1 {
            let block = self.block;
            notes.push(format!("shown with {block} × {block} pixels averaged"));
        }
        notes
    }

    /// The same with the pixels of each square of this side averaged, which takes less room.
    pub fn averaged(&self, block: usize) -> Pictures {
        let mut coarse = self.clone();
        coarse.block = block;
        let (height, width) = (self.height, self.width);
        for plane in coarse.values.chunks_mut(height * width) {
            for (top, left) in (0..height)
                .step_by(block)
                .flat_map(|y| (0..width).step_by(block).map(move |x| (y, x)))
            {
                let rows = top..(top + block).min(height);
                let columns = left..(left + block).min(width);
                let square = || {
                    rows.clone()
                        .flat_map(|y| columns.clone().map(move |x| (y, x)))
                };
                let count = (rows.len() * columns.len()) as f64;
                let mean: f64 = square().map(|(y, x)| plane[y * width + x] / count).sum();
                square().for_each(|(y, x)| plane[y * width + x] = mean);
            }
        }
        coarse
    }

    /// The values at the two ends of the scale.
    pub fn range(&self) -> (f64, f64) {
        let (low, high) = self.extremes;
        if self.diverging {
            let most = low.abs().max(high.abs());
            let most = if most > 0.0 { most } else { 1.0 };
            (-most, most)
        } else if self.channels == 3 && low >= 0.0 && high <= 1.0 {
            (0.0, 1.0)
        } else if low == high {
            (low - 0.5, high + 0.5)
        } else {
            (low, high)
        }
    }
}
