//! What has axes: layers over one another in a frame, with a legend at its side.

use candle_core::{Result, bail};
use plotters::chart::ChartBuilder;
use plotters::style::{Color, RGBColor, TRANSPARENT};

use super::axis::{Axis, Ticked};
use super::boundary::{self, Boundary};
use super::canvas::{Anchor, Canvas, UNIT, failed, path};
use super::contour::{Segment, joined};
use super::curve::Curve;
use super::points::Points;
use super::raster::Raster;
use super::theme::{self, Rgb, hex};
use super::{font, marker};

/// Axes and what is drawn between them.
#[derive(Clone)]
pub(super) struct Chart {
    pub x: Axis,
    pub y: Axis,
    pub x_label: String,
    pub y_label: String,
    pub layers: Vec<Layer>,
}

/// One thing drawn on a chart, over those before it.
#[derive(Clone)]
pub(super) enum Layer {
    /// Pixels whose outermost centres lie on the edges of the frame.
    Field(Raster),
    Contour(Vec<Segment>),
    Curve(Curve),
    Boundary(Boundary),
    Points(Points),
}

/// A line of the legend: a class's marker or a stroke.
pub(super) enum Key {
    Class(usize),
    Stroke(Rgb, &'static str),
}

/// Where the frame lies on the canvas, in tenths of a pixel, and what it spans.
pub(super) struct Frame<'a> {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
    x: &'a Axis,
    y: &'a Axis,
}

impl Frame<'_> {
    pub fn log_y(&self) -> bool {
        self.y.log
    }

    /// From values to tenths of a pixel.
    pub fn at(&self, (x, y): (f64, f64)) -> (i64, i64) {
        let across = self.left + self.x.place(x) * (self.right - self.left);
        let down = self.bottom - self.y.place(y) * (self.bottom - self.top);
        (across.round() as i64, down.round() as i64)
    }
}

/// What ticks and label take below the frame.
const BELOW: f64 = 40.0;
const LEGEND_ROW: f64 = 20.0;
const LEGEND_KEY: f64 = 26.0;

impl Chart {
    /// What the figure must say about its data besides its subtitle.
    pub fn notes(&self) -> Vec<String> {
        let note = |layer: &Layer| match layer {
            Layer::Curve(curve) => curve.note(&self.x_label, self.y.log),
            Layer::Points(points) => points.note(),
            _ => None,
        };
        self.layers.iter().filter_map(note).collect()
    }

    /// Draws everything below `top` pixels.
    pub fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()> {
        let legend = self.legend();
        let named = legend
            .iter()
            .map(|(_, name)| font::width(name, theme::TEXT));
        let widest = named.fold(0.0, f64::max).min(0.35 * canvas.width);
        let beside = if legend.is_empty() {
            0.0
        } else {
            LEGEND_KEY + widest + 14.0
        };
        let room = canvas.height - top - theme::MARGIN - BELOW;
        let y_ticks = self.y.ticks(room, |_| 30.0);
        let tick_width = y_ticks
            .iter()
            .map(|(_, label)| font::width(label, theme::SMALL));
        let left = theme::MARGIN + 24.0 + tick_width.fold(0.0, f64::max) + 8.0;
        let room = canvas.width - left - theme::MARGIN - beside;
        let x_ticks = self
            .x
            .ticks(room, |label| font::width(label, theme::SMALL) + 16.0);
        let last_tick = x_ticks
            .last()
            .map_or(0.0, |(_, label)| font::width(label, theme::SMALL));
        let beside = beside.max(last_tick / 2.0 - 0.5 * theme::MARGIN);
        let frame = Frame {
            left: (left * UNIT).round(),
            top: (top * UNIT).round(),
            right: ((canvas.width - theme::MARGIN - beside) * UNIT).round(),
            bottom: ((canvas.height - theme::MARGIN - BELOW) * UNIT).round(),
            x: &self.x,
            y: &self.y,
        };
        if frame.right - frame.left < 60.0 * UNIT || frame.bottom - frame.top < 40.0 * UNIT {
            bail!(
                "size: {} x {} leaves no room between the labels",
                canvas.width,
                canvas.height
            );
        }
        if let Some(Layer::Field(raster)) = self.layers.first() {
            canvas.push(field(raster, &frame)?);
        }
        self.axes(canvas, &frame, [&x_ticks, &y_ticks])?;
        let boundaries = self.boundaries();
        let mut drawn = 0;
        for layer in &self.layers {
            match layer {
                Layer::Field(_) => {}
                Layer::Contour(segments) => canvas.push(contour(segments, &frame)),
                Layer::Curve(curve) => canvas.push(curve.svg(&frame)),
                Layer::Boundary(boundary) => {
                    let colour = boundary::colour(drawn, boundaries);
                    canvas.push(boundary.svg(&frame, colour, &self.x, &self.y));
                    drawn += 1;
                }
                Layer::Points(points) => canvas.push(points.svg(&frame)),
            }
        }
        draw_legend(
            canvas,
            &legend,
            frame.right / UNIT + 14.0,
            top,
            frame.bottom / UNIT - top,
        );
        Ok(())
    }

    fn boundaries(&self) -> usize {
        self.layers
            .iter()
            .filter(|l| matches!(l, Layer::Boundary(_)))
            .count()
    }

