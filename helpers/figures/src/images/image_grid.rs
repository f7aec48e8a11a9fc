//! Images in a grid, with captions, and a legend at the side.

use std::sync::Arc;

use candle_core::{Result, Tensor};

use super::image_batch::ImageBatch;
use super::layout::{LINE, Layout, usual_columns};
use crate::colour_bar::ColourBar;
use crate::figure::{Content, Figure};
use crate::legend::{self, Key, Legend};
use crate::number_format::short_number;
use crate::svg::{Anchor, Canvas, Raster, font};
use crate::theme;

/// The widths that a grid and one image in it may take, in pixels.
const ROOM: f64 = 620.0;
const CELL: f64 = 88.0;
const FEW: f64 = 200.0;
const ALONE: f64 = 280.0;
const LEGEND_LEAST: f64 = 64.0;

/// N images of one size, on one scale of values.
#[derive(Clone)]
pub(crate) struct ImageGrid {
    pub batch: ImageBatch,
    pub captions: Vec<String>,
    pub columns: Option<usize>,
    /// Whether the scale of their values stands beside them, if they have one channel.
    pub scale: bool,
    /// What stands there in its place.
    pub colour_bar: Option<ColourBar>,
    pub legend: Vec<(Key, String)>,
    pub note: String,
}

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
    Ok(Figure::new(ImageGrid::new("images", pictures)?))
}

impl ImageGrid {
    pub fn new(what: &str, images: &Tensor) -> Result<ImageGrid> {
        Ok(ImageGrid {
            batch: ImageBatch::new(what, images)?,
            captions: Vec::new(),
            columns: None,
            scale: true,
            colour_bar: None,
            legend: Vec::new(),
            note: String::new(),
        })
    }

    fn legend(&self) -> Legend {
        let (low, high) = self.batch.range();
        let scale = ColourBar {
            low,
            high,
            map: self.batch.colour_map(),
            label: String::new(),
        };
        let scale = Some(scale).filter(|_| self.batch.channels == 1 && self.scale);
        Legend {
            entries: self.legend.clone(),
            colour_bar: self.colour_bar.clone().or(scale),
        }
    }

    /// The grid in a room of this width and height, no image wider than `most`.
    fn layout(&self, room: (f64, f64), most: f64) -> Layout {
        let batch = &self.batch;
        let columns = self.columns.unwrap_or_else(|| usual_columns(batch.count));
        let lines = self.captions.iter().map(|caption| caption.lines().count());
        let size = (batch.width as f64, batch.height as f64);
        Layout::new(batch.count, columns, size, lines.max(), room, most)
    }
}

impl Content for ImageGrid {
    fn size(&self) -> Option<(f64, f64)> {
        let most = match self.batch.count {
            1 => ALONE,
            2 | 3 => FEW,
            _ => CELL.max((self.batch.width as f64).min(ALONE)),
        };
        let (width, height) = self.layout((ROOM, 4.0 * ROOM), most).size;
        // Below this a title does not fit.
        let width = (width + self.legend().width(200.0) + 2.0 * theme::MARGIN).max(280.0);
        Some((width, height.max(LEGEND_LEAST) + theme::MARGIN))
    }

    fn beside(&self) -> Option<Legend> {
        Some(self.legend())
    }

    fn without(&self, common: &Legend) -> Option<Arc<dyn Content>> {
        let mut bare = self.clone();
        if !common.entries.is_empty() {
            bare.legend.clear();
        }
        if common.colour_bar.is_some() {
            (bare.scale, bare.colour_bar) = (false, None);
        }
        Some(Arc::new(bare))
    }

    fn ranges(&self) -> Vec<(f64, f64)> {
        vec![self.batch.min_max]
    }

    fn with_ranges(&self, ranges: &[(f64, f64)]) -> Option<Arc<dyn Content>> {
        let mut ranged = self.clone();
        ranged.batch.min_max = *ranges.first()?;
        Some(Arc::new(ranged))
    }

    fn notes(&self) -> Vec<String> {
        let (low, high) = self.batch.range();
        let mut notes = Vec::from_iter(Some(self.note.clone()).filter(|note| !note.is_empty()));
        if self.batch.channels == 3 && (low, high) != (0.0, 1.0) {
            let (low, high) = (short_number(low), short_number(high));
            notes.push(format!("from {low} (dark) to {high} (bright)"));
        }
        if self.batch.block > 1 {
            let block = self.batch.block;
            notes.push(format!("shown with {block} × {block} pixels averaged"));
        }
        notes
    }

    fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()> {
        let (legend, count) = (self.legend(), self.batch.count);
        let beside = legend.width(0.35 * canvas.width);
        let room = canvas.width - beside - 2.0 * theme::MARGIN;
        let room = (room, canvas.height - top - theme::MARGIN);
        let layout = self.layout(room, if count == 1 { ROOM } else { ALONE });
        let (columns, rows) = (layout.columns, count.div_ceil(layout.columns));
        let (width, height) = (columns * layout.across, rows * layout.down);
        let mut pixels = vec![theme::BACKGROUND; width * height];
        let left = theme::MARGIN;
        let (mut edges, mut captions) = (String::new(), Vec::new());
        for index in 0..count {
            let (x, y) = (
                index % columns * layout.across,
                index / columns * layout.down,
            );
            let (w, h) = (layout.width, layout.height);
            for (i, j) in (0..h).flat_map(|j| (0..w).map(move |i| (i, j))) {
                pixels[(y + j) * width + x + i] = self.batch.pixel(index, (i, j), (w, h));
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
                captions.push((line, at));
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
        for (line, at) in captions {
            canvas.small(&line, Anchor::Middle, at);
        }
        let corner = (left + layout.size.0 + legend::GAP, top);
        legend.draw(canvas, corner, layout.size.1.max(LEGEND_LEAST))
    }

    fn coarser(&self, block: usize) -> Option<Arc<dyn Content>> {
        let mut coarser = self.clone();
        coarser.batch.block = block;
        Some(Arc::new(coarser))
    }
}
