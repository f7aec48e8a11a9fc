//! What has axes: layers over one another in a frame, with a legend at its side.

use candle_core::{Result, bail};
use plotters::chart::ChartBuilder;
use plotters::style::{Color, RGBColor, TRANSPARENT};

use super::axis::{Axis, Ticked};
use super::canvas::{Anchor, Canvas, UNIT};
use super::figure::{Content, Figure};
use super::font;
use super::line::Line;
use super::plotted::{failed, lettering, plotted};
use super::points::Points;
use super::raster::Raster;
use super::side::{Bar, GAP, Side};
use super::theme::{self, Rgb};

/// Axes and what is drawn between them.
#[derive(Clone)]
pub(super) struct Chart {
    pub x: Axis,
    pub y: Axis,
    pub x_label: String,
    pub y_label: String,
    pub layers: Vec<Layer>,
    pub bar: Option<Bar>,
}

/// One thing drawn on a chart, over those before it.
#[derive(Clone)]
pub(super) enum Layer {
    /// Pixels whose outermost centres lie on the edges of the frame.
    Field(Raster),
    Line(Line),
    Points(Points),
    Text((f64, f64), String),
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

    /// From values to tenths of a pixel; what lies far outside stays near enough to be written.
    pub fn at(&self, (x, y): (f64, f64)) -> (i64, i64) {
        let [x, y] = [self.x.place(x), self.y.place(y)].map(|place| place.clamp(-50.0, 50.0));
        let across = self.left + x * (self.right - self.left);
        let down = self.bottom - y * (self.bottom - self.top);
        (across.round() as i64, down.round() as i64)
    }
}

/// What ticks and label take below the frame.
const BELOW: f64 = 40.0;

impl Chart {
    pub fn new(x: (Axis, &str), y: (Axis, &str), layers: Vec<Layer>) -> Chart {
        let (x_label, y_label) = (x.1.to_string(), y.1.to_string());
        Chart {
            x: x.0,
            y: y.0,
            x_label,
            y_label,
            layers,
            bar: None,
        }
    }

