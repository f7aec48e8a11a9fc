//! What figures are drawn on: an SVG in the making, measured in tenths of a pixel, so that all
//! its coordinates are short whole numbers.

use std::fmt::Display;

use candle_core::Result;
use sha2::{Digest, Sha256};

use super::font;
use super::glyphs::{Anchor, Glyphs, PREFIX, Style, Text};
use crate::display::escape;
use crate::theme::{self, Rgb, UNIT};

/// A growing SVG of a size in pixels.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub width: f64,
    pub height: f64,
    pieces: Vec<Piece>,
}

/// What a canvas holds, from the back to the front.
#[derive(Clone)]
enum Piece {
    Shapes(String),
    Texts(Style, Vec<Text>),
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
        let style = Style { size, colour };
        let text = Text { words, anchor, at };
        match self.pieces.last_mut() {
            Some(Piece::Texts(last, texts)) if *last == style => texts.push(text),
            _ => self.pieces.push(Piece::Texts(style, vec![text])),
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

    /// A canvas without background, to be placed on another.
    pub fn blank(width: f64, height: f64) -> Canvas {
        let pieces = Vec::new();
        Canvas {
            width,
            height,
            pieces,
        }
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
        let attributes = format!(r#"fill="none" stroke="{colour}" stroke-width="{line:.0}""#);
        self.rect(corner, size, &attributes);
    }

    /// Adds a rectangle with its corner at (x, y), in pixels.
    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), attributes: &str) {
        let [x, y, width, height] = [x, y, width, height].map(|length| (length * UNIT).round());
        self.push(format!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" {attributes}/>"#
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
                Piece::Texts(style, texts) => body.push_str(&glyphs.write(style, texts)),
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
        let label = escape(&label.replace(char::is_control, ""));
        Ok(format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w:.0}" height="{h:.0}" viewBox="0 0 {wide:.0} {high:.0}" role="figure" aria-label="{label}">
{body}</svg>
"#
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::font::EM;
    use super::*;

    /// Left and right edge of what is drawn, in pixels.
    fn drawn(words: &str, size: f64, anchor: Anchor) -> Result<(f64, f64)> {
        let mut canvas = Canvas::blank(800.0, 100.0);
        canvas.text(words, size, theme::INK, anchor, (400.0, 50.0));
        let svg = canvas.finish("")?;
        let tree = resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default());
        let edges = tree
            .map_err(candle_core::Error::wrap)?
            .root()
            .abs_bounding_box();
        Ok((f64::from(edges.left()), f64::from(edges.right())))
    }

    #[test]
    fn texts_are_as_wide_as_measured() -> Result<()> {
        let face = font::face()?;
        // What the first and the last letter, both H, leave free at their sides.
        let free = |size: f64| {
            let h = face
                .glyph_index('H')
                .and_then(|h| face.glyph_bounding_box(h));
            h.map_or(0.0, |h| {
                f64::from(h.x_min) * size / f64::from(face.units_per_em())
            })
        };
        for size in [8.7, theme::SMALL, theme::TEXT, theme::TITLE] {
            for words in [
                "HH",
                "H To: 0.25 − AV ∇₀ éλ漢 H",
                "HiiiiiiiiiiiiiiiiiiiiiiiiiiiiiH",
            ] {
                let width = font::width(words, size);
                let start = [Anchor::Start, Anchor::Middle, Anchor::End].into_iter();
                for (anchor, start) in start.zip([400.0, 400.0 - width / 2.0, 400.0 - width]) {
                    let (left, right) = drawn(words, size, anchor)?;
                    let expected = (start + free(size), start + width - free(size));
                    // Starts and outlines are rounded to the steps of the grid.
                    let close = |a: f64, b: f64| (a - b).abs() <= 2.0 * size / EM;
                    assert!(
                        close(left, expected.0) && close(right, expected.1),
                        "{words} in {size}: from {left} to {right}, not {expected:?}"
                    );
                }
            }
        }
        Ok(())
    }
}
