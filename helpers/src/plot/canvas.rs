//! What figures are drawn on: an SVG in the making, measured in tenths of a pixel, so that all
//! its coordinates are short whole numbers.

use std::fmt::Display;

use candle_core::{Error, Result};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::prelude::SVGBackend;

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

/// A growing SVG of a size in pixels.
#[derive(Clone)]
pub(super) struct Canvas {
    pub width: f64,
    pub height: f64,
    body: String,
}

impl Canvas {
    pub fn new(width: f64, height: f64) -> Canvas {
        let mut canvas = Canvas::blank(width, height);
        let fill = format!(r#"fill="{}""#, theme::hex(theme::BACKGROUND));
        canvas.rect((0.0, 0.0), (width, height), &fill);
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

    /// Adds a small soft text: a tick, a caption, the name of a row.
    pub fn small(&mut self, text: &str, anchor: Anchor, at: (f64, f64)) {
        self.text(text, theme::SMALL, theme::SOFT_INK, anchor, at);
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

    /// Adds an empty frame with lines of `line` pixels.
    pub fn outline(&mut self, corner: (f64, f64), size: (f64, f64), colour: Rgb, line: f64) {
        let (colour, line) = (theme::hex(colour), line * UNIT);
        let look = format!(r#"fill="none" stroke="{colour}" stroke-width="{line:.0}""#);
        self.rect(corner, size, &look);
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

    /// The whole SVG, shrunk to [`theme::PAGE`] if it is wider.
    pub fn finish(self, label: &str) -> String {
        let shown = (theme::PAGE / self.width).min(1.0);
        let (w, h) = (self.width * shown, self.height * shown);
        let (wide, high) = (self.width * UNIT, self.height * UNIT);
        let label = escape(label);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w:.0}" height="{h:.0}" viewBox="0 0 {wide:.0} {high:.0}" role="img" aria-label="{label}" font-family="{}">
{}</svg>
"#,
            font::FAMILIES,
            self.body
        )
    }
}

/// plotters' errors as ours.
pub(super) fn failed(error: impl Display) -> Error {
    Error::Msg(format!("the figure could not be drawn: {error}"))
}

/// `M x y` and relative moves to the other points, the shortest way to write a path.
pub(super) fn path(points: &[(i64, i64)]) -> String {
    let Some((x, y)) = points.first() else {
        return String::new();
    };
    let mut written = format!("M{x} {y}l0 0");
    for pair in points.windows(2) {
        for step in [pair[1].0 - pair[0].0, pair[1].1 - pair[0].1] {
            written.push_str(if step < 0 { "" } else { " " });
            written.push_str(&step.to_string());
        }
    }
    written
}

fn escape(text: &str) -> String {
    let text = text.replace(char::is_control, "").replace('&', "&amp;");
    let text = text.replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}
