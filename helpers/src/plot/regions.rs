//! What a model of two inputs decides, everywhere in the plane, and what its neurons see.

use candle_core::{Result, Tensor, bail};

use super::axis::{Axis, short_number};
use super::chart::{Chart, Layer};
use super::contour::Grid;
use super::figure::Figure;
use super::line::Line;
use super::points::{Points, extremes, numbers};
use super::raster::Raster;
use super::{panels, theme};
use crate::nn::Model;

/// Grid points along each axis, of the whole figure and of a small panel.
const SIDE: usize = 121;
const PANEL_SIDE: usize = 61;

/// The class that `model` gives to every place around the points, the lines between the classes,
/// and the points (N, 2) with their targets (N), u32, on top.
///
/// The model maps (M, 2) to (M, C), C at least 2: probabilities (rows of numbers in 0..1 that sum
/// to 1) are taken as they are, anything else goes through a softmax. One output, (M, 1) or (M), is
/// the probability of class 1 where all are in 0..1, else its logit. The surer the model, the
/// stronger the colour. It is evaluated once, on a grid, with `train = false`.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = nn::linear(2, 2, &params.at("fc"))?;
/// let points = Tensor::new(&[[0f32, 0.], [1., 1.]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// let figure = plot::decision_regions(&model, &points, &targets)?.title("Before training");
/// # assert!(figure.svg()?.contains("Before training"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`scatter`](super::scatter); a model whose output is not (M, C) or not finite.
pub fn decision_regions(model: &dyn Model, points: &Tensor, targets: &Tensor) -> Result<Figure> {
    const WHAT: &str = "decision_regions";
    let mut drawn = Points::new(WHAT, points, targets)?;
    let (x, y) = drawn.axes(WHAT)?;
    let run = |input: &Tensor| model.forward(input, false);
    let (columns, values) = evaluate(WHAT, run, points, SIDE, &x, &y)?;
    let scores = scores(columns, &values);
    let classes = scores[0].len();
    if classes > theme::CLASSES.len() {
        let most = theme::CLASSES.len();
        bail!("{WHAT}: {most} classes can be told apart in a figure, the model has {classes}");
    }
    if let Some(&target) = drawn.named.last().filter(|&&target| target >= classes) {
        bail!(
            "{WHAT}: there is a target {target}, but the model has {classes} outputs, 0 to {}",
            classes - 1
        );
    }
    drawn.named.extend(scores.iter().map(|s| highest(s)));
    let lead = |class: usize| {
        let values = scores.iter().map(|s| lead(s, class)).collect();
        Grid { side: SIDE, values }.contour(0.0, &x, &y)
    };
    // Between two classes one line is enough; else a class's whole border is its own.
    let lines = if classes == 2 {
        lead(0)
    } else {
        (0..classes).flat_map(lead).collect()
    };
    let layers = vec![
        Layer::Field(raster(SIDE, scores.iter().map(|s| shade(s)).collect())),
        Layer::Line(Line::new("contour", "", lines)),
        Layer::Points(drawn),
    ];
    Ok(Chart::new((x, "x0"), (y, "x1"), layers).figure())
}

/// What each neuron of a hidden layer answers everywhere around the points: a small panel for
/// each, blue where it is negative, orange where it is positive, and the line where it switches.
///
/// `hidden` maps (M, 2) to the layer's outputs (M, H), H at most 32.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let fc1 = nn::linear(2, 4, &params.at("fc1"))?;
/// let points = Tensor::new(&[[0f32, 0.], [1., 1.]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// let figure = plot::neurons(|x| fc1.forward(x, false)?.tanh(), &points, &targets)?;
/// # assert!(figure.svg()?.contains("neuron 3"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`decision_regions`].
pub fn neurons(
    hidden: impl Fn(&Tensor) -> Result<Tensor>,
    points: &Tensor,
    targets: &Tensor,
) -> Result<Figure> {
    const WHAT: &str = "neurons";
    let mut drawn = Points::new(WHAT, points, targets)?;
    drawn.quiet = true;
    let (x, y) = drawn.axes(WHAT)?;
    let (count, values) = evaluate(WHAT, hidden, points, PANEL_SIDE, &x, &y)?;
    if count > 32 {
        bail!("{WHAT}: at most 32 neurons fit a figure, the layer has {count}");
    }
    let most = values
        .iter()
        .fold(0f64, |most, v| most.max(v.abs()))
        .max(1e-12);
    let panel = |neuron: usize| {
        let values: Vec<f64> = values.iter().skip(neuron).step_by(count).copied().collect();
        let (low, high) = extremes(&values);
        // In steps: few colours make a small file. Pale: the points must be seen on it.
        let step = |v: &f64| theme::diverging((16.0 * (v / most + 1.0)).round() / 32.0);
        let step = |v: &f64| theme::mix(theme::BACKGROUND, step(v), 0.55);
        let field = raster(PANEL_SIDE, values.iter().map(step).collect());
        let level = match low {
            low if low < 0.0 => 0.0,
            low if low > 0.0 && high <= 1.0 => 0.5, // a sigmoid
            _ => 0.05 * high,                       // a ReLU, flat where it is off
        };
        let grid = Grid {
            side: PANEL_SIDE,
            values,
        };
        let layers = vec![
            Layer::Field(field),
            Layer::Line(Line::new("contour", "", grid.contour(level, &x, &y))),
            Layer::Points(drawn.clone()),
        ];
        let range = format!("{} to {}", short_number(low), short_number(high));
        let chart = Chart::new((x.clone(), "x0"), (y.clone(), "x1"), layers).figure();
        chart
            .title(&format!("neuron {neuron}"))
            .subtitle(&range)
            .size(215, 245)
    };
    let panels: Vec<Figure> = (0..count).map(panel).collect();
    panels::grid(&panels, count.min(4))
}

