//! How pictures are laid out and drawn: one raster for all of them, and a bar for their scale.

use candle_core::Result;

use super::axis::short_number;
use super::canvas::{Anchor, Canvas, UNIT};
use super::pictures::Pictures;
use super::raster::Raster;
use super::{font, theme};

/// The widths that a grid and one picture in it may take, in pixels.
const ROOM: f64 = 560.0;
const CELL: f64 = 112.0;
const ALONE: f64 = 280.0;
/// The colour bar with its labels.
const BAR: f64 = 14.0;
const BAR_ROOM: f64 = 70.0;
const BAR_LEAST: f64 = 64.0;
/// Between pictures; about the largest raster cell.
const GAP: f64 = 6.0;

/// Where everything stands: the grid, captions' room included, is one raster of equal cells, of
/// which a picture's pixel takes `fine` by `fine`.
struct Grid {
    columns: usize,
    rows: usize,
    /// The side of a raster cell, in pixels of the screen.
    cell: f64,
    fine: usize,
    /// From one picture to the next, in raster cells.
    across: usize,
    down: usize,
}

impl Pictures {
    /// The grid in a room of this width and height, no picture larger than `most`.
    fn grid(&self, room: (f64, f64), most: f64) -> Grid {
        let columns = self.columns.unwrap_or_else(|| usual_columns(self.count));
        let rows = self.count.div_ceil(columns);
        let below = if self.captions.is_empty() {
            0.0
        } else {
            theme::SMALL * theme::LEADING
        };
        let (w, h) = (self.width as f64, self.height as f64);
        let wide = ((room.0 + GAP) / columns as f64 - GAP).min(most) / w;
        let tall = ((room.1 + GAP) / rows as f64 - GAP - below).min(1.5 * most) / h;
        // A picture's pixel on the screen; from 1 on it is made whole, which keeps it crisp.
        let mut scale = wide.min(tall).max(1.0 / w.min(h));
        loop {
            let fine = (scale / GAP).floor().max(1.0);
            let cell = if scale >= 1.0 {
                (scale / fine).floor()
            } else {
                scale
            };
            let cells = |space: f64| (space / cell).ceil() as usize;
            let fine = fine as usize;
            let grid = Grid {
                columns,
                rows,
                cell,
                fine,
                across: self.width * fine + cells(GAP),
                down: self.height * fine + cells(GAP + below),
            };
            let (width, height) = self.extent(&grid);
            if scale <= 1.0 || (width <= room.0 && height <= room.1) {
                return grid;
            }
            // Gaps are whole cells, which may have been too much.
            scale -= 1.0;
        }
    }

    fn natural(&self) -> Grid {
        let most = match self.count {
            1 => ALONE,
            _ => CELL.max((self.width as f64).min(ALONE)),
        };
        self.grid((ROOM, 4.0 * ROOM), most)
    }

    /// Width and height of the grid on the screen, without the last gaps (captions stay).
    fn extent(&self, grid: &Grid) -> (f64, f64) {
        let beside = grid.across - self.width * grid.fine;
        let below = grid.down - self.height * grid.fine;
        let below = if self.captions.is_empty() { below } else { 0 };
        let width = (grid.columns * grid.across - beside) as f64 * grid.cell;
        (width, (grid.rows * grid.down - below) as f64 * grid.cell)
    }

    /// Width and height of what stands below the title, in pixels.
    pub fn size(&self) -> (f64, f64) {
        let (width, height) = self.extent(&self.natural());
        let bar = if self.channels == 1 { BAR_ROOM } else { 0.0 };
        // Below this a title does not fit.
        let width = (width + bar + 2.0 * theme::MARGIN).max(280.0);
        (width, height.max(BAR_LEAST) + theme::MARGIN)
    }

    fn colour(&self, t: f64) -> theme::Rgb {
        // In steps: few colours make a small file.
        let t = (t * 64.0).round() / 64.0;
        if self.diverging {
            theme::diverging(t)
        } else {
            theme::grey(t)
        }
    }

