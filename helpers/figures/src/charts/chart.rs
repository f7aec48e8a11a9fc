//! What has axes: layers over one another in a plotting area, with a legend at its side.

use std::sync::Arc;

use candle_core::{Result, bail};

use super::axes::{TickedAxis, draw_axes};
use super::axis::Axis;
use super::bins;
use super::line::Line;
use super::plotting_area::PlottingArea;
use super::points::Points;
use crate::colour_bar::ColourBar;
use crate::figure::Content;
use crate::legend::{GAP, Legend};
use crate::svg::{Anchor, Canvas, Raster, font};
use crate::theme::{self, UNIT};

/// Axes and what is drawn between them.
#[derive(Clone)]
pub(crate) struct Chart {
    pub x: Axis,
    pub y: Axis,
    pub x_label: String,
    pub y_label: String,
    pub layers: Vec<Layer>,
    pub colour_bar: Option<ColourBar>,
    /// Whether the legend's entries stand elsewhere.
    pub unnamed: bool,
}

/// One thing drawn on a chart, over those before it.
#[derive(Clone)]
pub(crate) enum Layer {
    /// Pixels; the centres of the outermost ones lie on the edges of the plotting area.
    Image(Raster),
    Line(Line),
    Points(Points),
    Text((f64, f64), String),
}

/// What ticks and label take below the plotting area.
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
            colour_bar: None,
            unnamed: false,
        }
    }

    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.layers.iter().filter_map(|layer| match layer {
            Layer::Line(line) => Some(line),
            _ => None,
        })
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

    /// Classes first, then lines.
    fn legend(&self) -> Legend {
        let points = self.layers.iter().filter_map(|layer| match layer {
            Layer::Points(points) => Some(points.legend()),
            _ => None,
        });
        let named = self.lines().filter(|line| !line.name.is_empty());
        let lines = named.map(|line| (line.key(), line.name.clone()));
        let entries = points.flatten().chain(lines);
        Legend {
            entries: entries.filter(|_| !self.unnamed).collect(),
            colour_bar: self.colour_bar.clone(),
        }
    }
}

impl Content for Chart {
    fn size(&self) -> Option<(f64, f64)> {
        None
    }

    fn beside(&self) -> Option<Legend> {
        Some(self.legend())
    }

    fn without(&self, common: &Legend) -> Option<Arc<dyn Content>> {
        let mut bare = self.clone();
        bare.unnamed |= !common.entries.is_empty();
        if common.colour_bar.is_some() {
            bare.colour_bar = None;
        }
        Some(Arc::new(bare))
    }

    fn ranges(&self) -> Vec<(f64, f64)> {
        match self.layers.first() {
            // Its pixels fill the axes that they were computed for.
            Some(Layer::Image(_)) => Vec::new(),
            _ => vec![(self.x.low, self.x.high), (self.y.low, self.y.high)],
        }
    }

    fn with_ranges(&self, ranges: &[(f64, f64)]) -> Option<Arc<dyn Content>> {
        let &[x, y] = ranges else {
            return None;
        };
        let mut ranged = self.clone();
        (ranged.x.low, ranged.x.high) = x;
        (ranged.y.low, ranged.y.high) = y;
        for layer in &mut ranged.layers {
            let Layer::Line(line) = layer else { continue };
            if line.counted.is_empty() {
                continue;
            }
            line.points = bins::outline(&line.counted, &ranged.x);
            let highest = line.points.iter().fold(0.0, |most, p| p.1.max(most));
            ranged.y.high = ranged.y.high.max(1.05 * highest);
        }
        Some(Arc::new(ranged))
    }

    fn notes(&self) -> Vec<String> {
        let note = |layer: &Layer| match layer {
            Layer::Line(line) if line.class == "curve" => line.note(&self.x_label, self.y.log),
            Layer::Points(points) => points.note(),
            _ => None,
        };
        self.layers.iter().filter_map(note).collect()
    }

    fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()> {
        let legend = self.legend();
        let beside = legend.width(0.35 * canvas.width);
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
        let area = PlottingArea {
            left: (left * UNIT).round(),
            top: (top * UNIT).round(),
            right: ((canvas.width - theme::MARGIN - beside) * UNIT).round(),
            bottom: ((canvas.height - theme::MARGIN - BELOW) * UNIT).round(),
            x: &self.x,
            y: &self.y,
        };
        let (width, height) = (area.right - area.left, area.bottom - area.top);
        if width < 60.0 * UNIT || height < 40.0 * UNIT {
            let (width, height) = (canvas.width, canvas.height);
            bail!("size: {width} x {height} leaves no room between the labels");
        }
        if let Some(Layer::Image(raster)) = self.layers.first() {
            canvas.push(image(raster, &area)?);
        }
        let x = TickedAxis {
            axis: &self.x,
            ticks: x_ticks,
            label: &self.x_label,
        };
        let y = TickedAxis {
            axis: &self.y,
            ticks: y_ticks,
            label: &self.y_label,
        };
        let grid = !matches!(self.layers.first(), Some(Layer::Image(_)));
        draw_axes(canvas, &area, x, y, grid)?;
        // Nothing leaves the area by more than a line's width.
        let (x, y, w, h) = (
            area.left - 30.0,
            area.top - 30.0,
            width + 60.0,
            height + 60.0,
        );
        canvas.push(format!(
            r#"<svg x="{x}" y="{y}" width="{w}" height="{h}" viewBox="{x} {y} {w} {h}">"#
        ));
        for layer in &self.layers {
            match layer {
                Layer::Image(_) => {}
                Layer::Line(line) => canvas.push(line.svg(&area)),
                Layer::Points(points) => canvas.push(points.svg(&area)),
                Layer::Text(place, text) => {
                    let (x, y) = area.at(*place);
                    let at = (x as f64 / UNIT + 5.0, y as f64 / UNIT + 4.0);
                    canvas.text(text, theme::SMALL, theme::INK, Anchor::Start, at);
                }
            }
        }
        canvas.push("</svg>");
        legend.draw(canvas, (area.right / UNIT + GAP, top), height / UNIT)
    }
}

/// The pixels, cut off at the edges of the area: the outermost ones stand half outside.
fn image(raster: &Raster, area: &PlottingArea) -> Result<String> {
    let (width, height) = (area.right - area.left, area.bottom - area.top);
    let (w, h) = (width / UNIT, height / UNIT);
    let (across, down) = (
        w / (raster.width - 1) as f64,
        h / (raster.height - 1) as f64,
    );
    let image = raster.image((-across / 2.0, -down / 2.0), (w + across, h + down), false)?;
    Ok(format!(
        r#"<svg class="field" x="{:.0}" y="{:.0}" width="{width:.0}" height="{height:.0}">{image}</svg>"#,
        area.left, area.top
    ))
}
