//! A loss of two weights, shaded by its height.

use candle_core::{Result, bail};

use super::axis::Axis;
use super::chart::{Chart, Layer};
use super::line::Line;
use super::scalar_field::{ScalarField, raster};
use crate::colour_bar::ColourBar;
use crate::figure::Figure;
use crate::theme;
use crate::values::min_max;
use candle_functional::stop::check_stop;

const SIDE: usize = 61;
const LEVELS: usize = 12;
/// Shaded pixels along each axis: finer than the grid, so that shades and contours meet.
const PIXELS: usize = 240;

/// The loss for every pair of weights (w0, w1) in two ranges: the darker, the higher, with a
/// contour line at each twelfth. A range of more than 30 to 1 is shaded by its logarithm.
///
/// ```
/// use helpers::prelude::*;
/// let bowl = |w0: f64, w1: f64| Ok(w0 * w0 + 3.0 * w1 * w1);
/// let path = [(1.8, 0.9), (0.9, -0.2), (0.3, 0.1), (0.0, 0.0)];
/// let figure = plot::loss_surface(bowl, (-2.0, 2.0), (-1.0, 1.0))?.trajectory(&path, "lr 0.2");
/// # assert!(figure.svg()?.contains("lr 0.2"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A range that is not from low to high, a loss that is not finite.
pub fn loss_surface(
    loss: impl Fn(f64, f64) -> Result<f64>,
    w0: (f64, f64),
    w1: (f64, f64),
) -> Result<Figure> {
    for (low, high) in [w0, w1] {
        if !(low < high && (high - low).is_finite()) {
            bail!("loss_surface: a range goes from low to high, got {low} to {high}");
        }
    }
    let (x, y) = (Axis::new(w0.0, w0.1), Axis::new(w1.0, w1.1));
    let mut values = Vec::new();
    for (w0, w1) in ScalarField::places(SIDE, &x, &y) {
        check_stop()?;
        let value = loss(w0, w1)?;
        if !value.is_finite() {
            bail!("loss_surface: the loss is {value} at w0 = {w0:.3}, w1 = {w1:.3}");
        }
        values.push(value);
    }
    let (low, high) = min_max(&values);
    let log = low >= 0.0 && high > 30.0 * low && high > 0.0;
    let least = low.max(high * 1e-3);
    let along = |v: f64| match log {
        true => (v.max(least) / least).ln() / (high / least).ln(),
        false => (v - low) / (high - low).max(f64::MIN_POSITIVE),
    };
    let levels = LEVELS as f64;
    let field = ScalarField {
        side: SIDE,
        values: values.iter().map(|v| along(*v)).collect(),
    };
    let lines = (1..LEVELS).flat_map(|i| field.contour(i as f64 / levels, &x, &y));
    let contours = Line::new("contour", "", lines.collect());
    let colour = |t: &f64| theme::relief((t * levels).floor().min(levels - 1.0) / (levels - 1.0));
    let shades = raster(PIXELS, field.resampled(PIXELS).iter().map(colour).collect());
    let layers = vec![
        Layer::Image(shades),
        Layer::Line(Line {
            colour: theme::CONTOUR,
            ..contours
        }),
    ];
    let mut chart = Chart::new((x, "w0"), (y, "w1"), layers);
    let (low, label) = if log {
        (least, "loss, log scale")
    } else {
        (low, "loss")
    };
    chart.colour_bar = Some(ColourBar {
        low,
        high,
        map: theme::relief,
        label: label.to_string(),
    });
    Ok(Figure::new(chart))
}
