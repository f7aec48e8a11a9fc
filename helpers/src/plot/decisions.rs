//! How good a classifier's decisions are: confusions, worst mistakes, trade-offs.

use candle_core::{DType, Result, Tensor, bail};

use super::axis::Axis;
use super::canvas::{Anchor, Canvas};
use super::cells::Matrix;
use super::curves::{chart_of, curve};
use super::figure::Figure;
use super::line::{End, Line};
use super::pictures::Pictures;
use super::points::finite;
use super::regions::{highest, scores as as_scores};
use super::{font, theme};
use crate::metrics::Roc;

/// The confusion matrix (C, C) of [`metrics::confusion_matrix`](crate::metrics::confusion_matrix):
/// a row for each true class, a column for each decision, a count in each cell; the darker, the
/// larger the share of its row. `names` are the classes' names, `&[]` for numbers.
///
/// ```
/// use helpers::prelude::*;
/// let counts = Tensor::new(&[[48u32, 2], [5, 45]], &Device::Cpu)?;
/// let figure = plot::confusion_matrix(&counts, &["cat", "dog"])?;
/// # assert!(figure.svg()?.contains("48"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Another shape, more than 25 classes, names that do not fit, counts below 0 or not finite.
pub fn confusion_matrix(counts: &Tensor, names: &[&str]) -> Result<Figure> {
    const WHAT: &str = "confusion_matrix";
    let classes = match *counts.dims() {
        [rows, columns] if rows == columns && (1..=25).contains(&rows) => rows,
        ref dims => bail!("{WHAT}: expected counts (C, C), C from 1 to 25, got {dims:?}"),
    };
    if !names.is_empty() && names.len() != classes {
        bail!(
            "{WHAT}: {classes} classes need as many names, got {}",
            names.len()
        );
    }
    let values = finite(WHAT, counts)?;
    if let Some(count) = values.iter().find(|count| **count < 0.0) {
        bail!("{WHAT}: a count is below 0, {count}");
    }
    let named = labels(names, classes);
    let widths = named.iter().map(|name| font::width(name, theme::SMALL));
    let widest = widths.fold(0.0, f64::max).min(110.0);
    let cell = (420.0 / classes as f64)
        .clamp(30.0, 80.0)
        .max(widest.min(64.0) + 6.0);
    let (left, top, side) = (theme::MARGIN + 24.0 + widest, 46.0, cell * classes as f64);
    let width = (left + side + theme::MARGIN).max(280.0);
    let mut sketch = Canvas::blank(width, top + side + theme::MARGIN);
    let middle = (left + side / 2.0, 14.0);
    sketch.text("decision", theme::TEXT, theme::INK, Anchor::Middle, middle);
    let middle = (theme::MARGIN + 10.0, top + side / 2.0);
    sketch.upright("true class", theme::TEXT, middle);
    for (class, name) in named.iter().enumerate() {
        let middle = (class as f64 + 0.5) * cell;
        for (room, anchor, at) in [
            (widest, Anchor::End, (left - 7.0, top + middle + 4.0)),
            (cell - 4.0, Anchor::Middle, (left + middle, top - 8.0)),
        ] {
            let name = font::shorten(name, theme::SMALL, room + 0.1);
            sketch.small(&name, anchor, at);
        }
    }
    let rows: Vec<&[f64]> = values.chunks(classes).collect();
    // Many zeros would hide the rest.
    let shown = |count: &f64| {
        if *count == 0.0 && classes > 5 {
            f64::NAN
        } else {
            *count
        }
    };
    let written: Matrix = rows
        .iter()
        .map(|row| row.iter().map(shown).collect())
        .collect();
    sketch.matrix((left, top), cell, "", &written, |row, column| {
        let total = rows[row].iter().sum::<f64>().max(1.0);
        theme::amount(0.9 * rows[row][column] / total)
    });
    sketch.outline((left, top), (side, side), theme::AXIS, 1.0);
    Ok(sketch.figure())
}

/// The classes' names, numbers where none are given.
fn labels(names: &[&str], classes: usize) -> Vec<String> {
    let name = |class: usize| {
        names
            .get(class)
            .map_or(class.to_string(), |name| name.to_string())
    };
    (0..classes).map(name).collect()
}

