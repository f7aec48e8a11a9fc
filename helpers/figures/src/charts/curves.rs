//! Values over steps, epochs or anything else: losses, learning curves, named series.

use candle_core::{Result, bail};

use super::axis::Axis;
use super::chart::{Chart, Layer};
use super::line::{Line, series_style};
use crate::figure::Figure;
use crate::theme;
use crate::values::min_max;

/// The loss at each step; the first value stands at step 1.
///
/// Values that are not finite leave a gap, and the figure says where they are.
///
/// ```
/// use helpers::prelude::*;
/// let figure = plot::loss_curve(&[0.7, 0.5, 0.4, 0.35])?.title("Training").x_label("epoch");
/// # assert!(figure.svg()?.contains("epoch"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No finite value.
pub fn loss_curve(values: &[f64]) -> Result<Figure> {
    losses("loss_curve", vec![curve(0, "", by_step(values))])
}

/// Several losses over the same steps, each with its name.
///
/// ```
/// use helpers::prelude::*;
/// let (train, validation) = (vec![0.7, 0.5, 0.3], vec![0.8, 0.6, 0.5]);
/// let figure = plot::loss_curves(&[("train", train), ("validation", validation)])?.log_y();
/// # assert!(figure.svg()?.contains("validation"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No curve, more than ten, a curve without a finite value.
pub fn loss_curves(named: &[(&str, Vec<f64>)]) -> Result<Figure> {
    let named = named.iter().enumerate();
    let curves = named.map(|(i, (name, values))| curve(i, name, by_step(values)));
    losses("loss_curves", curves.collect())
}

/// Learning curves of one or more runs, each (name, training values, validation values): a full line
/// for training, a dashed one for validation. The first epoch is 1.
///
/// One run has the colours that training (green) and validation (pink) have in every figure; of
/// several, each has a colour of its own. A run without validation values has one line.
///
/// ```
/// use helpers::prelude::*;
/// let small = ("16 neurons", vec![0.7, 0.5, 0.4], vec![0.7, 0.6, 0.5]);
/// let large = ("256 neurons", vec![0.6, 0.3, 0.1], vec![0.7, 0.6, 0.8]);
/// let figure = plot::learning_curves(&[small, large])?.y_label("loss");
/// # assert!(figure.svg()?.contains("16 neurons, validation"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`loss_curves`], but the validation values may be missing.
pub fn learning_curves(runs: &[(&str, Vec<f64>, Vec<f64>)]) -> Result<Figure> {
    let mut curves = Vec::new();
    for (i, (name, train, validation)) in runs.iter().enumerate() {
        let of = if name.is_empty() {
            String::new()
        } else {
            format!("{name}, ")
        };
        let parts = [
            ("train", train, "", theme::TRAINING),
            ("validation", validation, "60 45", theme::VALIDATION),
        ];
        for (part, values, dash, alone) in parts {
            if part == "validation" && values.is_empty() {
                continue;
            }
            let line = curve(i, &format!("{of}{part}"), by_step(values));
            let colour = if runs.len() == 1 { alone } else { line.colour };
            curves.push(Line {
                colour,
                dash,
                ..line
            });
        }
    }
    Ok(losses("learning_curves", curves)?.x_label("epoch"))
}

/// Named series of points (x, y), each joined by a line in its order.
///
/// ```
/// use helpers::prelude::*;
/// let square: Vec<(f64, f64)> = (0..=20).map(f64::from).map(|x| (x, x * x)).collect();
/// let figure = plot::lines(&[("x²", square)])?.x_label("x").y_label("y");
/// # assert!(figure.svg()?.contains("x²"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No series, more than ten, a series without a finite value.
pub fn lines(named: &[(&str, Vec<(f64, f64)>)]) -> Result<Figure> {
    let named = named.iter().enumerate();
    let curves = named
        .map(|(i, (name, points))| curve(i, name, points.clone()))
        .collect();
    let mut chart = chart_of("lines", curves)?;
    (chart.x_label, chart.y_label) = ("x".to_string(), "y".to_string());
    Ok(Figure::new(chart))
}

