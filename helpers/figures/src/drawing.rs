//! Figures drawn shape by shape: architectures, graphs.

use crate::figure::Figure;
use crate::svg::{Anchor, Canvas, font, polyline};
use crate::theme::{self, Rgb, UNIT};

/// Shapes and words at places in pixels, from the top left.
#[derive(Clone)]
pub struct Drawing {
    canvas: Canvas,
}

/// The top left corner and the size of a rectangle.
pub type Rectangle = ((f64, f64), (f64, f64));

/// A line's start, the four points of its curve, its end.
pub type Bend = ((f64, f64), [(f64, f64); 4], (f64, f64));

/// How a line is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Not at all.
    Solid,
    /// Long strokes.
    Dashed,
    /// Short ones.
    Dotted,
}

impl Dash {
    /// In tenths of a pixel.
    fn pattern(self) -> &'static str {
        match self {
            Dash::Solid => "",
            Dash::Dashed => "60 40",
            Dash::Dotted => "20 30",
        }
    }
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
        self.polygons(&[corners.to_vec()], fill);
    }

    /// Several such shapes of one colour, in one path.
    pub fn polygons(&mut self, all: &[Vec<(f64, f64)>], fill: Rgb) {
        let (fill, edge) = (theme::hex(fill), theme::hex(dark(fill, 0.35)));
        let path = |corners: &Vec<(f64, f64)>| polyline(&tenths(corners)) + "z";
        let path: String = all.iter().map(path).collect();
        self.canvas.push(format!(
            r#"<path d="{path}" fill="{fill}" stroke="{edge}" stroke-width="7" stroke-linejoin="round"/>"#
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

    /// Upright rectangles of one colour, each (top left corner, size): in one path, since there may
    /// be many.
    pub fn rectangles(&mut self, all: &[Rectangle], fill: Rgb) {
        let corner =
            |&((x, y), (w, h)): &Rectangle| [(x, y), (x + w, y), (x + w, y + h), (x, y + h)];
        let path = |r| polyline(&tenths(&corner(r))) + "z";
        let path: String = all.iter().map(path).collect();
        let (fill, edge) = (theme::hex(fill), theme::hex(dark(fill, 0.35)));
        self.canvas.push(format!(
            r#"<path d="{path}" fill="{fill}" stroke="{edge}" stroke-width="7"/>"#
        ));
    }

    /// A line through the points.
    pub fn line(&mut self, points: &[(f64, f64)], width: f64, colour: Rgb) {
        let path = polyline(&tenths(points));
        self.stroke(&path, width, colour, "");
    }

    /// Straight lines of one colour, each through its points, in one path.
    pub fn lines(&mut self, all: &[Vec<(f64, f64)>], width: f64, colour: Rgb, dash: Dash) {
        let path: String = all.iter().map(|points| polyline(&tenths(points))).collect();
        if !path.is_empty() {
            self.stroke(&path, width, colour, dash.pattern());
        }
    }

    /// Straight arrows of one colour, each from its first point to its last, by way of the others.
    pub fn arrows(&mut self, all: &[Vec<(f64, f64)>], width: f64, colour: Rgb, dash: Dash) {
        let (mut shafts, mut heads) = (Vec::new(), String::new());
        for points in all {
            let &[.., c, d] = points.as_slice() else {
                continue;
            };
            let (base, head) = arrow_head(c, d, width);
            heads += &(polyline(&tenths(&head)) + "z");
            let mut shaft = points.clone();
            shaft.pop();
            shaft.push(base);
            shafts.push(shaft);
        }
        self.lines(&shafts, width, colour, dash);
        let fill = theme::hex(colour);
        self.canvas
            .push(format!(r#"<path d="{heads}" fill="{fill}"/>"#));
    }

    /// A curve from the first point to the last that the two between pull at, with an arrow's head.
    pub fn arrow(&mut self, points: [(f64, f64); 4], width: f64, colour: Rgb) {
        let [a, b, c, d] = points;
        let (base, head) = arrow_head(c, d, width);
        self.curve([a, b, c, base], width, colour);
        let fill = theme::hex(colour);
        let path = polyline(&tenths(&head));
        self.canvas
            .push(format!(r#"<path d="{path}z" fill="{fill}"/>"#));
    }

    /// The same without a head.
    pub fn curve(&mut self, points: [(f64, f64); 4], width: f64, colour: Rgb) {
        self.stroke(&bend(points), width, colour, "");
    }

    /// Lines that run straight from a point to where they bend as [`curve`](Drawing::curve), and
    /// straight on to a point; of one colour, in one path.
    pub fn bends(&mut self, all: &[Bend], width: f64, colour: Rgb, dash: Dash) {
        let point = |p: (f64, f64)| format!("{:.0} {:.0}", p.0 * UNIT, p.1 * UNIT);
        let path = |(start, curve, end): &Bend| {
            let rest = bend(*curve).replacen('M', "L", 1);
            format!("M{}{rest}L{}", point(*start), point(*end))
        };
        let path: String = all.iter().map(path).collect();
        if !path.is_empty() {
            self.stroke(&path, width, colour, dash.pattern());
        }
    }

    fn stroke(&mut self, path: &str, width: f64, colour: Rgb, dash: &str) {
        let dash = match dash {
            "" => String::new(),
            dash => format!(r#" stroke-dasharray="{dash}""#),
        };
        self.canvas.push(format!(
            r#"<path d="{path}" fill="none" stroke="{}" stroke-width="{:.0}"{dash}/>"#,
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

    /// Words that end at x.
    pub fn text_to(&mut self, text: &str, size: f64, colour: Rgb, at: (f64, f64)) {
        self.canvas.text(text, size, colour, Anchor::End, at);
    }

    /// The finished figure.
    pub fn figure(self) -> Figure {
        Figure::new(self.canvas)
    }
}

/// A curve from its first point to its last that the two between pull at.
fn bend(points: [(f64, f64); 4]) -> String {
    let [a, b, c, d] = points.map(|p| format!("{:.0} {:.0}", p.0 * UNIT, p.1 * UNIT));
    format!("M{a}C{b} {c} {d}")
}

/// The head of an arrow that comes from `c` and ends in `d`: where its line ends, and its corners.
fn arrow_head(c: (f64, f64), d: (f64, f64), width: f64) -> ((f64, f64), [(f64, f64); 3]) {
    let (dx, dy) = (d.0 - c.0, d.1 - c.1);
    let long = dx.hypot(dy).max(1e-6);
    let (ux, uy) = (dx / long, dy / long);
    let head = 3.5 + 2.0 * width;
    let base = (d.0 - head * ux, d.1 - head * uy);
    let wing = |s: f64| (base.0 - s * 0.45 * head * uy, base.1 + s * 0.45 * head * ux);
    (base, [d, wing(1.0), wing(-1.0)])
}

fn tenths(points: &[(f64, f64)]) -> Vec<(i64, i64)> {
    let tenth = |v: f64| (v * UNIT).round() as i64;
    points.iter().map(|&(x, y)| (tenth(x), tenth(y))).collect()
}
