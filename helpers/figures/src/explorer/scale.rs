//! Numbers as colours, by the conventions of all figures.

use crate::matrices::annotated_matrix::Matrix;
use crate::theme::{self, ColourMap, Rgb};
use crate::values::min_max;

/// Colours from a lowest to a highest number.
pub(crate) struct Scale {
    low: f64,
    high: f64,
    map: ColourMap,
}

impl Scale {
    /// Pictures: black at the lowest number, white at the highest.
    pub fn grey(matrix: &Matrix) -> Scale {
        let (low, high) = min_max(&matrix.concat());
        let map = theme::grey;
        Scale { low, high, map }
    }

    /// Weights and products: blue below 0, orange above, no number further from 0 than `most`.
    pub fn around_0(most: f64) -> Scale {
        let map = theme::diverging;
        Scale {
            low: -most,
            high: most,
            map,
        }
    }

    /// A feature map: grey from 0 up, or around 0 where a number is negative.
    pub fn of_map(matrix: &Matrix) -> Scale {
        let (low, high) = min_max(&matrix.concat());
        if low < 0.0 || high == 0.0 {
            return Scale::around_0(furthest_from_0(matrix));
        }
        let (low, map) = (0.0, theme::grey as ColourMap);
        Scale { low, high, map }
    }

    /// In 65 steps, as all pictures have.
    pub fn colour(&self, value: f64) -> Rgb {
        let place = match self.high > self.low {
            true => (value - self.low) / (self.high - self.low),
            false => 0.5,
        };
        (self.map)((64.0 * place).round() / 64.0)
    }
}

/// The largest absolute value.
pub(crate) fn furthest_from_0(matrix: &Matrix) -> f64 {
    let (low, high) = min_max(&matrix.concat());
    low.abs().max(high.abs())
}
