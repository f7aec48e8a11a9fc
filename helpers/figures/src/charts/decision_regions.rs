//! What a model of two inputs decides, everywhere in the plane.

use candle_core::{Result, Tensor, bail};

use super::chart::{Chart, Layer};
use super::line::Line;
use super::points::Points;
use super::scalar_field::{ScalarField, evaluate_on_grid, raster};
use crate::figure::Figure;
use crate::scores::{argmax, log_scores};
use crate::theme;

/// Grid points along each axis.
const SIDE: usize = 121;

/// The class that a model gives to every place around the points: `scores` maps (M, 2) to (M, C).
///
/// # Errors
/// As [`scatter`](crate::scatter); scores that are not (M, C) or not finite.
pub fn decision_regions(
    scores: impl Fn(&Tensor) -> Result<Tensor>,
    points: &Tensor,
    targets: &Tensor,
) -> Result<Figure> {
    const WHAT: &str = "decision_regions";
    let mut drawn = Points::new(WHAT, points, targets)?;
    let (x, y) = drawn.axes(WHAT)?;
    let (columns, values) = evaluate_on_grid(WHAT, scores, points, SIDE, &x, &y)?;
    let scores = log_scores(columns, &values);
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
    drawn.named.extend(scores.iter().map(|s| argmax(s)));
    let lead = |class: usize| {
        let values = scores.iter().map(|s| lead(s, class)).collect();
        ScalarField { side: SIDE, values }.contour(0.0, &x, &y)
    };
    // Between two classes one line is enough; else a class's whole border is its own.
    let lines = if classes == 2 {
        lead(0)
    } else {
        (0..classes).flat_map(lead).collect()
    };
    let layers = vec![
        Layer::Image(raster(SIDE, scores.iter().map(|s| shade(s)).collect())),
        Layer::Line(Line::new("contour", "", lines)),
        Layer::Points(drawn),
    ];
    Ok(Figure::new(Chart::new((x, "x0"), (y, "x1"), layers)))
}

/// By how much `class` is ahead of the best other class.
fn lead(scores: &[f64], class: usize) -> f64 {
    let others = scores.iter().enumerate().filter(|(i, _)| *i != class);
    scores[class] - others.map(|(_, s)| *s).fold(f64::NEG_INFINITY, f64::max)
}

/// The colour of the winning class, the stronger the surer.
fn shade(scores: &[f64]) -> theme::Rgb {
    let winner = argmax(scores);
    let sum: f64 = scores.iter().map(|s| (s - scores[winner]).exp()).sum();
    let uniform = 1.0 / scores.len() as f64;
    let sure = (1.0 / sum - uniform) / (1.0 - uniform);
    // In steps: few colours make a small file.
    let strength = 0.10 + 0.38 * (sure * 16.0).round() / 16.0;
    theme::mix(theme::BACKGROUND, theme::CLASSES[winner], strength)
}
