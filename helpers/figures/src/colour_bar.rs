//! The bar that tells which value a colour stands for.

use candle_core::Result;

use crate::number_format::short_number;
use crate::svg::{Anchor, Canvas, Raster, font};
use crate::theme::{self, ColourMap};

/// A scale of colours between two values.
#[derive(Clone)]
pub(crate) struct ColourBar {
    pub low: f64,
    pub high: f64,
    pub map: ColourMap,
    pub label: String,
}

/// The width of the bar without its labels, in pixels.
const BAR: f64 = 14.0;

impl ColourBar {
    /// Whether both tell the same.
    pub fn is_same(&self, other: &ColourBar) -> bool {
        let told = |bar: &ColourBar| {
            let colours = [0.0, 0.3, 1.0].map(bar.map);
            (bar.low, bar.high, colours, bar.label.clone())
        };
        told(self) == told(other)
    }

    /// The width it takes, in pixels.
    pub fn width(&self) -> f64 {
        let values = self.labels(0.0).into_iter();
        let values = values.map(|(_, label)| BAR + 5.0 + font::width(&label, theme::SMALL));
        let label = font::width(&self.label, theme::SMALL);
        values.fold(label, f64::max)
    }

    /// Where labels stand, 0 at the high end, and what they say.
    fn labels(&self, height: f64) -> Vec<(f64, String)> {
        let (high, low) = (short_number(self.high), short_number(self.low));
        let mut labels = vec![(theme::SMALL - 2.0, high), (height, low)];
        if self.low == -self.high {
            labels.push((height / 2.0 + 4.0, "0".to_string()));
        }
        labels
    }

    /// Draws it with its corner at (x, y), in pixels.
    pub fn draw(&self, canvas: &mut Canvas, (x, mut y): (f64, f64), mut height: f64) -> Result<()> {
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
        canvas.outline((x, y), (BAR, height), theme::AXIS, 0.6);
        for (down, label) in self.labels(height) {
            let at = (x + BAR + 5.0, y + down);
            canvas.small(&label, Anchor::Start, at);
        }
        Ok(())
    }
}
