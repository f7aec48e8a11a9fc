//! The rectangle between the axes of a chart.

use super::axis::Axis;

/// Its place on the canvas, in tenths of a pixel, and what it spans.
pub(crate) struct PlottingArea<'a> {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    pub x: &'a Axis,
    pub y: &'a Axis,
}

impl PlottingArea<'_> {
    /// From values to tenths of a pixel; what lies far outside stays near enough to be written.
    pub fn at(&self, (x, y): (f64, f64)) -> (i64, i64) {
        let [x, y] = [self.x.place(x), self.y.place(y)].map(|place| place.clamp(-50.0, 50.0));
        let across = self.left + x * (self.right - self.left);
        let down = self.bottom - y * (self.bottom - self.top);
        (across.round() as i64, down.round() as i64)
    }
}
