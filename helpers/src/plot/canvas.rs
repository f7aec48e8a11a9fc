//! What figures are drawn on: an SVG in the making, measured in tenths of a pixel, so that all
//! its coordinates are short whole numbers.

use std::fmt::Display;

use candle_core::Result;
use sha2::{Digest, Sha256};

use super::figure::{Content, Figure};
use super::font;
use super::glyphs::{Glyphs, Look, PREFIX, Text};
use super::pen::Pen;
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
    pieces: Vec<Piece>,
}

/// What a canvas holds, from the back to the front.
#[derive(Clone)]
enum Piece {
    Shapes(String),
    Texts(Look, Vec<Text>),
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
        let fragment = format!("{fragment}\n");
        match self.pieces.last_mut() {
            Some(Piece::Shapes(shapes)) => shapes.push_str(&fragment),
            _ => self.pieces.push(Piece::Shapes(fragment)),
        }
    }

    /// Adds a line of text with its baseline at (x, y), in pixels.
    pub fn text(&mut self, text: &str, size: f64, colour: Rgb, anchor: Anchor, at: (f64, f64)) {
        let words = text.replace(char::is_control, "");
        if words.is_empty() {
            return;
        }
        let look = Look { size, colour };
        let text = Text { words, anchor, at };
        match self.pieces.last_mut() {
            Some(Piece::Texts(last, texts)) if *last == look => texts.push(text),
            _ => self.pieces.push(Piece::Texts(look, vec![text])),
        }
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

    /// A canvas without ground, to be placed on another.
    pub fn blank(width: f64, height: f64) -> Canvas {
        let pieces = Vec::new();
        Canvas {
            width,
            height,
            pieces,
        }
    }

    /// The canvas as a figure, which can be titled and sized.
    pub fn figure(self) -> Figure {
        Figure::new(Content::Sketch(self))
    }

    /// Adds a text that runs upwards, its middle at (x, y).
    pub fn upright(&mut self, text: &str, size: f64, (x, y): (f64, f64)) {
        if text.is_empty() {
            return;
        }
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
        self.pieces.extend(other.pieces.iter().cloned());
        self.push("</g>");
    }

    /// The whole SVG, shrunk to [`theme::PAGE`] if it is wider.
    ///
    /// # Errors
    /// The font cannot be read.
    pub fn finish(self, label: &str) -> Result<String> {
        let texts = self.pieces.iter().flat_map(|piece| match piece {
            Piece::Shapes(_) => &[],
            Piece::Texts(_, texts) => &texts[..],
        });
        let mut glyphs = Glyphs::new(texts.map(|text| &text.words[..]))?;
        let mut body = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Shapes(shapes) => body.push_str(shapes),
                Piece::Texts(look, texts) => body.push_str(&glyphs.write(look, texts)),
            }
        }
        body.push_str(&glyphs.definitions());
        // Figures on one page must not share ids.
        let digest: [u8; 32] = Sha256::digest(&body).into();
        let letters = digest[..4].iter().map(|byte| b'a' + byte % 26);
        let prefix: String = letters.map(char::from).collect();
        let body = body.replace(PREFIX, &prefix);
        let shown = (theme::PAGE / self.width).min(1.0);
        let (w, h) = (self.width * shown, self.height * shown);
        let (wide, high) = (self.width * UNIT, self.height * UNIT);
        let label = escape(label);
        Ok(format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w:.0}" height="{h:.0}" viewBox="0 0 {wide:.0} {high:.0}" role="figure" aria-label="{label}">
{body}</svg>
"#
        ))
    }
}

/// A line through the points, with a dot at the first in case it is the only one.
pub(super) fn path(points: &[(i64, i64)]) -> String {
    let mut pen = Pen::default();
    if let Some((x, y)) = points.first() {
        pen.put('M', &[*x, *y]);
        pen.put('l', &[0, 0]);
    }
    let mut ahead = (0, 0);
    for pair in points.windows(2) {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let across = dy == 0 && ahead.1 == 0 && dx * ahead.0 >= 0;
        let down = dx == 0 && ahead.0 == 0 && dy * ahead.1 >= 0;
        // Steps that go straight on, as over empty bins, are one.
        if across || down {
            ahead = (ahead.0 + dx, ahead.1 + dy);
        } else {
            pen.line(ahead);
            ahead = (dx, dy);
        }
    }
    pen.line(ahead);
    pen.path
}

/// `text` as an attribute can hold it.
pub(super) fn escape(text: &str) -> String {
    let text = text.replace(char::is_control, "").replace('&', "&amp;");
    let text = text.replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}