/// ROC curves of [`metrics::roc`](crate::metrics::roc): the share of class 1 that is found, against
/// the share of class 0 that is taken for it; a dot where both errors are equal. The legend gives
/// the area under each curve (AUC) and the equal error rate (EER).
///
/// ```
/// use helpers::prelude::*;
/// let scores = Tensor::new(&[0.1f32, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let figure = plot::roc(&[("siamese", metrics::roc(&scores, &targets)?)])?;
/// # assert!(figure.svg()?.contains("AUC 0.75"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No curve, more than ten.
pub fn roc(named: &[(&str, Roc)]) -> Result<Figure> {
    let mut curves = Vec::new();
    for (i, (name, roc)) in named.iter().enumerate() {
        let (auc, error) = (roc.auc(), roc.equal_error_rate());
        let gap = if name.is_empty() { "" } else { ": " };
        let name = format!("{name}{gap}AUC {auc:.3}, EER {:.1} %", 100.0 * error);
        let points = roc.false_positive_rate.iter().copied();
        let points = points.zip(roc.true_positive_rate.iter().copied()).collect();
        curves.push(curve(i, &name, points));
        let equal = curve(i, "", vec![(error, 1.0 - error)]);
        curves.push(Line {
            end: End::Dots,
            ..equal
        });
    }
    let mut chart = chart_of("roc", curves)?;
    (chart.x, chart.y) = (Axis::new(0.0, 1.0), Axis::new(0.0, 1.0));
    let guess = Line::new("guess", "guessing", vec![(0.0, 0.0), (1.0, 1.0)]);
    chart.add(Line {
        colour: theme::AXIS,
        dash: "40 40",
        ..guess
    });
    (chart.x_label, chart.y_label) = (
        "false positive rate".to_string(),
        "true positive rate".to_string(),
    );
    Ok(chart.figure().size(640, 400))
}

/// The `count` worst mistakes among images (N, H, W), (N, 1, H, W) or (N, 3, H, W): the wrong
/// decisions in which the model was surest, with the true class and what was decided instead.
/// `scores` (N, C) are probabilities, or logits, which go through a softmax; `names` are the
/// classes' names, `&[]` for numbers.
///
/// ```
/// use helpers::prelude::*;
/// let images = random::uniform(0.0, 1.0, (3, 1, 8, 8), &Device::Cpu)?;
/// let probs = Tensor::new(&[[0.9f32, 0.1], [0.3, 0.7], [0.2, 0.8]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 0, 0], &Device::Cpu)?;
/// let figure = plot::worst_mistakes(&images, &probs, &targets, &[], 16)?;
/// # assert!(figure.svg()?.contains("said 1, 80 %"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, a score that is not finite, no mistake at all.
pub fn worst_mistakes(
    images: &Tensor,
    scores: &Tensor,
    targets: &Tensor,
    names: &[&str],
    count: usize,
) -> Result<Figure> {
    const WHAT: &str = "worst_mistakes";
    let (n, classes) = match *scores.dims() {
        [n, classes] => (n, classes),
        ref dims => bail!("{WHAT}: expected scores (N, C), got {dims:?}"),
    };
    crate::loss::check_class_targets(WHAT, scores, targets)?;
    if images.dims().first() != Some(&n) {
        bail!(
            "{WHAT}: {n} rows of scores need as many images, got {:?}",
            images.dims()
        );
    }
    if !names.is_empty() && names.len() != classes {
        bail!(
            "{WHAT}: {classes} classes need as many names, got {}",
            names.len()
        );
    }
    let rows = as_scores(classes, &finite(WHAT, scores)?);
    let mut wrong = Vec::new();
    for (i, (scores, target)) in rows.iter().zip(finite(WHAT, targets)?).enumerate() {
        let decided = highest(scores);
        if decided != target as usize {
            let sum: f64 = scores.iter().map(|s| (s - scores[decided]).exp()).sum();
            wrong.push((1.0 / sum, i, target as usize, decided));
        }
    }
    if wrong.is_empty() || count == 0 {
        bail!(
            "{WHAT}: nothing to show, {} mistakes of {n} decisions, {count} wanted",
            wrong.len()
        );
    }
    let mistakes = wrong.len();
    wrong.sort_by(|a, b| b.0.total_cmp(&a.0));
    wrong.truncate(count);
    let name = labels(names, classes);
    let places: Vec<u32> = wrong.iter().map(|(_, i, ..)| *i as u32).collect();
    let places = Tensor::new(places, images.device())?;
    let mut pictures = Pictures::new(
        WHAT,
        &images.to_dtype(DType::F32)?.index_select(&places, 0)?,
    )?;
    let caption = |&(sure, _, target, decided): &(f64, usize, usize, usize)| {
        format!(
            "true {}\nsaid {}, {:.0} %",
            name[target],
            name[decided],
            100.0 * sure
        )
    };
    pictures.scale = false;
    pictures.captions = wrong.iter().map(caption).collect();
    pictures.note = format!("{mistakes} mistakes of {n} decisions, the surest first");
    Ok(pictures.figure())
}
