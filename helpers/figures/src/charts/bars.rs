//! Amounts side by side.

use candle_core::{Result, bail};

use super::axis::Axis;
use super::chart::{Chart, Layer};
use super::curves::curve;
use super::line::{End, Line};
use crate::figure::Figure;
use crate::number_format::short_number;

/// Amounts with their names, as bars from 0, the first at the top.
///
/// ```
/// use helpers::prelude::*;
/// let figure = plot::bars(&[("CNN", 27_830.0), ("MLP", 39_760.0)])?.x_label("parameters");
/// # assert!(figure.svg()?.contains("27830"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No amount, more than 40, one that is not finite.
pub fn bars(named: &[(&str, f64)]) -> Result<Figure> {
    let n = named.len();
    if n == 0 || n > 40 {
        bail!("bars: expected 1 to 40 amounts, got {n}");
    }
    if let Some((name, value)) = named.iter().find(|(_, value)| !value.is_finite()) {
        bail!("bars: the amount of {name} is not finite, {value}");
    }
    let mut values: Vec<f64> = named.iter().map(|(_, value)| *value).collect();
    values.push(0.0);
    let mut x = Axis::around("bars", &values, 0.12)?;
    if x.low < 0.0 && values.iter().all(|v| *v >= 0.0) {
        x.low = 0.0;
    }
    let mut y = Axis::new(-0.6, n as f64 - 0.4);
    y.names = named
        .iter()
        .rev()
        .map(|(name, _)| name.to_string())
        .collect();
    let mut layers = Vec::new();
    for (i, (_, value)) in named.iter().rev().enumerate() {
        let (low, high) = (i as f64 - 0.32, i as f64 + 0.32);
        let outline = vec![
            (0.0, low),
            (*value, low),
            (*value, high),
            (0.0, high),
            (0.0, low),
        ];
        layers.push(Layer::Line(Line {
            end: End::Filled,
            ..curve(0, "", outline)
        }));
        layers.push(Layer::Text(
            (value.max(0.0), i as f64),
            short_number(*value),
        ));
    }
    let figure = Figure::new(Chart::new((x, "value"), (y, ""), layers));
    Ok(figure.size(580, 110 + 30 * n.max(2) as u32))
}