/// Line number `index` of several.
pub(crate) fn curve(index: usize, name: &str, points: Vec<(f64, f64)>) -> Line {
    let (colour, dash) = series_style(index);
    Line {
        colour,
        dash,
        ..Line::new("curve", name, points)
    }
}

fn by_step(values: &[f64]) -> Vec<(f64, f64)> {
    (1..).map(f64::from).zip(values.iter().copied()).collect()
}

fn losses(what: &str, curves: Vec<Line>) -> Result<Figure> {
    let mut chart = chart_of(what, curves)?;
    chart.x.whole = true;
    chart.y = loss_axis(what, &chart)?;
    Ok(Figure::new(chart))
}

/// A chart of these lines on axes that show them all.
pub(crate) fn chart_of(what: &str, curves: Vec<Line>) -> Result<Chart> {
    let most = theme::CLASSES.len();
    if curves.is_empty() || curves.len() > 2 * most {
        bail!("{what}: expected 1 to {most} curves, got {}", curves.len());
    }
    for Line { name, points, .. } in &curves {
        let of = if name.is_empty() {
            String::new()
        } else {
            format!(" of {name}")
        };
        let Some(first) = points.first() else {
            bail!("{what}: there is no value{of}");
        };
        if !points.iter().any(|(x, y)| (x + y).is_finite()) {
            bail!("{what}: no value{of} is finite, the first is {}", first.1);
        }
    }
    let layers = curves.into_iter().map(Layer::Line).collect();
    let mut chart = Chart::new((Axis::default(), "step"), (Axis::default(), "loss"), layers);
    let all = chart.lines().flat_map(|line| &line.points).map(|p| p.0);
    let all: Vec<f64> = all.filter(|x| x.is_finite()).collect();
    chart.x = Axis::around(what, &all, 0.02)?;
    chart.y = Axis::around(what, &finite(&chart, |p| p.1), 0.05)?;
    Ok(chart)
}

/// Why a figure refuses a logarithmic axis.
pub(crate) const ONLY_CURVES: &str = "only curves can have a logarithmic axis";

/// Makes the vertical axis logarithmic.
pub(crate) fn set_log_y(chart: &mut Chart) -> Result<()> {
    only_curves("log_y", chart)?;
    let above: Vec<f64> = finite(chart, |p| p.1)
        .into_iter()
        .filter(|v| *v > 0.0)
        .collect();
    if above.is_empty() {
        bail!("log_y: no value is above 0");
    }
    chart.y = Axis::log_around("log_y", &above, 0.05)?;
    Ok(())
}

/// Makes the horizontal axis logarithmic.
pub(crate) fn set_log_x(chart: &mut Chart) -> Result<()> {
    only_curves("log_x", chart)?;
    let values = finite(chart, |p| p.0);
    if let Some(value) = values.iter().find(|v| **v <= 0.0) {
        bail!("log_x: every x must be above 0, got {value}");
    }
    chart.x = Axis::log_around("log_x", &values, 0.02)?;
    Ok(())
}

fn only_curves(setting: &str, chart: &Chart) -> Result<()> {
    if !chart.lines().any(|line| line.class == "curve") {
        bail!("{setting}: {ONLY_CURVES}");
    }
    Ok(())
}

/// One coordinate of all points that can be shown.
fn finite(chart: &Chart, of: fn(&(f64, f64)) -> f64) -> Vec<f64> {
    let points = chart.lines().flat_map(|line| &line.points);
    points
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .map(of)
        .collect()
}

/// An axis for losses: one that comes near 0 is seen against 0.
fn loss_axis(what: &str, chart: &Chart) -> Result<Axis> {
    let mut values = finite(chart, |p| p.1);
    let (low, high) = min_max(&values);
    let from_zero = low >= 0.0 && (low < 0.5 * high || low == high);
    if from_zero {
        values.push(0.0);
    }
    let mut axis = Axis::around(what, &values, 0.05)?;
    if from_zero {
        axis.low = 0.0;
    }
    Ok(axis)
}
