//! The one font of the figures, shipped with the crate: a fresh machine may have none.
//!
//! The SVG names it first and browsers fall back on what they have; the PNG is drawn with it.

use std::sync::{Arc, OnceLock};

use plotters::style::{FontStyle, IntoFont, RGBColor, TextStyle, register_font};
use resvg::usvg::fontdb;

use super::theme::Rgb;

/// What the SVG asks for.
pub(super) const FAMILIES: &str = "Inter, 'Helvetica Neue', Arial, sans-serif";
/// What plotters knows the font as.
pub(super) const NAME: &str = "figure";
static INTER: &[u8] = include_bytes!("../../assets/inter-subset.otf");

/// Text of this size, in the canvas's tenths of a pixel. plotters counts line heights, 1.24 em.
pub(super) fn style(size: f64, colour: Rgb) -> TextStyle<'static> {
    register();
    let [r, g, b] = colour;
    (NAME, size * 12.4).into_font().color(&RGBColor(r, g, b))
}

/// The width of `text` in pixels.
pub(super) fn width(text: &str, size: f64) -> f64 {
    register();
    let measured = (NAME, size * 12.4).into_font().box_size(text);
    measured.map_or(0.6 * size * text.chars().count() as f64, |(width, _)| {
        f64::from(width) / 10.0
    })
}

/// The longest beginning of `text` that fits, with an ellipsis where something is missing.
pub(super) fn shorten(text: &str, size: f64, room: f64) -> String {
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
pub(super) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
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

/// The fonts that resvg may use: this one.
pub(super) fn database() -> Arc<fontdb::Database> {
    static DATABASE: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut database = fontdb::Database::new();
        database.load_font_data(INTER.to_vec());
        database.set_sans_serif_family("Inter");
        Arc::new(database)
    };
    DATABASE.get_or_init(load).clone()
}

fn register() {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    REGISTERED.get_or_init(|| register_font(NAME, FontStyle::Normal, INTER).is_ok());
}
