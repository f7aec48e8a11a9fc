//! Values over steps or epochs: the loss as training goes.

use candle_core::{Result, bail};

use super::axis::Axis;
use super::canvas::{UNIT, path};
use super::chart::{Chart, Frame, Key, Layer, stroke};
use super::figure::{Content, Figure};
use super::theme;

/// One value per step, the first at step 1.
#[derive(Clone)]
pub(super) struct Curve {
    pub name: String,
    values: Vec<f64>,
    index: usize,
}

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
    curves("loss_curve", &[("", values)])
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
    let named: Vec<(&str, &[f64])> = named.iter().map(|(name, v)| (*name, &v[..])).collect();
    curves("loss_curves", &named)
}

fn curves(what: &str, named: &[(&str, &[f64])]) -> Result<Figure> {
    if named.is_empty() || named.len() > theme::CLASSES.len() {
        bail!(
            "{what}: expected 1 to {} curves, got {}",
            theme::CLASSES.len(),
            named.len()
        );
    }
    for (name, values) in named {
        let of = if name.is_empty() {
            String::new()
        } else {
            format!(" of {name}")
        };
        if values.is_empty() {
            bail!("{what}: there is no value{of}");
        }
        if !values.iter().any(|v| v.is_finite()) {
            bail!("{what}: no value{of} is finite, the first is {}", values[0]);
        }
    }
    let longest = named
        .iter()
        .map(|(_, values)| values.len())
        .max()
        .unwrap_or(1);
    let curve = |(index, (name, values)): (usize, &(&str, &[f64]))| {
        let (name, values) = (name.to_string(), values.to_vec());
        Layer::Curve(Curve {
            name,
            values,
            index,
        })
    };
    let x = Axis {
        whole: true,
        ..Axis::around(what, &[1.0, longest as f64], 0.02)?
    };
    let mut chart = Chart {
        y: x.clone(),
        x,
        x_label: "step".to_string(),
        y_label: "loss".to_string(),
        layers: named.iter().enumerate().map(curve).collect(),
    };
    chart.y = chart.loss_axis(what, false)?;
    Ok(Figure::new(Content::Chart(chart)))
}

impl Figure {
    /// Draws the loss on a logarithmic axis; values that are not above 0 leave a gap.
    pub fn log_y(self) -> Figure {
        self.change(|content| match content {
            Content::Chart(chart) if !chart.has_points() => {
                chart.y = chart.loss_axis("log_y", true)?;
                Ok(())
            }
            _ => bail!("log_y: only curves can have a logarithmic axis"),
        })
    }
}

impl Chart {
    /// An axis for what the curves can show.
    fn loss_axis(&self, what: &str, log: bool) -> Result<Axis> {
        let curves = self.layers.iter().filter_map(|layer| match layer {
            Layer::Curve(curve) => Some(curve.values.iter().copied()),
            _ => None,
        });
        let mut values: Vec<f64> = curves.flatten().filter(|v| shown(*v, log)).collect();
        if values.is_empty() {
            bail!("{what}: no value is above 0");
        }
        if log {
            return Axis::log_around(what, &values, 0.05);
        }
        // A loss that comes near 0 is seen against 0.
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
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

fn shown(value: f64, log: bool) -> bool {
    value.is_finite() && (!log || value > 0.0)
}

impl Curve {
    /// Where values are missing.
    pub fn note(&self, step: &str, log: bool) -> Option<String> {
        let missing: Vec<usize> = (1..)
            .zip(&self.values)
            .filter(|(_, v)| !shown(**v, log))
            .map(|(i, _)| i)
            .collect();
        let (first, last) = (*missing.first()?, *missing.last()?);
        let kind = if log {
            "not above 0 or not finite"
        } else {
            "not finite"
        };
        let where_ = match missing.len() {
            1 => format!("at {step} {first}"),
            n if n == self.values.len() + 1 - first => format!("from {step} {first}"),
            n => format!("{n} times from {step} {first} to {last}"),
        };
        let name = if self.name.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.name)
        };
        Some(format!("{name}{kind} {where_}"))
    }

    pub fn legend(&self) -> (Key, String) {
        (Key::Stroke(self.colour(), self.dash()), self.name.clone())
    }

    pub fn svg(&self, frame: &Frame) -> String {
        let (mut lines, mut dots) = (String::new(), String::new());
        for piece in self.pieces(frame) {
            lines.push_str(&path(&piece));
            // Between two gaps there is no line, but there is a value.
            if let [(x, y)] = piece[..] {
                let radius = 1.6 * theme::LINE * UNIT;
                dots.push_str(&format!(r#"<circle cx="{x}" cy="{y}" r="{radius:.0}"/>"#));
            }
        }
        let colour = theme::hex(self.colour());
        let line = stroke(&lines, "curve", self.colour(), self.dash());
        format!(r#"{line}<g fill="{colour}">{dots}</g>"#)
    }

    fn colour(&self) -> theme::Rgb {
        theme::CLASSES[self.index]
    }

    fn dash(&self) -> &'static str {
        ["", "60 45", "1 40", "90 40 1 40"][self.index % 4]
    }

    /// Runs of values without gap, in tenths of a pixel. Of the values that fall on the same
    /// pixel, the lowest and the highest are kept.
    fn pieces(&self, frame: &Frame) -> Vec<Vec<(i64, i64)>> {
        let mut pieces: Vec<Vec<(i64, i64)>> = Vec::new();
        let mut column: Vec<(i64, i64)> = Vec::new();
        let mut open = false;
        for (step, &value) in (1..).zip(&self.values) {
            let at = frame.at((step as f64, value));
            let visible = shown(value, frame.log_y());
            if let Some(&(x, _)) = column.first()
                && (!visible || x / 10 != at.0 / 10)
            {
                flush(&mut column, &mut pieces);
            }
            if !visible {
                open = false;
                continue;
            }
            if !open {
                pieces.push(Vec::new());
                open = true;
            }
            column.push(at);
        }
        flush(&mut column, &mut pieces);
        pieces
    }
}

/// Moves the extremes of a column of pixels to the last piece.
fn flush(column: &mut Vec<(i64, i64)>, pieces: &mut [Vec<(i64, i64)>]) {
    let low = (0..column.len()).min_by_key(|&i| column[i].1);
    let high = (0..column.len()).max_by_key(|&i| column[i].1);
    if let (Some(low), Some(high), Some(piece)) = (low, high, pieces.last_mut()) {
        piece.push(column[low.min(high)]);
        if low != high {
            piece.push(column[low.max(high)]);
        }
    }
    column.clear();
}
