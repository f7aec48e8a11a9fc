//! Pictures in a grid: examples of a data set, kernels, activations.

use candle_core::{Result, Tensor, bail};

use super::axis::short_number;
use super::canvas::{Anchor, Canvas};
use super::figure::{Content, Figure};
use super::points::numbers;
use super::raster::Raster;
use super::side::{Bar, Key, Side};
use super::{font, theme};

/// N pictures of one size, on one scale of values.
#[derive(Clone)]
pub(super) struct Pictures {
    pub count: usize,
    pub channels: usize,
    height: usize,
    width: usize,
    pub values: Vec<f64>,
    /// The lowest and the highest of the values.
    pub extremes: (f64, f64),
    /// The side of the squares that are averaged, 1 if none.
    block: usize,
    pub captions: Vec<String>,
    pub columns: Option<usize>,
    pub diverging: bool,
    /// What stands beside them in place of the scale of their values.
    pub bar: Option<Bar>,
    pub legend: Vec<(Key, String)>,
    pub note: String,
}

/// More do not fit on a page.
const MOST: usize = 400;
/// The widths that a grid and one picture in it may take, in pixels.
const ROOM: f64 = 560.0;
const CELL: f64 = 112.0;
const ALONE: f64 = 280.0;
/// Between pictures.
const GAP: f64 = 6.0;
/// From one line of a caption to the next.
const LINE: f64 = theme::SMALL * 1.25;
const SIDE_LEAST: f64 = 64.0;

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

/// Where everything stands, in pixels of the screen.
struct Layout {
    columns: usize,
    /// The size of a picture.
    width: usize,
    height: usize,
    /// From one picture to the next.
    across: usize,
    down: usize,
    /// Of all of them.
    size: (f64, f64),
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
        let extremes = (
            values.iter().copied().fold(f64::INFINITY, f64::min),
            values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        );
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

