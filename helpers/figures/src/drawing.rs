//! Figures drawn shape by shape: architectures, graphs.

use crate::figure::Figure;
use crate::svg::{Anchor, Canvas, font, polyline};
use crate::theme::{self, Rgb, UNIT};

/// Shapes and words at places in pixels, from the top left.
#[derive(Clone)]
pub struct Drawing {
    canvas: Canvas,
}

/// The colour of a class of things, from 0; 0 to 9 differ.
pub fn colour(class: usize) -> Rgb {
    theme::CLASSES[class % theme::CLASSES.len()]
}

/// A colour with so much white in it: 0 none, 1 nothing else.
pub fn pale(colour: Rgb, white: f64) -> Rgb {
    theme::mix(colour, theme::BACKGROUND, white)
}

/// A colour darker by so much.
pub fn dark(colour: Rgb, black: f64) -> Rgb {
    theme::mix(colour, [0, 0, 0], black)
}

/// The width of a text in pixels.
pub fn text_width(text: &str, size: f64) -> f64 {
    font::width(text, size)
}

pub const INK: Rgb = theme::INK;
pub const SOFT_INK: Rgb = theme::SOFT_INK;
pub const AXIS: Rgb = theme::AXIS;
pub const SMALL: f64 = theme::SMALL;

impl Drawing {
    /// Empty.
    pub fn new(width: f64, height: f64) -> Drawing {
        let canvas = Canvas::new(width, height);
        Drawing { canvas }
    }

    /// A filled shape; its outline is in the same colour, darker.
    pub fn polygon(&mut self, corners: &[(f64, f64)], fill: Rgb) {
        let (fill, edge) = (theme::hex(fill), theme::hex(dark(fill, 0.35)));
        let path = polyline(&tenths(corners));
        self.canvas.push(format!(
            r#"<path d="{path}z" fill="{fill}" stroke="{edge}" stroke-width="7" stroke-linejoin="round"/>"#
        ));
    }

    /// An upright rectangle from its top left corner, with round corners or not.
    pub fn rectangle(&mut self, (x, y): (f64, f64), (w, h): (f64, f64), round: f64, fill: Rgb) {
        let (x, y, w, h, round) = (x * UNIT, y * UNIT, w * UNIT, h * UNIT, round * UNIT);
        let (fill, edge) = (theme::hex(fill), theme::hex(dark(fill, 0.35)));
        self.canvas.push(format!(
            r#"<rect x="{x:.0}" y="{y:.0}" width="{w:.0}" height="{h:.0}" rx="{round:.0}" fill="{fill}" stroke="{edge}" stroke-width="7"/>"#
        ));
    }

    /// A disc.
    pub fn disc(&mut self, (x, y): (f64, f64), radius: f64, fill: Rgb) {
        let (x, y, radius) = (x - radius, y - radius, radius);
        self.rectangle((x, y), (2.0 * radius, 2.0 * radius), radius, fill);
    }

    /// A line through the points.
    pub fn line(&mut self, points: &[(f64, f64)], width: f64, colour: Rgb) {
        let path = polyline(&tenths(points));
        self.stroke(&path, width, colour);
    }

    /// A curve from the first point to the last that the two between pull at, with an arrow's head.
    pub fn arrow(&mut self, points: [(f64, f64); 4], width: f64, colour: Rgb) {
        let [a, b, c, d] = points;
        let (dx, dy) = (d.0 - c.0, d.1 - c.1);
        let long = dx.hypot(dy).max(1e-6);
        let (ux, uy) = (dx / long, dy / long);
        let head = 3.5 + 2.0 * width;
        let base = (d.0 - head * ux, d.1 - head * uy);
        self.curve([a, b, c, base], width, colour);
        let wing = |s: f64| (base.0 - s * 0.45 * head * uy, base.1 + s * 0.45 * head * ux);
        let fill = theme::hex(colour);
        let path = polyline(&tenths(&[d, wing(1.0), wing(-1.0)]));
        self.canvas
            .push(format!(r#"<path d="{path}z" fill="{fill}"/>"#));
    }

    /// The same without a head.
    pub fn curve(&mut self, points: [(f64, f64); 4], width: f64, colour: Rgb) {
        let [a, b, c, d] = points.map(|p| format!("{:.0} {:.0}", p.0 * UNIT, p.1 * UNIT));
        self.stroke(&format!("M{a}C{b} {c} {d}"), width, colour);
    }

    fn stroke(&mut self, path: &str, width: f64, colour: Rgb) {
        self.canvas.push(format!(
            r#"<path d="{path}" fill="none" stroke="{}" stroke-width="{:.0}"/>"#,
            theme::hex(colour),
            width * UNIT
        ));
    }

    /// Words centred at x, with their baseline at y.
    pub fn text(&mut self, text: &str, size: f64, colour: Rgb, at: (f64, f64)) {
        self.canvas.text(text, size, colour, Anchor::Middle, at);
    }

    /// Words that start at x.
    pub fn text_from(&mut self, text: &str, size: f64, colour: Rgb, at: (f64, f64)) {
        self.canvas.text(text, size, colour, Anchor::Start, at);
    }

    /// The finished figure.
    pub fn figure(self) -> Figure {
        Figure::new(self.canvas)
    }
}

fn tenths(points: &[(f64, f64)]) -> Vec<(i64, i64)> {
    let tenth = |v: f64| (v * UNIT).round() as i64;
    points.iter().map(|&(x, y)| (tenth(x), tenth(y))).collect()
}
