//! What figures are drawn on: an SVG in the making, measured in tenths of a pixel, so that all
//! its coordinates are short whole numbers.

use std::collections::BTreeMap;
use std::fmt::Display;

use candle_core::{Error, Result};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::prelude::SVGBackend;

use super::axis::short_number;
use super::figure::{Content, Figure};
use super::font;
use super::theme::{self, Rgb};

/// Tenths of a pixel in a pixel.
pub(super) const UNIT: f64 = 10.0;

/// Where a text stands relative to its position.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Numbers, row by row.
pub(super) type Matrix = Vec<Vec<f64>>;

/// A growing SVG of a size in pixels.
#[derive(Clone)]
pub(super) struct Canvas {
    pub width: f64,
    pub height: f64,
    body: String,
}

impl Canvas {
    pub fn new(width: f64, height: f64) -> Canvas {
        let mut canvas = Canvas {
            width,
            height,
            body: String::new(),
        };
        let fill = theme::hex(theme::BACKGROUND);
        let (w, h) = (width * UNIT, height * UNIT);
        canvas.push(format!(
            r#"<rect width="{w:.0}" height="{h:.0}" fill="{fill}"/>"#
        ));
        canvas
    }

    /// Adds a piece of SVG in tenths of a pixel.
    pub fn push(&mut self, fragment: impl Display) {
        self.body.push_str(&fragment.to_string());
        self.body.push('\n');
    }

    /// Adds a line of text with its baseline at (x, y), in pixels.
    pub fn text(&mut self, text: &str, size: f64, colour: Rgb, anchor: Anchor, (x, y): (f64, f64)) {
        if text.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        self.push(format!(
            r#"<text x="{:.0}" y="{:.0}" font-size="{:.0}" fill="{}"{anchor}>{}</text>"#,
            x * UNIT,
            y * UNIT,
            size * UNIT,
            theme::hex(colour),
            escape(text)
        ));
    }

    /// Title and subtitle at the top left; returns the height they take, in pixels.
    pub fn header(&mut self, title: &str, subtitle: &str) -> f64 {
        let room = self.width - 2.0 * theme::MARGIN;
        let mut y = theme::MARGIN;
        let title_size = if self.width < 320.0 {
            theme::PANEL_TITLE
        } else {
            theme::TITLE
        };
        for (text, size, colour) in [
            (title, title_size, theme::INK),
            (subtitle, theme::TEXT, theme::SOFT_INK),
        ] {
            for line in font::wrap(text, size, room) {
                let baseline = (theme::MARGIN, y + size);
                self.text(&line, size, colour, Anchor::Start, baseline);
                y += size * theme::LEADING;
            }
        }
        if y > theme::MARGIN { y + 9.0 } else { y }
    }

