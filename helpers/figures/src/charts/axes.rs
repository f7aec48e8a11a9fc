//! Grid, axes, ticks and labels of a chart, drawn by plotters.

use std::ops::Range;

use candle_core::Result;
use plotters::chart::ChartBuilder;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::style::{Color, RGBColor, TRANSPARENT};

use super::axis::Axis;
use super::backend::{failed, lettering, with_plotters};
use super::plotting_area::PlottingArea;
use crate::svg::Canvas;
use crate::theme::{self, Rgb, UNIT};

/// An axis with its ticks chosen, each with its label, and what stands beside it.
pub(crate) struct TickedAxis<'a> {
    pub axis: &'a Axis,
    pub ticks: Vec<(f64, String)>,
    pub label: &'a str,
}

impl Ranged for TickedAxis<'_> {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let length = f64::from(limit.1 - limit.0);
        limit.0 + (length * self.axis.place(*value)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|(value, _)| *value).collect()
    }

    fn range(&self) -> Range<f64> {
        self.axis.low..self.axis.high
    }
}

impl ValueFormatter<f64> for TickedAxis<'_> {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.iter().find(|(tick, _)| tick == value);
        tick.map(|(_, label)| label.clone()).unwrap_or_default()
    }
}

/// Draws the axes of `area`, which lies on the canvas, with lines at the ticks if `grid`.
pub(crate) fn draw_axes(
    canvas: &mut Canvas,
    area: &PlottingArea,
    x: TickedAxis<'_>,
    y: TickedAxis<'_>,
    grid: bool,
) -> Result<()> {
    let (width, height) = (canvas.width * UNIT, canvas.height * UNIT);
    let margin = theme::MARGIN * UNIT;
    let colour = |[r, g, b]: Rgb| RGBColor(r, g, b);
    let grid = match grid {
        true => colour(theme::GRID).stroke_width(10),
        false => TRANSPARENT.into(),
    };
    let (x_label, y_label) = (x.label, y.label);
    with_plotters(canvas, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin_top(area.top as u32)
            .margin_right((width - area.right) as u32)
            .margin_left(margin)
            .margin_bottom(margin)
            .y_label_area_size(area.left - margin)
            .x_label_area_size(height - area.bottom - margin)
            .build_cartesian_2d(x, y)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(grid)
            .axis_style(colour(theme::AXIS).stroke_width(10))
            .label_style(lettering(theme::SMALL, theme::SOFT_INK))
            .axis_desc_style(lettering(theme::TEXT, theme::INK))
            .x_desc(x_label)
            .y_desc(y_label)
            .set_all_tick_mark_size(50)
            .draw()
            .map_err(failed)
    })
}
