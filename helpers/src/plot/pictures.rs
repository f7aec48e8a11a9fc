//! Pictures in a grid: examples of a data set, kernels, activations.

use candle_core::{Result, Tensor, bail};

use super::axis::short_number;
use super::figure::{Content, Figure};
use super::points::{extremes, numbers};
use super::side::{Bar, Key};

/// N pictures of one size, on one scale of values.
#[derive(Clone)]
pub(super) struct Pictures {
    pub count: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub values: Vec<f64>,
    /// The lowest and the highest of the values.
    pub extremes: (f64, f64),
    /// The side of the squares that are averaged, 1 if none.
    pub block: usize,
    pub captions: Vec<String>,
    pub columns: Option<usize>,
    pub diverging: bool,
    /// Whether the scale of their values stands beside them, if they have one channel.
    pub scale: bool,
    /// What stands there in its place.
    pub bar: Option<Bar>,
    pub legend: Vec<(Key, String)>,
    pub note: String,
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
    Ok(Pictures::new("images", pictures)?.figure())
}

impl Figure {
    /// Text below each picture: texts, class numbers, anything that prints; a line break starts a
    /// second line.
    pub fn captions<T: std::fmt::Display>(self, captions: &[T]) -> Figure {
        self.change(|content| {
            let pictures = pictures("captions", content)?;
            let (count, got) = (pictures.count, captions.len());
            if got != count {
                bail!("captions: {count} pictures need as many captions, got {got}");
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
    pub fn new(what: &str, pictures: &Tensor) -> Result<Pictures> {
        let dims = pictures.dims();
        let (count, channels, height, width) = match *dims {
            [h, w] => (1, 1, h, w),
            [n, h, w] => (n, 1, h, w),
            [n, c @ (1 | 3), h, w] => (n, c, h, w),
            _ => bail!(
                "{what}: expected (H, W), (N, H, W), (N, 1, H, W) or (N, 3, H, W), got {dims:?}"
            ),
        };
        if pictures.elem_count() == 0 {
            bail!("{what}: there is no picture in {dims:?}");
        }
        if count > MOST {
            bail!(
                "{what}: at most {MOST} pictures in a figure, got {count}; take some with .narrow(0, 0, 16)"
            );
        }
        if height > 2000 || width > 2000 {
            bail!("{what}: a picture has at most 2000 x 2000 pixels, got {height} x {width}");
        }
        let values = numbers(pictures)?;
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            let (picture, value) = (i / (channels * height * width), values[i]);
            bail!("{what}: picture {picture} holds a value that is not finite, {value}");
        }
        let extremes = extremes(&values);
        Ok(Pictures {
            count,
            channels,
            height,
            width,
            extremes,
            values,
            block: 1,
            captions: Vec::new(),
            columns: None,
            diverging: false,
            scale: true,
            bar: None,
            legend: Vec::new(),
            note: String::new(),
        })
    }

    pub fn figure(self) -> Figure {
        Figure::new(Content::Pictures(self))
    }

    /// What the figure must say about its values besides the bar.
    pub fn notes(&self) -> Vec<String> {
        let (low, high) = self.range();
        let mut notes = Vec::from_iter(Some(self.note.clone()).filter(|note| !note.is_empty()));
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
        Pictures {
            block,
            ..self.clone()
        }
    }
}