    /// Adds what plotters draws on an area of the whole size, in tenths of a pixel.
    pub fn plotters<T>(
        &mut self,
        draw: impl FnOnce(&DrawingArea<SVGBackend, Shift>) -> Result<T>,
    ) -> Result<T> {
        let mut drawn = String::new();
        let size = ((self.width * UNIT) as u32, (self.height * UNIT) as u32);
        let area = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
        let value = draw(&area)?;
        area.present().map_err(failed)?;
        drop(area);
        // Its own <svg> goes, and what the root says already.
        for line in drawn
            .lines()
            .filter(|l| !l.starts_with("<svg") && *l != "</svg>")
        {
            let line = line.replace(r#" opacity="1""#, "");
            let line = line.replace(&format!(r#" font-family="{}""#, font::NAME), "");
            self.body.push_str(&line);
            self.body.push('\n');
        }
        Ok(value)
    }

    /// A canvas without ground, to be placed on another.
    pub fn blank(width: f64, height: f64) -> Canvas {
        let body = String::new();
        Canvas {
            width,
            height,
            body,
        }
    }

    /// The canvas as a figure, which can be titled and sized.
    pub fn figure(self) -> Figure {
        Figure::new(Content::Sketch(self))
    }

    /// Adds a text that runs upwards, its middle at (x, y).
    pub fn upright(&mut self, text: &str, size: f64, (x, y): (f64, f64)) {
        let (x, y) = (x * UNIT, y * UNIT);
        self.push(format!(
            r#"<g transform="translate({x:.0} {y:.0}) rotate(-90)">"#
        ));
        self.text(text, size, theme::INK, Anchor::Middle, (0.0, 0.0));
        self.push("</g>");
    }

    /// Adds rows of numbers in squares of these colours; NaN leaves a square empty.
    pub fn matrix(
        &mut self,
        (left, top): (f64, f64),
        side: f64,
        rows: &[Vec<f64>],
        fill: impl Fn(usize, usize) -> Rgb,
    ) {
        let written = |v: &f64| {
            if v.is_nan() {
                String::new()
            } else {
                short_number(*v)
            }
        };
        let texts: Vec<Vec<String>> = rows
            .iter()
            .map(|r| r.iter().map(written).collect())
            .collect();
        let widest = texts
            .iter()
            .flatten()
            .map(|text| font::width(text, 10.0))
            .fold(1.0, f64::max);
        let size = theme::TEXT.min((side - 5.0) / widest * 10.0);
        // One path for the squares of a colour, one group for texts of a colour: a small file.
        let (mut squares, mut inks) = (BTreeMap::new(), BTreeMap::new());
        for (row, texts) in texts.iter().enumerate() {
            for (column, text) in texts.iter().enumerate() {
                let (x, y) = (left + column as f64 * side, top + row as f64 * side);
                let (x, y, s) = (x * UNIT, y * UNIT, side * UNIT);
                let colour = fill(row, column);
                let squares: &mut String = squares.entry(colour).or_default();
                squares.push_str(&format!("M{x:.0} {y:.0}h{s:.0}v{s:.0}h-{s:.0}z"));
                let (x, y) = (x + s / 2.0, y + s / 2.0 + 0.36 * size * UNIT);
                let ink: &mut String = inks.entry(theme::text_on(colour)).or_default();
                ink.push_str(&format!(r#"<text x="{x:.0}" y="{y:.0}">{text}</text>"#));
            }
        }
        let (edge, size) = (theme::hex(theme::GRID), size * UNIT);
        for (colour, path) in squares {
            let fill = theme::hex(colour);
            self.push(format!(
                r#"<path class="cells" d="{path}" fill="{fill}" stroke="{edge}" stroke-width="8"/>"#
            ));
        }
        for (colour, texts) in inks {
            let fill = theme::hex(colour);
            self.push(format!(
                r#"<g font-size="{size:.0}" fill="{fill}" text-anchor="middle">{texts}</g>"#
            ));
        }
    }

    /// The same with a name above.
    pub fn named(
        &mut self,
        (left, top): (f64, f64),
        side: f64,
        name: &str,
        rows: &[Vec<f64>],
        fill: impl Fn(usize, usize) -> Rgb,
    ) {
        self.text(
            name,
            theme::TEXT,
            theme::INK,
            Anchor::Start,
            (left, top - 8.0),
        );
        self.matrix((left, top), side, rows, fill);
    }

    /// Adds an empty frame with lines of `line` pixels.
    pub fn outline(&mut self, corner: (f64, f64), size: (f64, f64), colour: Rgb, line: f64) {
        let (colour, line) = (theme::hex(colour), line * UNIT);
        self.rect(
            corner,
            size,
            &format!(r#"fill="none" stroke="{colour}" stroke-width="{line:.0}""#),
        );
    }

    /// Adds a rectangle with its corner at (x, y), in pixels.
    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), look: &str) {
        let [x, y, width, height] = [x, y, width, height].map(|length| (length * UNIT).round());
        self.push(format!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" {look}/>"#
        ));
    }

    /// Adds all of another canvas, its corner at (x, y) in pixels.
    pub fn place(&mut self, other: &Canvas, (x, y): (f64, f64), scale: f64) {
        let (x, y) = (x * UNIT, y * UNIT);
        self.push(format!(
            r#"<g transform="translate({x:.0} {y:.0}) scale({scale:.4})">"#
        ));
        self.body.push_str(&other.body);
        self.push("</g>");
    }

    /// The whole SVG.
    pub fn finish(self, label: &str) -> String {
        let Canvas {
            width,
            height,
            body,
        } = self;
        let (w, h) = (width * UNIT, height * UNIT);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {w:.0} {h:.0}\" role=\"img\" aria-label=\"{}\" font-family=\"{}\">\n{body}</svg>\n",
            escape(label),
            font::FAMILIES
        )
    }
}

/// plotters' errors as ours.
pub(super) fn failed(error: impl Display) -> Error {
    Error::Msg(format!("the figure could not be drawn: {error}"))
}

/// `M x y` and relative moves to the other points, the shortest way to write a path.
pub(super) fn path(points: &[(i64, i64)]) -> String {
    let mut written = String::new();
    let mut last: Option<(i64, i64)> = None;
    for &(x, y) in points {
        match last {
            None => written.push_str(&format!("M{x} {y}l0 0")),
            Some((x0, y0)) => {
                let (dx, dy) = (x - x0, y - y0);
                let space = |d: i64| if d < 0 { "" } else { " " };
                written.push_str(&format!("{}{dx}{}{dy}", space(dx), space(dy)));
            }
        }
        last = Some((x, y));
    }
    written
}

fn escape(text: &str) -> String {
    let printable = text.chars().filter(|c| !c.is_control());
    let mut escaped = String::new();
    for c in printable {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
