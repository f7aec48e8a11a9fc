//! The one font of the figures, shipped with the crate: a fresh machine may have none.

use std::sync::OnceLock;

use candle_core::{Error, Result};
use ttf_parser::gpos::{PairAdjustment, PositioningSubtable};
use ttf_parser::{Face, GlyphId};

/// Texts are set on a grid of so many steps in the size of the font: fine enough for every eye,
/// and short numbers.
pub(crate) const EM: f64 = 125.0;
/// Stands for every character that the font lacks.
const UNKNOWN: char = '□';
static INTER: &[u8] = include_bytes!("../../assets/inter-subset.otf");

/// The font, read once.
pub(crate) fn face() -> Result<&'static Face<'static>> {
    static FACE: OnceLock<Option<Face>> = OnceLock::new();
    let face = FACE.get_or_init(|| Face::parse(INTER, 0).ok());
    let missing = || Error::Msg("the font of the figures cannot be read".to_string());
    face.as_ref().ok_or_else(missing)
}

/// The letters of `text`, each with the step where it starts; [`UNKNOWN`] where the font has none.
pub(crate) fn letters(face: &Face, text: &str) -> Vec<(char, i32)> {
    let scale = EM / f64::from(face.units_per_em());
    let place = |(letter, start)| (letter, (f64::from(start) * scale).round() as i32);
    set(face, text).0.into_iter().map(place).collect()
}

/// The letters of `text` with their starts, and where the last one ends, in the font's units.
fn set(face: &Face, text: &str) -> (Vec<(char, i32)>, i32) {
    let (mut letters, mut end, mut last) = (Vec::new(), 0, None);
    for c in text.chars().filter(|c| !c.is_control()) {
        let letter = face.glyph_index(c).map_or(UNKNOWN, |_| c);
        let glyph = face.glyph_index(letter).unwrap_or_default();
        end += last.map_or(0, |last| kerning(face, last, glyph));
        letters.push((letter, end));
        end += i32::from(face.glyph_hor_advance(glyph).unwrap_or(0));
        last = Some(glyph);
    }
    (letters, end)
}

/// By how much a pair of letters stands closer (below 0) or wider than others, in the font's units.
fn kerning(face: &Face, left: GlyphId, right: GlyphId) -> i32 {
    let lookups = face.tables().gpos.into_iter().flat_map(|gpos| gpos.lookups);
    let mut found = lookups
        .flat_map(|lookup| lookup.subtables.into_iter())
        .filter_map(|table| match table {
            PositioningSubtable::Pair(PairAdjustment::Format1 { coverage, sets }) => {
                sets.get(coverage.get(left)?)?.get(right)
            }
            PositioningSubtable::Pair(PairAdjustment::Format2 {
                coverage,
                classes,
                matrix,
            }) => {
                coverage.get(left)?;
                matrix.get((classes.0.get(left), classes.1.get(right)))
            }
            _ => None,
        });
    found
        .next()
        .map_or(0, |(moved, _)| i32::from(moved.x_advance))
}

/// The width of `text` in pixels, as it is drawn.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    face().map_or(0.0, |face| {
        f64::from(set(face, text).1) * size / f64::from(face.units_per_em())
    })
}

/// The longest beginning of `text` that fits, with an ellipsis where something is missing.
pub(crate) fn shorten(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_string();
    }
    let mut kept: Vec<char> = text.chars().collect();
    loop {
        kept.pop();
        let short: String = kept.iter().chain(&['…']).collect();
        if kept.is_empty() || width(&short, size) <= room {
            return short;
        }
    }
}

/// `text` cut into lines at its spaces.
pub(crate) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (longer, lines.last_mut()) {
            (Some(longer), Some(line)) if width(&longer, size) <= room => *line = longer,
            _ => lines.push(shorten(word, size, room)),
        }
    }
    lines
}
