//! Which classes a classifier confuses.

use candle_core::{Result, Tensor, bail};

use super::annotated_matrix::Matrix;
use crate::figure::Figure;
use crate::scores::class_names;
use crate::svg::{Anchor, Canvas, font};
use crate::theme;
use crate::values::finite_values;

/// The confusion matrix (C, C) of `metrics::confusion_matrix`: a row for each true class, a column
/// for each prediction, a count in each cell; the darker, the larger the share of its row. `names` are
/// the classes' names, `&[]` for numbers.
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
    let values = finite_values(WHAT, counts)?;
    if let Some(count) = values.iter().find(|count| **count < 0.0) {
        bail!("{WHAT}: a count is below 0, {count}");
    }
    let named = class_names(names, classes);
    let widths = named.iter().map(|name| font::width(name, theme::SMALL));
    let widest = widths.fold(0.0, f64::max).min(110.0);
    let cell = (420.0 / classes as f64)
        .clamp(30.0, 80.0)
        .max(widest.min(64.0) + 6.0);
    let (left, top, side) = (theme::MARGIN + 24.0 + widest, 46.0, cell * classes as f64);
    let width = (left + side + theme::MARGIN).max(280.0);
    let mut canvas = Canvas::blank(width, top + side + theme::MARGIN);
    let middle = (left + side / 2.0, 14.0);
    canvas.text(
        "prediction",
        theme::TEXT,
        theme::INK,
        Anchor::Middle,
        middle,
    );
    let middle = (theme::MARGIN + 10.0, top + side / 2.0);
    canvas.upright("true class", theme::TEXT, middle);
    for (class, name) in named.iter().enumerate() {
        let middle = (class as f64 + 0.5) * cell;
        for (room, anchor, at) in [
            (widest, Anchor::End, (left - 7.0, top + middle + 4.0)),
            (cell - 4.0, Anchor::Middle, (left + middle, top - 8.0)),
        ] {
            let name = font::shorten(name, theme::SMALL, room + 0.1);
            canvas.small(&name, anchor, at);
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
    canvas.matrix((left, top), cell, "", &written, |row, column| {
        let total = rows[row].iter().sum::<f64>().max(1.0);
        theme::amount(0.9 * rows[row][column] / total)
    });
    canvas.outline((left, top), (side, side), theme::AXIS, 1.0);
    Ok(Figure::new(canvas))
}
