//! Lines over a chart: the boundary of a linear model, paths, arrows.

use candle_core::{Result, bail};

use super::chart::{Chart, Layer};
use super::line::{BREAK, End, Line};
use super::marching_squares::zero_line;
use crate::theme;

/// Adds the line `w[0] x0 + w[1] x1 + b = 0`; the lines of a chart go from light to dark.
pub(crate) fn add_boundary(chart: &mut Chart, w: [f64; 2], b: f64, label: &str) -> Result<()> {
    if !w.iter().chain([&b]).all(|v| v.is_finite()) {
        bail!("boundary {label}: w {w:?} and b {b} must be finite");
    }
    if w == [0.0, 0.0] {
        bail!("boundary {label}: with w = [0, 0] there is no line");
    }
    let (x, y) = (&chart.x, &chart.y);
    let corners = [
        (x.low, y.low),
        (x.high, y.low),
        (x.high, y.high),
        (x.low, y.high),
    ];
    let values = corners.map(|(x, y)| w[0] * x + w[1] * y + b);
    let ends = zero_line(values, corners).concat();
    let name = if ends.is_empty() {
        format!("{label} (outside)")
    } else {
        label.into()
    };
    chart.add(Line::new("boundary", &name, ends));
    let all = chart.layers.iter_mut().filter_map(|layer| match layer {
        Layer::Line(line) if line.class == "boundary" => Some(line),
        _ => None,
    });
    let all: Vec<&mut Line> = all.collect();
    let last = (all.len() - 1).max(1) as f64;
    for (i, line) in all.into_iter().rev().enumerate() {
        line.colour = theme::sequence(1.0 - i as f64 / last);
    }
    Ok(())
}

/// Adds a path through `points`, a dot at each, a larger one at the last.
pub(crate) fn add_trajectory(chart: &mut Chart, points: &[(f64, f64)], label: &str) -> Result<()> {
    let line = Line::new("trajectory", label, points.to_vec());
    let end = End::Dots;
    add("trajectory", chart, Line { end, ..line })
}

/// Adds arrows, each from a point (x, y) by (dx, dy).
pub(crate) fn add_arrows(
    chart: &mut Chart,
    from: &[(f64, f64)],
    by: &[(f64, f64)],
    label: &str,
) -> Result<()> {
    let (n, m) = (from.len(), by.len());
    if n != m {
        bail!("arrows {label}: {n} points need as many steps, got {m}");
    }
    let pairs = from.iter().zip(by);
    let arrow = |(&(x, y), (dx, dy)): (&_, &(f64, f64))| [(x, y), (x + dx, y + dy), BREAK];
    let line = Line::new("arrows", label, pairs.flat_map(arrow).collect());
    let end = End::Arrow;
    add("arrows", chart, Line { end, ..line })
}

fn add(setting: &str, chart: &mut Chart, line: Line) -> Result<()> {
    if !line.points.iter().any(|(x, y)| (x + y).is_finite()) {
        bail!("{setting} {}: there is no finite point", line.name);
    }
    let drawn = chart.lines().filter(|line| line.end != End::Plain).count();
    // Vermilion first: it stands out on grey and on blue.
    let colour = theme::CLASSES[(drawn + 1) % theme::CLASSES.len()];
    chart.add(Line { colour, ..line });
    Ok(())
}