    pub fn figure(self) -> Figure {
        Figure::new(Content::Chart(self))
    }

    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.layers.iter().filter_map(|layer| match layer {
            Layer::Line(line) => Some(line),
            _ => None,
        })
    }

    pub fn has_points(&self) -> bool {
        self.layers.iter().any(|l| matches!(l, Layer::Points(_)))
    }

    pub fn points(&mut self) -> Option<&mut Points> {
        self.layers.iter_mut().find_map(|layer| match layer {
            Layer::Points(points) => Some(points),
            _ => None,
        })
    }

    /// Puts a line below the points, above all else.
    pub fn add(&mut self, line: Line) {
        let points = self
            .layers
            .iter()
            .position(|l| matches!(l, Layer::Points(_)));
        self.layers
            .insert(points.unwrap_or(self.layers.len()), Layer::Line(line));
    }

    /// What the figure must say about its data besides its subtitle.
    pub fn notes(&self) -> Vec<String> {
        let note = |layer: &Layer| match layer {
            Layer::Line(line) if line.class == "curve" => line.note(&self.x_label, self.y.log),
            Layer::Points(points) => points.note(),
            _ => None,
        };
        self.layers.iter().filter_map(note).collect()
    }

    /// Draws everything below `top` pixels.
    pub fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()> {
        let side = self.side();
        let beside = side.width(0.35 * canvas.width);
        let length = |label: &str| font::width(label, theme::SMALL);
        let room = canvas.height - top - theme::MARGIN - BELOW;
        let y_ticks = self.y.ticks(room, |_| 30.0);
        let tick_width = y_ticks
            .iter()
            .map(|(_, label)| length(label))
            .fold(0.0, f64::max);
        let described = if self.y_label.is_empty() { 0.0 } else { 24.0 };
        let left = theme::MARGIN + described + tick_width + 8.0;
        let room = canvas.width - left - theme::MARGIN - beside;
        let x_ticks = self.x.ticks(room, |label| length(label) + 16.0);
        let last_tick = x_ticks.last().map_or(0.0, |(_, label)| length(label));
        let beside = beside.max(last_tick / 2.0 - 0.5 * theme::MARGIN);
        let frame = Frame {
            left: (left * UNIT).round(),
            top: (top * UNIT).round(),
            right: ((canvas.width - theme::MARGIN - beside) * UNIT).round(),
            bottom: ((canvas.height - theme::MARGIN - BELOW) * UNIT).round(),
            x: &self.x,
            y: &self.y,
        };
        let (width, height) = (frame.right - frame.left, frame.bottom - frame.top);
        if width < 60.0 * UNIT || height < 40.0 * UNIT {
            let (width, height) = (canvas.width, canvas.height);
            bail!("size: {width} x {height} leaves no room between the labels");
        }
        if let Some(Layer::Field(raster)) = self.layers.first() {
            canvas.push(field(raster, &frame)?);
        }
        self.axes(canvas, &frame, [&x_ticks, &y_ticks])?;
        // Nothing leaves the frame by more than a line's width.
        let (x, y, w, h) = (
            frame.left - 30.0,
            frame.top - 30.0,
            width + 60.0,
            height + 60.0,
        );
        canvas.push(format!(
            r#"<svg x="{x}" y="{y}" width="{w}" height="{h}" viewBox="{x} {y} {w} {h}">"#
        ));
        for layer in &self.layers {
            match layer {
                Layer::Field(_) => {}
                Layer::Line(line) => canvas.push(line.svg(&frame)),
                Layer::Points(points) => canvas.push(points.svg(&frame)),
                Layer::Text(place, text) => {
                    let (x, y) = frame.at(*place);
                    let at = (x as f64 / UNIT + 5.0, y as f64 / UNIT + 4.0);
                    canvas.text(text, theme::SMALL, theme::INK, Anchor::Start, at);
                }
            }
        }
        canvas.push("</svg>");
        side.draw(canvas, (frame.right / UNIT + GAP, top), height / UNIT)
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
        plotted(canvas, |area| {
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
                TRANSPARENT.into()
            };
            chart
                .configure_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(grid)
                .axis_style(colour(theme::AXIS).stroke_width(10))
                .label_style(lettering(theme::SMALL, theme::SOFT_INK))
                .axis_desc_style(lettering(theme::TEXT, theme::INK))
                .x_desc(&self.x_label)
                .y_desc(&self.y_label)
                .x_label_formatter(&x_written)
                .y_label_formatter(&y_written)
                .set_all_tick_mark_size(50)
                .draw()
                .map_err(failed)
        })
    }

    /// Classes first, then lines.
    fn side(&self) -> Side {
        let points = self.layers.iter().filter_map(|layer| match layer {
            Layer::Points(points) => Some(points.legend()),
            _ => None,
        });
        let named = self.lines().filter(|line| !line.name.is_empty());
        let lines = named.map(|line| (line.key(), line.name.clone()));
        Side {
            legend: points.flatten().chain(lines).collect(),
            bar: self.bar.clone(),
        }
    }
}

/// The pixels, cut off at the frame: the outermost ones stand half outside.
fn field(raster: &Raster, frame: &Frame) -> Result<String> {
    let (width, height) = (frame.right - frame.left, frame.bottom - frame.top);
    let (w, h) = (width / UNIT, height / UNIT);
    let (across, down) = (
        w / (raster.width - 1) as f64,
        h / (raster.height - 1) as f64,
    );
    let image = raster.image((-across / 2.0, -down / 2.0), (w + across, h + down), false)?;
    Ok(format!(
        r#"<svg class="field" x="{:.0}" y="{:.0}" width="{width:.0}" height="{height:.0}">{image}</svg>"#,
        frame.left, frame.top
    ))
}
