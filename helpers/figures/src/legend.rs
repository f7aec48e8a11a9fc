//! The legend beside a drawing.

use candle_core::Result;

use crate::colour_bar::ColourBar;
use crate::marker;
use crate::svg::{Anchor, Canvas, font, stroke};
use crate::theme::{self, Rgb, UNIT, hex};

/// How an entry shows what it names.
#[derive(Clone, PartialEq)]
pub(crate) enum Key {
    Class(usize),
    Stroke(Rgb, &'static str),
    Patch(Rgb),
}

/// What stands beside a drawing: the entries, and a colour bar below them.
#[derive(Clone, Default)]
pub(crate) struct Legend {
    pub entries: Vec<(Key, String)>,
    pub colour_bar: Option<ColourBar>,
}

const ROW: f64 = 20.0;
const KEY: f64 = 26.0;
/// The gap between the drawing and its legend.
pub(crate) const GAP: f64 = 14.0;

impl Legend {
    /// What is the same in all of them: the entries, the colour bar, both or nothing.
    pub fn common(legends: &[Legend]) -> Legend {
        let Some((first, others)) = legends.split_first() else {
            return Legend::default();
        };
        let mut common = first.clone();
        if others.iter().any(|other| other.entries != first.entries) {
            common.entries.clear();
        }
        common.colour_bar = common.colour_bar.filter(|bar| {
            let mut bars = others.iter().map(|other| other.colour_bar.as_ref());
            bars.all(|other| other.is_some_and(|other| other.is_same(bar)))
        });
        common
    }

    /// The width it takes, gap included, `most` at most.
    pub fn width(&self, most: f64) -> f64 {
        let named = self
            .entries
            .iter()
            .map(|(_, name)| KEY + font::width(name, theme::TEXT));
        let bar = self.colour_bar.iter().map(ColourBar::width);
        let widest = named.chain(bar).fold(0.0, f64::max);
        if widest > 0.0 {
            GAP + widest.min(most).ceil()
        } else {
            0.0
        }
    }

    /// Draws it with its corner at (`left`, `top`), in pixels.
    pub fn draw(&self, canvas: &mut Canvas, (left, top): (f64, f64), room: f64) -> Result<()> {
        let row = ROW.min(room / self.entries.len().max(1) as f64).max(14.0);
        let fitting = (room / row).floor() as usize;
        let left_out = self.entries.len().saturating_sub(fitting);
        for (i, (key, name)) in self.entries.iter().take(fitting).enumerate() {
            let y = top + (i as f64 + 0.5) * row;
            let (x, middle) = (left * UNIT, y * UNIT);
            if left_out > 0 && i + 1 == fitting {
                let more = format!("… {} more", left_out + 1);
                canvas.text(
                    &more,
                    theme::TEXT,
                    theme::SOFT_INK,
                    Anchor::Start,
                    (left, y + 4.5),
                );
                break;
            }
            match key {
                Key::Class(class) => canvas.push(marker::single(*class, x + 70.0, middle)),
                Key::Stroke(colour, dash) => {
                    let path = format!("M{x:.0} {middle:.0}h180");
                    canvas.push(stroke(&path, "key", *colour, dash));
                }
                Key::Patch(colour) => {
                    let fill = format!(r#"fill="{}""#, hex(*colour));
                    canvas.rect((left + 1.0, y - 6.0), (14.0, 12.0), &fill);
                }
            }
            let name = font::shorten(name, theme::TEXT, canvas.width - left - KEY - 4.0);
            let at = (left + KEY, y + 4.5);
            canvas.text(&name, theme::TEXT, theme::INK, Anchor::Start, at);
        }
        let used = if self.entries.is_empty() {
            0.0
        } else {
            self.entries.len() as f64 * row + 12.0
        };
        match &self.colour_bar {
            Some(bar) => bar.draw(canvas, (left, top + used), (room - used).min(190.0)),
            None => Ok(()),
        }
    }
}
