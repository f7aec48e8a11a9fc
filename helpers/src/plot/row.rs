//! Several figures beside one another.

use candle_core::{Result, bail};

use super::canvas::{Canvas, UNIT};
use super::figure::{Content, Figure};

/// Figures from left to right.
#[derive(Clone)]
pub(super) struct Row {
    figures: Vec<Figure>,
}

/// One figure made of several, from left to right; it can have a title of its own.
///
/// ```
/// use helpers::prelude::*;
/// let before = plot::loss_curve(&[0.7, 0.6])?.title("lr 0.01").size(320, 260);
/// let after = plot::loss_curve(&[0.7, 0.3])?.title("lr 0.1").size(320, 260);
/// let figure = plot::side_by_side(&[before, after])?;
/// # assert!(figure.svg()?.contains("lr 0.1"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No figure.
pub fn side_by_side(figures: &[Figure]) -> Result<Figure> {
    if figures.is_empty() {
        bail!("side_by_side: there is no figure");
    }
    Ok(Figure::new(Content::Row(Row {
        figures: figures.to_vec(),
    })))
}

impl Row {
    /// Width and height of what stands below the title, in pixels.
    pub fn size(&self) -> (f64, f64) {
        let sizes = self.figures.iter().map(Figure::dimensions);
        let (width, height) = sizes.fold((0, 0), |(w, h), (w1, h1)| (w + w1, h.max(h1)));
        (f64::from(width), f64::from(height))
    }

    /// The same with coarser pictures, if there are any.
    pub fn coarser(&self, block: usize) -> Option<Row> {
        let coarse = |figure: &Figure| figure.coarser(block);
        let some = self.figures.iter().any(|figure| coarse(figure).is_some());
        let figures = self
            .figures
            .iter()
            .map(|f| coarse(f).unwrap_or_else(|| f.clone()));
        some.then(|| Row {
            figures: figures.collect(),
        })
    }

    pub fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()> {
        let (width, height) = self.size();
        let scale = (canvas.width / width).min((canvas.height - top) / height);
        let mut left = 0.0;
        for figure in &self.figures {
            let drawn = figure.draw()?;
            let shift = (left * UNIT, top * UNIT);
            left += drawn.width * scale;
            canvas.push(format!(
                r#"<g transform="translate({:.0} {:.0}) scale({scale:.4})">"#,
                shift.0, shift.1
            ));
            canvas.push(drawn.body());
            canvas.push("</g>");
        }
        Ok(())
    }
}
