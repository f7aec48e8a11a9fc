//! The settings that only some figures take: labels, names, what is drawn over a chart.

use std::fmt::Display;

use candle_core::{Result, Tensor, bail};

use crate::charts::annotations::{add_arrows, add_boundary, add_trajectory};
use crate::charts::chart::Chart;
use crate::charts::curves::{ONLY_CURVES, set_log_x, set_log_y};
use crate::figure::Figure;
use crate::images::image_grid::ImageGrid;

impl Figure {
    /// The label of the horizontal axis.
    pub fn x_label(self, label: &str) -> Figure {
        self.change("x_label: this figure has no axes", |chart: &mut Chart| {
            chart.x_label = label.to_string();
            Ok(())
        })
    }

    /// The label of the vertical axis.
    pub fn y_label(self, label: &str) -> Figure {
        self.change("y_label: this figure has no axes", |chart: &mut Chart| {
            chart.y_label = label.to_string();
            Ok(())
        })
    }

    /// Makes the vertical axis of curves logarithmic; values that are not above 0 leave a gap.
    pub fn log_y(self) -> Figure {
        self.change(&format!("log_y: {ONLY_CURVES}"), set_log_y)
    }

    /// Makes the horizontal axis of curves logarithmic; all its values must be above 0.
    pub fn log_x(self) -> Figure {
        self.change(&format!("log_x: {ONLY_CURVES}"), set_log_x)
    }

    /// The names of the classes in the legend, from class 0 on.
    pub fn classes(self, names: &[&str]) -> Figure {
        const UNFIT: &str = "classes: only a figure of points has classes";
        self.change(UNFIT, |chart: &mut Chart| match chart.points() {
            Some(points) => points.set_class_names(names),
            None => bail!("{UNFIT}"),
        })
    }

    /// Gives each point an area that grows with its value in `values` (N), 0 or above: its loss, say.
    /// `name` says what the values are; those near 0 keep a dot that can be seen.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let points = Tensor::new(&[[0f32, 0.], [1., 1.], [0., 1.]], &Device::Cpu)?;
    /// let targets = Tensor::new(&[0u32, 1, 0], &Device::Cpu)?;
    /// let losses = Tensor::new(&[0.1f32, 0.7, 2.5], &Device::Cpu)?;
    /// let figure = plot::scatter(&points, &targets)?.sizes(&losses, "loss");
    /// # assert!(figure.svg()?.contains("area: loss, up to 2.5"));
    /// # Ok::<(), helpers::Error>(())
    /// ```
    pub fn sizes(self, values: &Tensor, name: &str) -> Figure {
        const UNFIT: &str = "sizes: only a figure of points has sizes";
        self.change(UNFIT, |chart: &mut Chart| match chart.points() {
            Some(points) => points.set_areas(values, name),
            None => bail!("{UNFIT}"),
        })
    }

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
        const UNFIT: &str = "boundary: only a figure of points can take a line";
        self.change(UNFIT, |chart: &mut Chart| match chart.points() {
            Some(_) => add_boundary(chart, w, b, label),
            None => bail!("{UNFIT}"),
        })
    }

    /// Draws a path through `points`, a dot at each, a larger one at the last; `label` is what the
    /// legend says. What leaves the frame is cut off, what is not finite leaves a gap.
    pub fn trajectory(self, points: &[(f64, f64)], label: &str) -> Figure {
        self.change(
            "trajectory: this figure has no axes",
            |chart: &mut Chart| add_trajectory(chart, points, label),
        )
    }

    /// Draws arrows, each from a point (x, y) by (dx, dy); `label` is what the legend says.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let bowl = |w0: f64, w1: f64| Ok(w0 * w0 + w1 * w1);
    /// let (at, downhill) = ([(1.0, 1.0), (-1.0, 0.5)], [(-0.4, -0.4), (0.4, -0.2)]);
    /// let surface = plot::loss_surface(bowl, (-2.0, 2.0), (-2.0, 2.0))?;
    /// let figure = surface.arrows(&at, &downhill, "−lr ∇L");
    /// # assert!(figure.svg()?.contains("−lr ∇L"));
    /// # Ok::<(), helpers::Error>(())
    /// ```
    pub fn arrows(self, from: &[(f64, f64)], by: &[(f64, f64)], label: &str) -> Figure {
        self.change("arrows: this figure has no axes", |chart: &mut Chart| {
            add_arrows(chart, from, by, label)
        })
    }

    /// Text below each picture: texts, class numbers, anything that prints; a line break starts a
    /// second line.
    pub fn captions<T: Display>(self, captions: &[T]) -> Figure {
        self.images("captions", |images| {
            let (count, got) = (images.batch.count, captions.len());
            if got != count {
                bail!("captions: {count} images need as many captions, got {got}");
            }
            images.captions = captions.iter().map(|c| c.to_string()).collect();
            Ok(())
        })
    }

    /// How many pictures stand in a row.
    pub fn columns(self, columns: usize) -> Figure {
        self.images("columns", |images| {
            if columns == 0 {
                bail!("columns: at least 1, got 0");
            }
            images.columns = Some(columns.min(images.batch.count));
            Ok(())
        })
    }

    /// For weights and differences: blue below 0, white at 0, orange above, on one scale on both
    /// sides.
    pub fn diverging(self) -> Figure {
        self.images("diverging", |images| {
            if images.batch.channels == 3 {
                bail!("diverging: only images of one channel, these have 3");
            }
            images.batch.diverging = true;
            Ok(())
        })
    }

    fn images(self, setting: &str, apply: impl FnOnce(&mut ImageGrid) -> Result<()>) -> Figure {
        let unfit = format!("{setting}: this figure has no images");
        self.change(&unfit, apply)
    }
}
