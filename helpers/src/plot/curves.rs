//! Values over steps, epochs or anything else: losses, learning curves, named series.

use candle_core::{Result, bail};

use super::axis::Axis;
use super::chart::{Chart, Layer};
use super::figure::{Content, Figure};
use super::line::{Line, look};
use super::points::extremes;
use super::theme;

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
    losses("loss_curve", vec![curve(0, "", steps(values))])
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
    let curves = named.map(|(i, (name, values))| curve(i, name, steps(values)));
    losses("loss_curves", curves.collect())
}

/// Learning curves of one or more runs, each (name, training values, validation values): a colour
/// for each run, a full line for training, a dashed one for validation. The first epoch is 1.
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
/// As [`loss_curves`].
pub fn learning_curves(runs: &[(&str, Vec<f64>, Vec<f64>)]) -> Result<Figure> {
    let mut curves = Vec::new();
    for (i, (name, train, validation)) in runs.iter().enumerate() {
        let of = if name.is_empty() {
            String::new()
        } else {
            format!("{name}, ")
        };
        for (part, values, dash) in [("train", train, ""), ("validation", validation, "60 45")] {
            let line = curve(i, &format!("{of}{part}"), steps(values));
            curves.push(Line { dash, ..line });
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
    Ok(chart.figure())
}

/// Line number `index` of several.
pub(super) fn curve(index: usize, name: &str, points: Vec<(f64, f64)>) -> Line {
    let (colour, dash) = look(index);
    Line {
        colour,
        dash,
        ..Line::new("curve", name, points)
    }
}

fn steps(values: &[f64]) -> Vec<(f64, f64)> {
    (1..).map(f64::from).zip(values.iter().copied()).collect()
}

fn losses(what: &str, curves: Vec<Line>) -> Result<Figure> {
    let mut chart = chart_of(what, curves)?;
    chart.x.whole = true;
    chart.y = chart.loss_axis(what)?;
    Ok(chart.figure())
}

/// A chart of these lines on axes that show them all.
pub(super) fn chart_of(what: &str, curves: Vec<Line>) -> Result<Chart> {
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
    chart.y = Axis::around(what, &chart.values(|p| p.1), 0.05)?;
    Ok(chart)
}

impl Figure {
    /// Makes the vertical axis of curves logarithmic; values that are not above 0 leave a gap.
    pub fn log_y(self) -> Figure {
        self.change(|content| {
            let chart = curves_only("log_y", content)?;
            chart.y = log_axis("log_y", &chart.values(|p| p.1), 0.05)?;
            Ok(())
        })
    }

    /// Makes the horizontal axis of curves logarithmic; all its values must be above 0.
    pub fn log_x(self) -> Figure {
        self.change(|content| {
            let chart = curves_only("log_x", content)?;
            let values = chart.values(|p| p.0);
            if let Some(value) = values.iter().find(|v| **v <= 0.0) {
                bail!("log_x: every x must be above 0, got {value}");
            }
            chart.x = log_axis("log_x", &values, 0.02)?;
            Ok(())
        })
    }
}

fn curves_only<'a>(setting: &str, content: &'a mut Content) -> Result<&'a mut Chart> {
    match content {
        Content::Chart(chart) if chart.lines().any(|line| line.class == "curve") => Ok(chart),
        _ => bail!("{setting}: only curves can have a logarithmic axis"),
    }
}

fn log_axis(what: &str, values: &[f64], padding: f64) -> Result<Axis> {
    let above: Vec<f64> = values.iter().copied().filter(|v| *v > 0.0).collect();
    if above.is_empty() {
        bail!("{what}: no value is above 0");
    }
    Axis::log_around(what, &above, padding)
}

impl Chart {
    /// One coordinate of all points that can be shown.
    fn values(&self, of: fn(&(f64, f64)) -> f64) -> Vec<f64> {
        let points = self.lines().flat_map(|line| &line.points);
        points
            .filter(|(x, y)| x.is_finite() && y.is_finite())
            .map(of)
            .collect()
    }

    /// An axis for losses: one that comes near 0 is seen against 0.
    fn loss_axis(&self, what: &str) -> Result<Axis> {
        let mut values = self.values(|p| p.1);
        let (low, high) = extremes(&values);
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
}
