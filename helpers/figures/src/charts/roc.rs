//! What a decision threshold trades off: ROC curves.

use candle_core::Result;

use super::axis::Axis;
use super::curves::{chart_of, curve};
use super::line::{End, Line};
use crate::figure::Figure;
use crate::theme;

/// A ROC curve.
pub struct RocCurve<'a> {
    /// Its name in the legend, or nothing.
    pub name: &'a str,
    /// False and true positive rate, from (0, 0) to (1, 1).
    pub points: Vec<(f64, f64)>,
    /// The area under it.
    pub area: f64,
    /// The rate at which both errors are equal.
    pub equal_error_rate: f64,
}

/// ROC curves with the area under each (AUC) and the equal error rate (EER), a dot on the curve.
///
/// # Errors
/// No curve, more than ten.
pub fn roc(all: &[RocCurve<'_>]) -> Result<Figure> {
    let mut curves = Vec::new();
    for (i, roc) in all.iter().enumerate() {
        let (name, auc, error) = (roc.name, roc.area, roc.equal_error_rate);
        let gap = if name.is_empty() { "" } else { ": " };
        let name = format!("{name}{gap}AUC {auc:.3}, EER {:.1} %", 100.0 * error);
        curves.push(curve(i, &name, roc.points.clone()));
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
    Ok(Figure::new(chart).size(640, 400))
}