    /// All pictures, the background between them.
    fn raster(&self, grid: &Grid, (low, high): (f64, f64)) -> Raster {
        let (width, height) = (grid.columns * grid.across, grid.rows * grid.down);
        let mut pixels = vec![theme::BACKGROUND; width * height];
        let size = self.height * self.width;
        // Halves, so that the difference of huge numbers stays finite.
        let t = |value: f64| (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        let (w, h) = (self.width * grid.fine, self.height * grid.fine);
        for (index, picture) in self.values.chunks(self.channels * size).enumerate() {
            let row = index / grid.columns * grid.down;
            let column = index % grid.columns * grid.across;
            for (y, x) in (0..h).flat_map(|y| (0..w).map(move |x| (y, x))) {
                let i = y / grid.fine * self.width + x / grid.fine;
                pixels[(row + y) * width + column + x] = match self.channels {
                    1 => self.colour(t(picture[i])),
                    _ => [0, 1, 2].map(|c| (255.0 * t(picture[c * size + i])).round() as u8),
                };
            }
        }
        Raster {
            width,
            height,
            pixels,
        }
    }

    pub fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()> {
        let bar = if self.channels == 1 { BAR_ROOM } else { 0.0 };
        let room = (
            canvas.width - bar - 2.0 * theme::MARGIN,
            canvas.height - top - theme::MARGIN,
        );
        let grid = self.grid(room, if self.count == 1 { ROOM } else { ALONE });
        let range = self.range();
        let raster = self.raster(&grid, range);
        let unit = grid.cell * UNIT;
        let (width, height) = (raster.width as f64 * unit, raster.height as f64 * unit);
        let (left, above) = (theme::MARGIN * UNIT, (top * UNIT).round());
        canvas.push(raster.image(left, above, width, height, grid.cell >= 1.0)?);

        let side = |pixels: usize| (pixels * grid.fine) as f64 * unit;
        let (w, h) = (side(self.width), side(self.height));
        let mut edges = String::new();
        for index in 0..self.count {
            let x = left + (index % grid.columns * grid.across) as f64 * unit;
            let y = above + (index / grid.columns * grid.down) as f64 * unit;
            edges.push_str(&format!("M{x:.0} {y:.0}h{w:.0}v{h:.0}h-{w:.0}z"));
            if let Some(caption) = self.captions.get(index) {
                let room = grid.across as f64 * grid.cell - 4.0;
                let caption = font::shorten(caption, theme::SMALL, room);
                let at = ((x + w / 2.0) / UNIT, (y + h) / UNIT + theme::SMALL + 2.0);
                canvas.text(&caption, theme::SMALL, theme::SOFT_INK, Anchor::Middle, at);
            }
        }
        canvas.push(outline(&format!(r#"path class="edges" d="{edges}""#)));
        if self.channels == 1 {
            let (across, down) = self.extent(&grid);
            let corner = (theme::MARGIN + across + 14.0, top);
            self.bar(canvas, corner, down.clamp(BAR_LEAST, 180.0), range)?;
        }
        Ok(())
    }

    /// The scale of values: high at the top, low at the bottom.
    fn bar(
        &self,
        canvas: &mut Canvas,
        (x, y): (f64, f64),
        height: f64,
        (low, high): (f64, f64),
    ) -> Result<()> {
        let pixels = (0..=64)
            .rev()
            .map(|i| self.colour(f64::from(i) / 64.0))
            .collect();
        let raster = Raster {
            width: 1,
            height: 65,
            pixels,
        };
        let [left, top, width, tall] = [x, y, BAR, height].map(|length| length * UNIT);
        canvas.push(raster.image(left, top, width, tall, true)?);
        canvas.push(outline(&format!(
            r#"rect x="{left:.0}" y="{top:.0}" width="{width:.0}" height="{tall:.0}""#
        )));
        let mut labels = vec![
            (short_number(high), y + theme::SMALL - 2.0),
            (short_number(low), y + height),
        ];
        if self.diverging {
            labels.push(("0".to_string(), y + height / 2.0 + 4.0));
        }
        for (label, y) in labels {
            let at = (x + BAR + 5.0, y);
            canvas.text(&label, theme::SMALL, theme::SOFT_INK, Anchor::Start, at);
        }
        Ok(())
    }
}

fn outline(shape: &str) -> String {
    format!(
        r#"<{shape} fill="none" stroke="{}" stroke-width="6"/>"#,
        theme::hex(theme::AXIS)
    )
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
