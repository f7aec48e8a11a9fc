//! What a model of two inputs decides, everywhere in the plane.

use candle_core::{Result, Tensor, bail};

use super::axis::Axis;
use super::chart::{Chart, Layer};
use super::contour::{decision_lines, highest};
use super::figure::{Content, Figure};
use super::points::{Points, numbers};
use super::raster::Raster;
use super::theme;
use crate::nn::Model;

/// Grid points along each axis.
const GRID: usize = 121;

/// The class that `model` gives to every place around the points, the lines between the classes,
/// and the points (N, 2) with their targets (N), u32, on top.
///
/// The model maps (M, 2) to (M, C), C at least 2: probabilities (rows of numbers in 0..1 that sum
/// to 1) are taken as they are, anything else goes through a softmax. The surer the model, the
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
    let (xs, ys) = (grid(&x), grid(&y));
    let scores = evaluate(model, points, &xs, &ys)?;
    let classes = scores[0][0].len();
    if let Some(&target) = drawn.named.last().filter(|&&target| target >= classes) {
        bail!(
            "{WHAT}: there is a target {target}, but the model has {classes} outputs, 0 to {}",
            classes - 1
        );
    }
    // The top row of the picture is the last of the grid.
    let pixels: Vec<theme::Rgb> = scores.iter().rev().flatten().map(|s| shade(s)).collect();
    drawn
        .named
        .extend(scores.iter().flatten().map(|s| highest(s)));
    let raster = Raster {
        width: GRID,
        height: GRID,
        pixels,
    };
    let lines = decision_lines(&scores, &xs, &ys);
    let chart = Chart {
        x,
        y,
        x_label: "x0".to_string(),
        y_label: "x1".to_string(),
        layers: vec![
            Layer::Field(raster),
            Layer::Contour(lines),
            Layer::Points(drawn),
        ],
    };
    Ok(Figure::new(Content::Chart(chart)))
}

fn grid(axis: &Axis) -> Vec<f64> {
    let step = (axis.high - axis.low) / (GRID - 1) as f64;
    (0..GRID).map(|i| axis.low + i as f64 * step).collect()
}

/// Scores (logarithms of probabilities, up to a constant) by row, column and class.
fn evaluate(
    model: &dyn Model,
    like: &Tensor,
    xs: &[f64],
    ys: &[f64],
) -> Result<Vec<Vec<Vec<f64>>>> {
    let places = ys
        .iter()
        .flat_map(|y| xs.iter().flat_map(move |x| [*x, *y]));
    let places: Vec<f32> = places.map(|v| v as f32).collect();
    let input = Tensor::from_vec(places, (xs.len() * ys.len(), 2), like.device())?;
    let output = model.forward(&input.to_dtype(like.dtype())?, false)?;
    let m = xs.len() * ys.len();
    let classes = match output.dims() {
        [n, classes] if *n == m && *classes >= 2 => *classes,
        dims => bail!(
            "decision_regions: for input ({m}, 2) the model must give ({m}, C) with C at least 2, got {dims:?}"
        ),
    };
    if classes > theme::CLASSES.len() {
        bail!(
            "decision_regions: {} classes can be told apart in a figure, the model has {classes}",
            theme::CLASSES.len()
        );
    }
    let values = numbers(&output)?;
    if let Some(i) = values.iter().position(|v| !v.is_finite()) {
        let (x, y) = (xs[i / classes % xs.len()], ys[i / classes / xs.len()]);
        bail!(
            "decision_regions: the model gives {} at x0 = {x:.3}, x1 = {y:.3}",
            values[i]
        );
    }
    let in_range = values.iter().all(|v| (0.0..=1.0 + 1e-4).contains(v));
    let probabilities = in_range
        && values
            .chunks(classes)
            .all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-3);
    // Lines are interpolated between logarithms, which are straight for a linear model.
    let score = |v: &f64| if probabilities { v.max(1e-7).ln() } else { *v };
    let rows = values.chunks(classes * xs.len());
    Ok(rows
        .map(|row| {
            row.chunks(classes)
                .map(|s| s.iter().map(score).collect())
                .collect()
        })
        .collect())
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