/// What `run` gives on a grid over the axes, row by row from the bottom; how many columns it has.
fn evaluate(
    what: &str,
    run: impl Fn(&Tensor) -> Result<Tensor>,
    like: &Tensor,
    side: usize,
    x: &Axis,
    y: &Axis,
) -> Result<(usize, Vec<f64>)> {
    let (m, places) = (side * side, Grid::places(side, x, y));
    let inputs: Vec<f32> = places
        .iter()
        .flat_map(|(x, y)| [*x as f32, *y as f32])
        .collect();
    let input = Tensor::from_vec(inputs, (m, 2), like.device())?;
    let output = run(&input.to_dtype(like.dtype())?)?;
    let columns = match *output.dims() {
        [n] if n == m => 1,
        [n, columns] if n == m && columns > 0 => columns,
        ref dims => bail!("{what}: for input ({m}, 2) the model must give ({m}, C), got {dims:?}"),
    };
    let values = numbers(&output)?;
    if let Some(i) = values.iter().position(|v| !v.is_finite()) {
        let (x, y) = places[i / columns];
        bail!(
            "{what}: the model gives {} at x0 = {x:.3}, x1 = {y:.3}",
            values[i]
        );
    }
    Ok((columns, values))
}

/// A score per class for each place: logarithms of probabilities, up to a constant; they are
/// straight for a linear model, so that lines can be interpolated.
pub(super) fn scores(columns: usize, values: &[f64]) -> Vec<Vec<f64>> {
    let unit = values.iter().all(|v| (0.0..=1.0 + 1e-4).contains(v));
    let log = |v: &f64| v.max(1e-7).ln();
    let rows = values.chunks(columns);
    if columns == 1 {
        let two = |v: &f64| {
            if unit {
                vec![log(&(1.0 - v)), log(v)]
            } else {
                vec![0.0, *v]
            }
        };
        return values.iter().map(two).collect();
    }
    let sums_to_one = |row: &[f64]| (row.iter().sum::<f64>() - 1.0).abs() < 1e-3;
    match unit && rows.clone().all(sums_to_one) {
        true => rows.map(|row| row.iter().map(log).collect()).collect(),
        false => rows.map(|row| row.to_vec()).collect(),
    }
}

/// Colours of a grid, row by row from the bottom, as pixels.
pub(super) fn raster(side: usize, colours: Vec<theme::Rgb>) -> Raster {
    let pixels = colours.chunks(side).rev().flatten().copied().collect();
    Raster {
        width: side,
        height: side,
        pixels,
    }
}

/// The index of the highest score, the first of equals.
pub(super) fn highest(scores: &[f64]) -> usize {
    let better = |best: usize, i: usize| if scores[i] > scores[best] { i } else { best };
    (1..scores.len()).fold(0, better)
}

/// By how much `class` is ahead of the best other class.
fn lead(scores: &[f64], class: usize) -> f64 {
    let others = scores.iter().enumerate().filter(|(i, _)| *i != class);
    scores[class] - others.map(|(_, s)| *s).fold(f64::NEG_INFINITY, f64::max)
}

/// The colour of the winning class, the stronger the surer.
fn shade(scores: &[f64]) -> theme::Rgb {
    let winner = highest(scores);
    let sum: f64 = scores.iter().map(|s| (s - scores[winner]).exp()).sum();
    let even = 1.0 / scores.len() as f64;
    let sure = (1.0 / sum - even) / (1.0 - even);
    // In steps: few colours make a small file.
    let strength = 0.10 + 0.38 * (sure * 16.0).round() / 16.0;
    theme::mix(theme::BACKGROUND, theme::CLASSES[winner], strength)
}
