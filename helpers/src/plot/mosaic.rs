//! How pictures are laid out and drawn: one raster for all of them, at the size on the screen.

use candle_core::Result;

use super::canvas::{Anchor, Canvas};
use super::pictures::Pictures;
use super::raster::Raster;
use super::side::{Bar, Side};
use super::{font, side, theme};

/// The widths that a grid and one picture in it may take, in pixels.
const ROOM: f64 = 620.0;
const CELL: f64 = 88.0;
const FEW: f64 = 200.0;
const ALONE: f64 = 280.0;
/// Between pictures.
const GAP: f64 = 6.0;
/// From one line of a caption to the next.
const LINE: f64 = theme::SMALL * 1.25;
const SIDE_LEAST: f64 = 64.0;

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
        let grey = Some(scale).filter(|_| self.channels == 1 && self.scale);
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
            2 | 3 => FEW,
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
        let beside = self.side().width(0.35 * canvas.width);
        let room = canvas.width - beside - 2.0 * theme::MARGIN;
        let room = (room, canvas.height - top - theme::MARGIN);
        let layout = self.layout(room, if self.count == 1 { ROOM } else { ALONE });
        let (columns, rows) = (layout.columns, self.count.div_ceil(layout.columns));
        let (width, height) = (columns * layout.across, rows * layout.down);
        let mut pixels = vec![theme::BACKGROUND; width * height];
        let left = theme::MARGIN;
        let (mut edges, mut captions) = (String::new(), Vec::new());
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
        let corner = (left + layout.size.0 + side::GAP, top);
        self.side()
            .draw(canvas, corner, layout.size.1.max(SIDE_LEAST))
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
