//! Straight lines over a chart: where a linear model changes its mind.

use candle_core::bail;

use super::axis::Axis;
use super::canvas::path;
use super::chart::{Frame, Layer, stroke};
use super::figure::{Content, Figure};
use super::theme::{self, Rgb};

/// The line w0 x + w1 y + b = 0.
#[derive(Clone)]
pub(super) struct Boundary {
    w: [f64; 2],
    b: f64,
    label: String,
}

impl Figure {
    /// Draws the line `w[0] x0 + w[1] x1 + b = 0` over the points, cut off at the frame.
    ///
    /// Several lines, as training moves the boundary, go from light to dark in the order in which
    /// they are added; `label` is what the legend says.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let points = Tensor::new(&[[0f32, 0.], [1., 1.]], &Device::Cpu)?;
    /// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
    /// let figure = plot::scatter(&points, &targets)?
    ///     .boundary([1.0, 0.2], -0.9, "step 0")
    ///     .boundary([1.0, 1.0], -1.0, "step 50");
    /// # assert!(figure.svg()?.contains("step 50"));
    /// # Ok::<(), helpers::Error>(())
    /// ```
    pub fn boundary(self, w: [f64; 2], b: f64, label: &str) -> Figure {
        let label = label.to_string();
        self.change(|content| match content {
            Content::Chart(chart) if chart.has_points() => {
                if !w.iter().chain([&b]).all(|v| v.is_finite()) {
                    bail!("boundary {label}: w {w:?} and b {b} must be finite");
                }
                if w == [0.0, 0.0] {
                    bail!("boundary {label}: with w = [0, 0] there is no line");
                }
                let place = chart
                    .layers
                    .iter()
                    .position(|l| matches!(l, Layer::Points(_)));
                let place = place.unwrap_or(chart.layers.len());
                chart
                    .layers
                    .insert(place, Layer::Boundary(Boundary { w, b, label }));
                Ok(())
            }
            _ => bail!("boundary: only a figure of points can take a line"),
        })
    }
}

impl Boundary {
    /// The part of the line inside the axes.
    fn ends(&self, x: &Axis, y: &Axis) -> Option<[(f64, f64); 2]> {
        let [w0, w1] = self.w;
        // From one edge to the opposite one, along the axis the line leans to, then cut.
        let mut ends = if (w1 * (y.high - y.low)).abs() >= (w0 * (x.high - x.low)).abs() {
            [x.low, x.high].map(|x| (x, -(w0 * x + self.b) / w1))
        } else {
            [y.low, y.high].map(|y| (-(w1 * y + self.b) / w0, y))
        };
        for (axis, second) in [(x, false), (y, true)] {
            let value = |(x, y): (f64, f64)| if second { y } else { x };
            ends.sort_by(|a, b| value(*a).total_cmp(&value(*b)));
            let [from, to] = ends;
            let (low, high) = (value(from), value(to));
            if high < axis.low || low > axis.high {
                return None;
            }
            let along = |t: f64| (from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1));
            if low < axis.low {
                ends[0] = along((axis.low - low) / (high - low));
            }
            if high > axis.high {
                ends[1] = along((axis.high - low) / (high - low));
            }
        }
        Some(ends)
    }

    pub fn name(&self, x: &Axis, y: &Axis) -> String {
        match self.ends(x, y) {
            Some(_) => self.label.clone(),
            None => format!("{} (outside)", self.label),
        }
    }

    pub fn svg(&self, frame: &Frame, colour: Rgb, x: &Axis, y: &Axis) -> String {
        match self.ends(x, y) {
            Some(ends) => stroke(
                &path(&ends.map(|end| frame.at(end))),
                "boundary",
                colour,
                "",
            ),
            None => String::new(),
        }
    }
}

/// The colour of the line that is number `index` of `count`.
pub(super) fn colour(index: usize, count: usize) -> Rgb {
    theme::sequence(if count > 1 {
        index as f64 / (count - 1) as f64
    } else {
        1.0
    })
}
