//! A function of two numbers as a relief, with paths and arrows over it.

use candle_core::{Result, bail};

use super::axis::Axis;
use super::chart::{Chart, Layer};
use super::contour::Grid;
use super::figure::{Content, Figure};
use super::line::{BREAK, End, Line};
use super::points::extremes;
use super::regions::raster;
use super::side::Bar;
use super::theme;
use crate::notebook::check_stop;

const SIDE: usize = 61;
const LEVELS: usize = 12;

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
    for (w0, w1) in Grid::places(SIDE, &x, &y) {
        check_stop()?;
        let value = loss(w0, w1)?;
        if !value.is_finite() {
            bail!("loss_surface: the loss is {value} at w0 = {w0:.3}, w1 = {w1:.3}");
        }
        values.push(value);
    }
    let (low, high) = extremes(&values);
    let log = low >= 0.0 && high > 30.0 * low && high > 0.0;
    let least = low.max(high * 1e-3);
    let along = |v: f64| match log {
        true => (v.max(least) / least).ln() / (high / least).ln(),
        false => (v - low) / (high - low).max(f64::MIN_POSITIVE),
    };
    let levels = LEVELS as f64;
    let grid = Grid {
        side: SIDE,
        values: values.iter().map(|v| along(*v)).collect(),
    };
    let lines = (1..LEVELS).flat_map(|i| grid.contour(i as f64 / levels, &x, &y));
    let contours = Line::new("contour", "", lines.collect());
    let colour = |t: &f64| theme::relief((t * levels).floor().min(levels - 1.0) / (levels - 1.0));
    let field = raster(SIDE, grid.values.iter().map(colour).collect());
    let layers = vec![
        Layer::Field(field),
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
    chart.bar = Some(Bar {
        low,
        high,
        map: theme::relief,
        label: label.to_string(),
    });
    Ok(chart.figure())
}

impl Figure {
    /// Draws a path through `points`, a dot at each, a larger one at the last; `label` is what the
    /// legend says. What leaves the frame is cut off, what is not finite leaves a gap.
    pub fn trajectory(self, points: &[(f64, f64)], label: &str) -> Figure {
        self.change(|content| {
            let line = Line::new("trajectory", label, points.to_vec());
            let end = End::Dots;
            add("trajectory", content, Line { end, ..line })
        })
    }

    /// Draws arrows, each from a point (x, y) by (dx, dy); `label` is what the legend says.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let bowl = |w0: f64, w1: f64| Ok(w0 * w0 + w1 * w1);
    /// let (at, downhill) = ([(1.0, 1.0), (-1.0, 0.5)], [(-0.4, -0.4), (0.4, -0.2)]);
    /// let surface = plot::loss_surface(bowl, (-2.0, 2.0), (-2.0, 2.0))?;
    /// let figure = surface.arrows(&at, &downhill, "−lr ∇L");
    /// # assert!(figure.svg()?.contains("−lr ∇L"));
    /// # Ok::<(), helpers::Error>(())
    /// ```
    pub fn arrows(self, from: &[(f64, f64)], by: &[(f64, f64)], label: &str) -> Figure {
        self.change(|content| {
            let (n, m) = (from.len(), by.len());
            if n != m {
                bail!("arrows {label}: {n} points need as many steps, got {m}");
            }
            let pairs = from.iter().zip(by);
            let arrow = |(&(x, y), (dx, dy)): (&_, &(f64, f64))| [(x, y), (x + dx, y + dy), BREAK];
            let line = Line::new("arrows", label, pairs.flat_map(arrow).collect());
            let end = End::Arrow;
            add("arrows", content, Line { end, ..line })
        })
    }
}

fn add(setting: &str, content: &mut Content, line: Line) -> Result<()> {
    let Content::Chart(chart) = content else {
        bail!("{setting}: this figure has no axes");
    };
    if !line.points.iter().any(|(x, y)| (x + y).is_finite()) {
        bail!("{setting} {}: there is no finite point", line.name);
    }
    let drawn = chart.lines().filter(|line| line.end != End::Plain).count();
    // Vermilion first: it stands out on grey and on blue.
    let colour = theme::CLASSES[(drawn + 1) % theme::CLASSES.len()];
    chart.add(Line { colour, ..line });
    Ok(())
}
