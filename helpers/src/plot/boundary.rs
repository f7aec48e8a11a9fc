//! Straight lines over a chart: where a linear model changes its mind.

use candle_core::bail;

use super::chart::Layer;
use super::contour::zero_line;
use super::figure::{Content, Figure};
use super::line::Line;
use super::theme;

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
        self.change(|content| {
            let chart = match content {
                Content::Chart(chart) if chart.has_points() => chart,
                _ => bail!("boundary: only a figure of points can take a line"),
            };
            if !w.iter().chain([&b]).all(|v| v.is_finite()) {
                bail!("boundary {label}: w {w:?} and b {b} must be finite");
            }
            if w == [0.0, 0.0] {
                bail!("boundary {label}: with w = [0, 0] there is no line");
            }
            let (x, y) = (&chart.x, &chart.y);
            let corners = [
                (x.low, y.low),
                (x.high, y.low),
                (x.high, y.high),
                (x.low, y.high),
            ];
            let values = corners.map(|(x, y)| w[0] * x + w[1] * y + b);
            let ends = zero_line(values, corners).concat();
            let name = if ends.is_empty() {
                format!("{label} (outside)")
            } else {
                label.into()
            };
            chart.add(Line::new("boundary", &name, ends));
            let all = chart.layers.iter_mut().filter_map(|layer| match layer {
                Layer::Line(line) if line.class == "boundary" => Some(line),
                _ => None,
            });
            let all: Vec<&mut Line> = all.collect();
            let last = (all.len() - 1).max(1) as f64;
            for (i, line) in all.into_iter().rev().enumerate() {
                line.colour = theme::sequence(1.0 - i as f64 / last);
            }
            Ok(())
        })
    }
}
