//! How values are distributed.

use candle_core::{Result, Tensor, bail};

use super::axis::Axis;
use super::bins::outline;
use super::chart::{Chart, Layer};
use super::curves::{chart_of, curve};
use super::line::{End, Line};
use crate::figure::Figure;
use crate::number_format::short_number;
use crate::subplots::grid;
use crate::theme;
use crate::values::finite_values;

/// Histograms of named tensors over one another in one frame, in 40 bins that they share: the
/// share of each tensor's values, in percent.
///
/// ```
/// use helpers::prelude::*;
/// let genuine = random::normal(1.0, 0.3, 200, &Device::Cpu)?;
/// let forged = random::normal(2.0, 0.5, 200, &Device::Cpu)?;
/// let figure = plot::histogram(&[("genuine", genuine), ("forged", forged)])?.x_label("distance");
/// # assert!(figure.svg()?.contains("forged"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No tensor, more than ten, a tensor that is empty or holds a value that is not finite.
pub fn histogram(named: &[(&str, Tensor)]) -> Result<Figure> {
    let named = read("histogram", named)?;
    Ok(Figure::new(chart(&named, &axis(&named)?)?))
}

/// Histograms of named tensors (the layers' activations, weights or gradients), a chart each, over
/// the same range of values. They are grey: they show no classes.
///
/// ```
/// use helpers::prelude::*;
/// let layers = [("fc1", 1.0), ("fc2", 0.1)];
/// let draw = |(name, std)| Ok((name, random::normal(0.0, std, 500, &Device::Cpu)?));
/// let layers = layers.into_iter().map(draw).collect::<Result<Vec<_>>>()?;
/// let figure = plot::histograms(&layers)?.title("Activations");
/// # assert!(figure.svg()?.contains("fc2"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`histogram`], but up to 40 tensors.
pub fn histograms(named: &[(&str, Tensor)]) -> Result<Figure> {
    let named = read("histograms", named)?;
    let shared = axis(&named)?;
    let columns = named.len().min(if named.len() > 8 { 5 } else { 4 });
    let mut figures = Vec::new();
    for (i, (name, values)) in named.iter().enumerate() {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let std = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        let subtitle = format!("mean {}, std {}", short_number(mean), short_number(std));
        let mut chart = chart(&[(String::new(), values.clone())], &shared)?;
        for layer in &mut chart.layers {
            if let Layer::Line(line) = layer {
                line.colour = theme::SOFT_INK;
            }
        }
        // What is the same for all stands at the left and below the last row only.
        let is_first = i % columns == 0;
        chart.y_label = if is_first { "share (%)" } else { "" }.to_string();
        if i + columns < named.len() {
            chart.x_label.clear();
        }
        let width = if is_first { 228 } else { 204 };
        let figure = Figure::new(chart).title(name).subtitle(&subtitle);
        figures.push(figure.size(width, 210));
    }
    grid(&figures, columns)
}

fn read(what: &str, named: &[(&str, Tensor)]) -> Result<Vec<(String, Vec<f64>)>> {
    let most = if what == "histogram" { 10 } else { 40 };
    if named.is_empty() || named.len() > most {
        bail!("{what}: expected 1 to {most} tensors, got {}", named.len());
    }
    let one = |(name, tensor): &(&str, Tensor)| {
        Ok((
            name.to_string(),
            finite_values(&format!("{what}: {name}"), tensor)?,
        ))
    };
    named.iter().map(one).collect()
}

fn axis(named: &[(String, Vec<f64>)]) -> Result<Axis> {
    let all: Vec<f64> = named
        .iter()
        .flat_map(|(_, values)| values.iter().copied())
        .collect();
    Axis::around("histogram", &all, 0.02)
}

fn chart(named: &[(String, Vec<f64>)], x: &Axis) -> Result<Chart> {
    let step = |(i, (name, values)): (usize, &(String, Vec<f64>))| Line {
        end: End::Filled,
        counted: values.clone(),
        ..curve(i, name, outline(values, x))
    };
    let mut chart = chart_of("histogram", named.iter().enumerate().map(step).collect())?;
    (chart.x, chart.y.low) = (x.clone(), 0.0);
    (chart.x_label, chart.y_label) = ("value".to_string(), "share of values (%)".to_string());
    Ok(chart)
}
