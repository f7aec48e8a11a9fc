//! How values are distributed, and amounts side by side.

use candle_core::{Result, Tensor, bail};

use super::axis::{Axis, short_number};
use super::chart::{Chart, Layer};
use super::curves::{chart_of, curve};
use super::figure::Figure;
use super::line::{End, Line};
use super::panels;
use super::points::finite;

const BINS: usize = 40;

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
    Ok(chart(&named, &axis(&named)?)?.figure())
}

/// Histograms of named tensors (the layers' activations, weights or gradients), a panel each, over
/// the same range of values.
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
    let panel = |one: &(String, Vec<f64>)| {
        let (name, values) = one;
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let std = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        let said = format!("mean {}, std {}", short_number(mean), short_number(std));
        let quiet = (String::new(), values.clone());
        let figure = chart(&[quiet], &shared)?
            .figure()
            .title(name)
            .subtitle(&said);
        Ok(figure.y_label("share (%)").size(230, 210))
    };
    let panels = named.iter().map(panel).collect::<Result<Vec<_>>>()?;
    panels::grid(
        &panels,
        panels.len().min(if panels.len() > 8 { 5 } else { 4 }),
    )
}

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
    let figure = Chart::new((x, "value"), (y, ""), layers).figure();
    Ok(figure.size(580, 110 + 30 * n.max(2) as u32))
}

fn read(what: &str, named: &[(&str, Tensor)]) -> Result<Vec<(String, Vec<f64>)>> {
    let most = if what == "histogram" { 10 } else { 40 };
    if named.is_empty() || named.len() > most {
        bail!("{what}: expected 1 to {most} tensors, got {}", named.len());
    }
    let one = |(name, tensor): &(&str, Tensor)| {
        Ok((
            name.to_string(),
            finite(&format!("{what}: {name}"), tensor)?,
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
    let width = (x.high - x.low) / BINS as f64;
    let step = |(i, (name, values)): (usize, &(String, Vec<f64>))| {
        let mut counts = vec![0.0; BINS];
        for value in values {
            counts[((value - x.low) / width).clamp(0.0, BINS as f64 - 1.0) as usize] += 1.0;
        }
        let corners = counts.iter().enumerate().flat_map(|(bin, count)| {
            let (left, share) = (
                x.low + bin as f64 * width,
                100.0 * count / values.len() as f64,
            );
            [(left, share), (left + width, share)]
        });
        let outline = [(x.low, 0.0)]
            .into_iter()
            .chain(corners)
            .chain([(x.high, 0.0)]);
        Line {
            end: End::Filled,
            ..curve(i, name, outline.collect())
        }
    };
    let mut chart = chart_of("histogram", named.iter().enumerate().map(step).collect())?;
    (chart.x, chart.y.low) = (x.clone(), 0.0);
    (chart.x_label, chart.y_label) = ("value".to_string(), "share of values (%)".to_string());
    Ok(chart)
}
