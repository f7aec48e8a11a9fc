//! What stands beside the drawing: the legend, and the bar of a scale of colours.

use candle_core::Result;

use super::axis::short_number;
use super::canvas::{Anchor, Canvas, UNIT};
use super::line::stroke;
use super::raster::Raster;
use super::theme::{self, Map, Rgb, hex};
use super::{font, marker};

/// How a line of the legend shows what it names.
#[derive(Clone)]
pub(super) enum Key {
    Class(usize),
    Stroke(Rgb, &'static str),
    Patch(Rgb),
}

/// A scale of colours between two values.
#[derive(Clone)]
pub(super) struct Bar {
    pub low: f64,
    pub high: f64,
    pub map: Map,
    pub label: String,
}

/// Legend above, bar below.
#[derive(Clone, Default)]
pub(super) struct Side {
    pub legend: Vec<(Key, String)>,
    pub bar: Option<Bar>,
}

const ROW: f64 = 20.0;
const KEY: f64 = 26.0;
const BAR: f64 = 14.0;
/// The gap between the drawing and its side.
pub(super) const GAP: f64 = 14.0;

impl Side {
    /// The width it takes, gap included, `most` at most.
    pub fn width(&self, most: f64) -> f64 {
        let named = self
            .legend
            .iter()
            .map(|(_, name)| KEY + font::width(name, theme::TEXT));
        let bar = self.bar.iter().flat_map(|bar| {
            let values = bar.labels(0.0).into_iter();
            let values = values.map(|(_, label)| BAR + 5.0 + font::width(&label, theme::SMALL));
            values.chain([font::width(&bar.label, theme::SMALL)])
        });
        let widest = named.chain(bar).fold(0.0, f64::max);
        if widest > 0.0 {
            GAP + widest.min(most).ceil()
        } else {
            0.0
        }
    }

    /// Draws it with its corner at (`left`, `top`), in pixels.
    pub fn draw(&self, canvas: &mut Canvas, (left, top): (f64, f64), room: f64) -> Result<()> {
        let row = ROW.min(room / self.legend.len().max(1) as f64).max(14.0);
        let fitting = (room / row).floor() as usize;
        let left_out = self.legend.len().saturating_sub(fitting);
        for (i, (key, name)) in self.legend.iter().take(fitting).enumerate() {
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
                    let look = format!(r#"fill="{}""#, hex(*colour));
                    canvas.rect((left + 1.0, y - 6.0), (14.0, 12.0), &look);
                }
            }
            let name = font::shorten(name, theme::TEXT, canvas.width - left - KEY - 4.0);
            let at = (left + KEY, y + 4.5);
            canvas.text(&name, theme::TEXT, theme::INK, Anchor::Start, at);
        }
        let used = if self.legend.is_empty() {
            0.0
        } else {
            self.legend.len() as f64 * row + 12.0
        };
        match &self.bar {
            Some(bar) => bar.draw(canvas, (left, top + used), (room - used).min(190.0)),
            None => Ok(()),
        }
    }
}

impl Bar {
    /// Where labels stand, 0 at the high end, and what they say.
    fn labels(&self, height: f64) -> Vec<(f64, String)> {
        let (high, low) = (short_number(self.high), short_number(self.low));
        let mut labels = vec![(theme::SMALL - 2.0, high), (height, low)];
        if self.low == -self.high {
            labels.push((height / 2.0 + 4.0, "0".to_string()));
        }
        labels
    }

    fn draw(&self, canvas: &mut Canvas, (x, mut y): (f64, f64), mut height: f64) -> Result<()> {
        if !self.label.is_empty() {
            let at = (x, y + theme::SMALL - 2.0);
            canvas.small(&self.label, Anchor::Start, at);
            (y, height) = (y + 18.0, height - 18.0);
        }
        if height < 30.0 {
            return Ok(());
        }
        let pixels = (0..=64)
            .rev()
            .map(|i| (self.map)(f64::from(i) / 64.0))
            .collect();
        let raster = Raster {
            width: 1,
            height: 65,
            pixels,
        };
        canvas.push(raster.image((x, y), (BAR, height), true)?);
        let look = format!(
            r#"fill="none" stroke="{}" stroke-width="6""#,
            hex(theme::AXIS)
        );
        canvas.rect((x, y), (BAR, height), &look);
        for (down, label) in self.labels(height) {
            let at = (x + BAR + 5.0, y + down);
            canvas.small(&label, Anchor::Start, at);
        }
        Ok(())
    }
}
