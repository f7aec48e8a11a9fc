//! Images as numbers, on one scale of colours.

use candle_core::{Result, Tensor, bail};
use candle_functional::values;

use crate::theme::{self, ColourMap, Rgb};
use crate::values::min_max;

/// The most images in a figure: more do not fit on a page.
const MOST: usize = 400;

/// N images of one size.
#[derive(Clone)]
pub(crate) struct ImageBatch {
    pub count: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub values: Vec<f64>,
    /// The lowest and the highest of the values.
    pub min_max: (f64, f64),
    /// The side of the squares that are averaged, 1 if none.
    pub block: usize,
    pub diverging: bool,
}

impl ImageBatch {
    pub fn new(what: &str, images: &Tensor) -> Result<ImageBatch> {
        let dims = images.dims();
        let (count, channels, height, width) = match *dims {
            [h, w] => (1, 1, h, w),
            [n, h, w] => (n, 1, h, w),
            [n, c @ (1 | 3), h, w] => (n, c, h, w),
            _ => bail!(
                "{what}: expected (H, W), (N, H, W), (N, 1, H, W) or (N, 3, H, W), got {dims:?}"
            ),
        };
        if images.elem_count() == 0 {
            bail!("{what}: there is no image in {dims:?}");
        }
        if count > MOST {
            bail!(
                "{what}: at most {MOST} images in a figure, got {count}; take some with .narrow(0, 0, 16)"
            );
        }
        if height > 2000 || width > 2000 {
            bail!("{what}: an image has at most 2000 x 2000 pixels, got {height} x {width}");
        }
        let values = values(images)?;
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            let (picture, value) = (i / (channels * height * width), values[i]);
            bail!("{what}: image {picture} holds a value that is not finite, {value}");
        }
        let min_max = min_max(&values);
        Ok(ImageBatch {
            count,
            channels,
            height,
            width,
            values,
            min_max,
            block: 1,
            diverging: false,
        })
    }

    /// The values at the two ends of the scale.
    pub fn range(&self) -> (f64, f64) {
        let (low, high) = self.min_max;
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

    /// The colours from one end of the scale to the other.
    pub fn colour_map(&self) -> ColourMap {
        if self.diverging {
            theme::diverging
        } else {
            theme::grey
        }
    }

    /// The colour of the pixel at (x, y) of an image drawn in `size`: the mean of all values that
    /// fall on it.
    pub fn pixel(&self, index: usize, (x, y): (usize, usize), size: (usize, usize)) -> Rgb {
        let (low, high) = self.range();
        let span = |at: usize, of: usize, side: usize| {
            let (from, to) = (
                at * side / of,
                ((at + 1) * side / of).max(at * side / of + 1),
            );
            let cut = |i: usize| i / self.block * self.block;
            cut(from)..(cut(to - 1) + self.block).min(side)
        };
        let rows = span(y, size.1, self.height);
        let columns = span(x, size.0, self.width);
        let share = 1.0 / (rows.len() * columns.len()) as f64;
        let mean = |channel: usize| -> f64 {
            let plane = (index * self.channels + channel) * self.height * self.width;
            let plane = &self.values[plane..];
            let row = |y: usize| plane[y * self.width..][columns.clone()].iter();
            rows.clone().flat_map(row).map(|v| v * share).sum()
        };
        // Halves, so that the difference of huge numbers stays finite.
        let place = |v: f64| (v / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        match self.channels {
            // In steps: few colours make a small file.
            1 => self.colour_map()((place(mean(0)) * 64.0).round() / 64.0),
            _ => [0, 1, 2].map(|channel| (255.0 * place(mean(channel))).round() as u8),
        }
    }
}
