//! Where the images of a grid stand.

use crate::theme;

/// Between images, in pixels.
const GAP: f64 = 6.0;
/// From one line of a caption to the next, in pixels.
pub(crate) const LINE: f64 = theme::SMALL * 1.25;

/// Where everything stands, in pixels of the screen.
pub(crate) struct Layout {
    pub columns: usize,
    /// The size of an image.
    pub width: usize,
    pub height: usize,
    /// From one image to the next.
    pub across: usize,
    pub down: usize,
    /// Of all of them.
    pub size: (f64, f64),
}

impl Layout {
    /// `count` images of `size` values with so many lines of captions below, in a room of this
    /// width and height, no image wider than `most`.
    pub fn new(
        count: usize,
        columns: usize,
        (w, h): (f64, f64),
        lines: Option<usize>,
        room: (f64, f64),
        most: f64,
    ) -> Layout {
        let rows = count.div_ceil(columns);
        let below = lines.map_or(0.0, |lines| (lines as f64 * LINE + 6.0).ceil());
        let wide = ((room.0 + GAP) / columns as f64 - GAP).min(most) / w;
        let tall = ((room.1 + GAP) / rows as f64 - GAP - below).min(1.5 * most) / h;
        // The side of a value on the screen; from 1 on it is whole, which keeps it crisp.
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
}

/// One row for a few, else a number that fills the last row, if there is one near the square.
pub(crate) fn usual_columns(count: usize) -> usize {
    if count <= 6 {
        return count;
    }
    let square = (count as f64).sqrt().ceil() as usize;
    let full = (square..=2 * square).find(|columns| count.is_multiple_of(*columns));
    full.unwrap_or(square).min(12)
}