    /// The values at the two ends of the scale.
    fn range(&self) -> (f64, f64) {
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

    fn map(&self) -> theme::Map {
        if self.diverging {
            theme::diverging
        } else {
            theme::grey
        }
    }

    fn side(&self) -> Side {
        let (low, high) = self.range();
        let scale = Bar {
            low,
            high,
            map: self.map(),
            label: String::new(),
        };
        let grey = Some(scale).filter(|_| self.channels == 1);
        Side {
            legend: self.legend.clone(),
            bar: self.bar.clone().or(grey),
        }
    }

    /// The grid in a room of this width and height, no picture wider than `most`.
    fn layout(&self, room: (f64, f64), most: f64) -> Layout {
        let columns = self.columns.unwrap_or_else(|| usual_columns(self.count));
        let rows = self.count.div_ceil(columns);
        let lines = self
            .captions
            .iter()
            .map(|caption| caption.lines().count())
            .max();
        let below = lines.map_or(0.0, |lines| (lines as f64 * LINE + 6.0).ceil());
        let (w, h) = (self.width as f64, self.height as f64);
        let wide = ((room.0 + GAP) / columns as f64 - GAP).min(most) / w;
        let tall = ((room.1 + GAP) / rows as f64 - GAP - below).min(1.5 * most) / h;
        // A picture's pixel on the screen; from 1 on it is whole, which keeps it crisp.
        let scale = wide.min(tall);
        let scale = if scale >= 1.0 {
            scale.floor()
        } else {
            scale.max(1.0 / w.min(h))
        };
        let (width, height) = ((scale * w).round().max(1.0), (scale * h).round().max(1.0));
        let (across, down) = (width + GAP, height + GAP + below);
        let size = (columns as f64 * across - GAP, rows as f64 * down - GAP);
        let [width, height, across, down] = [width, height, across, down].map(|l| l as usize);
        Layout {
            columns,
            width,
            height,
            across,
            down,
            size,
        }
    }

    fn natural(&self) -> Layout {
        let most = match self.count {
            1 => ALONE,
            _ => CELL.max((self.width as f64).min(ALONE)),
        };
        self.layout((ROOM, 4.0 * ROOM), most)
    }

    /// Width and height of what stands below the title, in pixels.
    pub fn size(&self) -> (f64, f64) {
        let (width, height) = self.natural().size;
        // Below this a title does not fit.
        let width = (width + self.side().width(200.0) + 2.0 * theme::MARGIN).max(280.0);
        (width, height.max(SIDE_LEAST) + theme::MARGIN)
    }

    /// The colours of the pixel at (x, y) of a picture drawn in the layout's size: the mean of all
    /// that falls on it.
    fn pixel(&self, picture: &[f64], (x, y): (usize, usize), layout: &Layout) -> theme::Rgb {
        let (low, high) = self.range();
        let span = |at: usize, of: usize, side: usize| {
            let (from, to) = (
                at * side / of,
                ((at + 1) * side / of).max(at * side / of + 1),
            );
            let cut = |i: usize| i / self.block * self.block;
            cut(from)..(cut(to - 1) + self.block).min(side)
        };
        let rows = span(y, layout.height, self.height);
        let columns = span(x, layout.width, self.width);
        let share = 1.0 / (rows.len() * columns.len()) as f64;
        let mean = |channel: usize| -> f64 {
            let plane = &picture[channel * self.height * self.width..];
            let row = |y: usize| plane[y * self.width..][columns.clone()].iter();
            rows.clone().flat_map(row).map(|v| v * share).sum()
        };
        // Halves, so that the difference of huge numbers stays finite.
        let place = |v: f64| (v / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        match self.channels {
            // In steps: few colours make a small file.
            1 => self.map()((place(mean(0)) * 64.0).round() / 64.0),
            _ => [0, 1, 2].map(|channel| (255.0 * place(mean(channel))).round() as u8),
        }
    }

    pub fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()> {
        let side = self.side();
        let beside = side.width(0.35 * canvas.width);
        let room = canvas.width - beside - 2.0 * theme::MARGIN;
        let room = (room, canvas.height - top - theme::MARGIN);
        let layout = self.layout(room, if self.count == 1 { ROOM } else { ALONE });
        let (columns, rows) = (layout.columns, self.count.div_ceil(layout.columns));
        let (width, height) = (columns * layout.across, rows * layout.down);
        let mut pixels = vec![theme::BACKGROUND; width * height];
        let left = theme::MARGIN;
        let mut edges = String::new();
        let size = self.values.len() / self.count;
        for (index, picture) in self.values.chunks(size).enumerate() {
            let (x, y) = (
                index % columns * layout.across,
                index / columns * layout.down,
            );
            let (w, h) = (layout.width, layout.height);
            for (i, j) in (0..h).flat_map(|j| (0..w).map(move |i| (i, j))) {
                pixels[(y + j) * width + x + i] = self.pixel(picture, (i, j), &layout);
            }
            let (x, y) = (left + x as f64, top + y as f64);
            edges.push_str(&format!(
                "M{:.0} {:.0}h{w}0v{h}0h-{w}0z",
                10.0 * x,
                10.0 * y
            ));
            let caption = self.captions.get(index).map_or("", |caption| caption);
            for (i, line) in caption.lines().enumerate() {
                let line = font::shorten(line, theme::SMALL, layout.across as f64 - 2.0);
                let down = (i + 1) as f64 * LINE;
                let at = (x + w as f64 / 2.0, y + h as f64 + down);
                canvas.text(&line, theme::SMALL, theme::SOFT_INK, Anchor::Middle, at);
            }
        }
        let raster = Raster {
            width,
            height,
            pixels,
        };
        canvas.push(raster.image((left, top), (width as f64, height as f64), true)?);
        canvas.push(format!(
            r#"<path class="edges" d="{edges}" fill="none" stroke="{}" stroke-width="6"/>"#,
            theme::hex(theme::AXIS)
        ));
        let corner = (left + layout.size.0 + super::side::GAP, top);
        side.draw(canvas, corner, layout.size.1.max(SIDE_LEAST))
    }
}

/// One row for a few, else a number that fills the last row, if there is one near the square.
fn usual_columns(count: usize) -> usize {
    if count <= 6 {
        return count;
    }
    let square = (count as f64).sqrt().ceil() as usize;
    let full = (square..=2 * square).find(|columns| count.is_multiple_of(*columns));
    full.unwrap_or(square).min(12)
}