    /// Grid, axes, ticks and labels, by plotters.
    fn axes(&self, canvas: &mut Canvas, frame: &Frame, ticks: [&[(f64, String)]; 2]) -> Result<()> {
        let plain = !matches!(self.layers.first(), Some(Layer::Field(_)));
        let (width, height) = (canvas.width * UNIT, canvas.height * UNIT);
        let colour = |[r, g, b]: Rgb| RGBColor(r, g, b);
        let [x, y] = [(&self.x, ticks[0]), (&self.y, ticks[1])].map(|(axis, ticks)| Ticked {
            axis: axis.clone(),
            ticks: ticks.iter().map(|(value, _)| *value).collect(),
        });
        let written = |ticks: &[(f64, String)], value: f64| {
            let found = ticks.iter().find(|(tick, _)| *tick == value);
            found.map(|(_, label)| label.clone()).unwrap_or_default()
        };
        let (x_written, y_written) = (
            |v: &f64| written(ticks[0], *v),
            |v: &f64| written(ticks[1], *v),
        );
        canvas.plotters(|area| {
            let mut chart = ChartBuilder::on(area)
                .margin_top(frame.top as u32)
                .margin_right((width - frame.right) as u32)
                .margin_left(theme::MARGIN * UNIT)
                .margin_bottom(theme::MARGIN * UNIT)
                .y_label_area_size(frame.left - theme::MARGIN * UNIT)
                .x_label_area_size(height - frame.bottom - theme::MARGIN * UNIT)
                .build_cartesian_2d(x, y)
                .map_err(failed)?;
            let grid = if plain {
                colour(theme::GRID).stroke_width(10)
            } else {
                TRANSPARENT.stroke_width(0)
            };
            chart
                .configure_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(grid)
                .axis_style(colour(theme::AXIS).stroke_width(10))
                .label_style(font::style(theme::SMALL, theme::SOFT_INK))
                .axis_desc_style(font::style(theme::TEXT, theme::INK))
                .x_desc(&self.x_label)
                .y_desc(&self.y_label)
                .x_label_formatter(&x_written)
                .y_label_formatter(&y_written)
                .set_all_tick_mark_size(50)
                .draw()
                .map_err(failed)
        })
    }

    /// Classes first, then curves, then boundaries.
    fn legend(&self) -> Vec<(Key, String)> {
        let (mut legend, mut lines) = (Vec::new(), Vec::new());
        let boundaries = self.boundaries();
        for layer in &self.layers {
            match layer {
                Layer::Points(points) => legend.extend(points.legend()),
                Layer::Curve(curve) if !curve.name.is_empty() => legend.push(curve.legend()),
                Layer::Boundary(boundary) => {
                    let colour = boundary::colour(lines.len(), boundaries);
                    lines.push((Key::Stroke(colour, ""), boundary.name(&self.x, &self.y)));
                }
                _ => {}
            }
        }
        legend.extend(lines);
        legend
    }
}

fn draw_legend(canvas: &mut Canvas, legend: &[(Key, String)], left: f64, top: f64, room: f64) {
    let row = LEGEND_ROW.min(room / legend.len().max(1) as f64).max(14.0);
    let fitting = (room / row).floor() as usize;
    for (i, (key, name)) in legend.iter().take(fitting).enumerate() {
        let y = top + (i as f64 + 0.5) * row;
        let (x, middle) = (left * UNIT, y * UNIT);
        let left_out = legend.len() - fitting.min(legend.len());
        if left_out > 0 && i + 1 == fitting {
            let more = format!("… {} more", left_out + 1);
            canvas.text(
                &more,
                theme::TEXT,
                theme::SOFT_INK,
                Anchor::Start,
                (left, y + 4.5),
            );
            return;
        }
        canvas.push(match key {
            Key::Class(class) => marker::single(*class, x + 70.0, middle, 45.0),
            Key::Stroke(colour, dash) => {
                stroke(&format!("M{x:.0} {middle:.0}h180"), "key", *colour, dash)
            }
        });
        let room = canvas.width - left - LEGEND_KEY - 0.5 * theme::MARGIN;
        let name = font::shorten(name, theme::TEXT, room);
        canvas.text(
            &name,
            theme::TEXT,
            theme::INK,
            Anchor::Start,
            (left + LEGEND_KEY, y + 4.5),
        );
    }
}

/// A path drawn as a line of the usual width.
pub(super) fn stroke(path: &str, class: &str, colour: Rgb, dash: &str) -> String {
    let dash = match dash {
        "" => String::new(),
        dash => format!(r#" stroke-dasharray="{dash}""#),
    };
    format!(
        r#"<path class="{class}" d="{path}" fill="none" stroke="{}" stroke-width="{:.0}" stroke-linecap="round" stroke-linejoin="round"{dash}/>"#,
        hex(colour),
        theme::LINE * UNIT
    )
}

fn contour(segments: &[Segment], frame: &Frame) -> String {
    let drawn = segments.iter().map(|ends| ends.map(|end| frame.at(end)));
    let lines: Vec<String> = joined(drawn).iter().map(|line| path(line)).collect();
    stroke(&lines.concat(), "contour", theme::INK, "")
}

/// The pixels, cut off at the frame: the outermost ones stand half outside.
fn field(raster: &Raster, frame: &Frame) -> Result<String> {
    let (width, height) = (frame.right - frame.left, frame.bottom - frame.top);
    let across = width / (raster.width - 1) as f64;
    let down = height / (raster.height - 1) as f64;
    let image = raster.image(
        -across / 2.0,
        -down / 2.0,
        width + across,
        height + down,
        false,
    )?;
    Ok(format!(
        r#"<svg class="field" x="{:.0}" y="{:.0}" width="{width:.0}" height="{height:.0}">{image}</svg>"#,
        frame.left, frame.top
    ))
}
