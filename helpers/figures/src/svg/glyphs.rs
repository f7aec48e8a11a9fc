//! Texts as outlines. An SVG that names a font looks different on every machine that lacks it, and
//! its PNG looks different again; here each letter is drawn once, and so is each text.

use std::collections::{HashMap, HashSet};

use candle_core::Result;
use ttf_parser::{Face, OutlineBuilder};

use super::font::{self, EM};
use super::path::PathData;
use crate::display::escape;
use crate::theme::{self, Rgb, UNIT};

/// Stands for the start of every id until the figure is whole; no text keeps a control character.
pub(crate) const PREFIX: char = '\u{1}';

/// Where a text stands relative to its position.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// What texts one after another share.
#[derive(Clone, PartialEq)]
pub(crate) struct Style {
    pub size: f64,
    pub colour: Rgb,
}

/// A line of text and its place, in pixels.
#[derive(Clone)]
pub(crate) struct Text {
    pub words: String,
    pub anchor: Anchor,
    pub at: (f64, f64),
}

/// The letters and texts of a figure, each defined once.
pub(crate) struct Glyphs {
    face: &'static Face<'static>,
    /// The words that stand in several texts.
    repeated: HashSet<String>,
    /// By what they stand for.
    ids: HashMap<String, String>,
    definitions: String,
}

impl Glyphs {
    /// For a figure with these texts.
    ///
    /// # Errors
    /// The font cannot be read.
    pub fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Glyphs> {
        let texts: HashSet<&str> = texts.collect();
        let mut seen = HashSet::new();
        let words = texts.iter().flat_map(|text| text.split(' '));
        let repeated = words.filter(|word| word.len() > 1 && !seen.insert(*word));
        Ok(Glyphs {
            face: font::face()?,
            repeated: repeated.map(String::from).collect(),
            ids: HashMap::new(),
            definitions: String::new(),
        })
    }

    /// The texts as SVG, each labelled with its words, in steps of the font.
    pub fn write(&mut self, style: &Style, texts: &[Text]) -> String {
        let (fill, scale) = (theme::hex(style.colour), style.size * UNIT / EM);
        let mut uses = String::new();
        for text in texts {
            let length = font::width(&text.words, EM);
            let before = match text.anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => length / 2.0,
                Anchor::End => length,
            };
            let [x, y] = [text.at.0, text.at.1].map(|place| place * UNIT / scale);
            let (id, words) = (self.text(&text.words), escape(&text.words));
            uses += &format!(
                "<use aria-label=\"{words}\" href=\"#{id}\" x=\"{:.0}\" y=\"{y:.0}\"/>",
                x - before
            );
        }
        // These are the numbers of a matrix, which a figure may show again.
        if texts.len() > 8 {
            uses = format!(
                "<use href=\"#{}\"/>",
                self.define("<g", format!(">{uses}</g>"))
            );
        }
        let scale = short(scale);
        format!("<g fill=\"{fill}\" transform=\"scale({scale})\">{uses}</g>\n")
    }

    /// What the texts refer to.
    pub fn definitions(&self) -> String {
        format!("<defs>\n{}</defs>\n", self.definitions)
    }

    /// The id of a text, made of its letters' outlines.
    fn text(&mut self, text: &str) -> String {
        let letters = font::letters(self.face, text);
        if let [(letter, _)] = letters[..] {
            return self.letter(letter);
        }
        let mut uses = String::new();
        let mut add = |id: &str, x: i32| {
            uses += &match x {
                0 => format!("<use href=\"#{id}\"/>"),
                _ => format!("<use href=\"#{id}\" x=\"{x}\"/>"),
            };
        };
        let mut left = &letters[..];
        for word in text.split(' ') {
            let (here, after) = left.split_at(word.chars().count().min(left.len()));
            left = after.get(1..).unwrap_or(after); // less the space
            match here {
                [(_, x), ..] if word != text && self.repeated.contains(word) => {
                    add(&self.text(word), *x);
                }
                _ => {
                    let drawn = here.iter().filter(|(letter, _)| !letter.is_whitespace());
                    drawn.for_each(|(letter, x)| add(&self.letter(*letter), *x));
                }
            }
        }
        self.define("<g", format!(">{uses}</g>"))
    }

    fn letter(&mut self, letter: char) -> String {
        let outline = draw(self.face, letter);
        self.define("<path", format!(" d=\"{outline}\"/>"))
    }

    /// The id of an element, which is defined if it is new.
    fn define(&mut self, start: &str, end: String) -> String {
        let number = self.ids.len() as u32;
        let (definitions, new) = (&mut self.definitions, self.ids.entry(end));
        let end = new.key().clone();
        new.or_insert_with(|| {
            let id = format!("{PREFIX}{}", short_name(number));
            *definitions += &format!("{start} id=\"{id}\"{end}\n");
            id
        })
        .clone()
    }
}

/// The outline of a letter as an SVG path that starts at its baseline.
fn draw(face: &Face, letter: char) -> String {
    let mut outline = Outline {
        scale: EM as f32 / f32::from(face.units_per_em()),
        data: PathData::default(),
        at: [0; 2],
        start: [0; 2],
    };
    face.glyph_index(letter)
        .and_then(|glyph| face.outline_glyph(glyph, &mut outline));
    outline.data.text
}

/// An outline in whole steps; each is rounded from where the last one ended, so that
/// errors do not add up.
struct Outline {
    scale: f32,
    data: PathData,
    at: [i64; 2],
    start: [i64; 2],
}

impl Outline {
    fn to(&mut self, points: &[(f32, f32)]) -> Vec<i64> {
        let from = self.at;
        let mut steps = Vec::new();
        for (x, y) in points {
            // The font's y goes up, SVG's goes down.
            self.at = [x * self.scale, -y * self.scale].map(|place| place.round() as i64);
            steps.extend([self.at[0] - from[0], self.at[1] - from[1]]);
        }
        steps
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let steps = self.to(&[(x, y)]);
        self.data.put('m', &steps);
        self.start = self.at;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        if let [dx, dy] = self.to(&[(x, y)])[..] {
            self.data.line((dx, dy));
        }
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let steps = self.to(&[(x1, y1), (x, y)]);
        self.data.put('q', &steps);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let steps = self.to(&[(x1, y1), (x2, y2), (x, y)]);
        self.data.put('c', &steps);
    }

    fn close(&mut self) {
        self.data.put('z', &[]);
        self.at = self.start;
    }
}

/// A number in as few letters and digits as there can be.
fn short_name(number: u32) -> String {
    let digit = char::from_digit(number % 36, 36).unwrap_or('0');
    match number / 36 {
        0 => digit.to_string(),
        more => short_name(more) + &digit.to_string(),
    }
}

/// Four decimals at most, and no zero that says nothing.
fn short(number: f64) -> String {
    let written = format!("{number:.4}");
    let written = written.trim_end_matches('0').trim_end_matches('.');
    written.strip_prefix('0').unwrap_or(written).to_string()
}
