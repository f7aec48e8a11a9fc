//! How several runs of the same thing spread.

use candle_core::{Result, bail};

use super::curves::{chart_of, curve};
use super::line::{End, Line};
use crate::figure::Figure;
use crate::theme;
use crate::values::min_max;

/// A setting, and the values that several runs reached with it.
type Runs = (f64, Vec<f64>);

/// Named series of points (x, values), such as a setting and the scores of its seeds: a band from the
/// lowest to the highest value, and a line through the means.
///
/// ```
/// use helpers::prelude::*;
/// let seeds = vec![(4.0, vec![0.5, 0.7, 0.6]), (8.0, vec![0.3, 0.35, 0.31])];
/// let figure = plot::spread(&[("three seeds", seeds)])?.x_label("units").y_label("loss");
/// # assert!(figure.svg()?.contains("three seeds"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No series, more than ten, a series without a point, a point without a value, a value that is not
/// finite.
pub fn spread(named: &[(&str, Vec<Runs>)]) -> Result<Figure> {
    let most = theme::CLASSES.len();
    if named.is_empty() || named.len() > most {
        bail!("spread: expected 1 to {most} series, got {}", named.len());
    }
    let (mut bands, mut means) = (Vec::new(), Vec::new());
    for (i, (name, points)) in named.iter().enumerate() {
        let (mut low, mut mean, mut high) = (Vec::new(), Vec::new(), Vec::new());
        for (x, values) in points {
            if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
                bail!("spread: {name} needs finite values at {x}, got {values:?}");
            }
            let (lowest, highest) = min_max(values);
            low.push((*x, lowest));
            mean.push((*x, values.iter().sum::<f64>() / values.len() as f64));
            high.push((*x, highest));
        }
        high.reverse();
        let outline = [low, high].concat();
        bands.push(Line {
            class: "band",
            end: End::Filled,
            ..curve(i, name, outline)
        });
        means.push(curve(i, "", mean));
    }
    bands.extend(means);
    let mut chart = chart_of("spread", bands)?;
    (chart.x_label, chart.y_label) = ("x".to_string(), "y".to_string());
    Ok(Figure::new(chart))
}
