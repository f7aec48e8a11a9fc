//! Several figures in one.

use std::sync::Arc;

use candle_core::{Result, bail};

use crate::figure::{Content, Figure};
use crate::svg::Canvas;

/// Figures in rows, each column and row as wide and high as its largest figure.
#[derive(Clone)]
pub(crate) struct Subplots {
    figures: Vec<Figure>,
    columns: usize,
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
    grid(figures, figures.len())
}

/// One figure made of several, in rows of `columns`; one column puts them below one another.
///
/// # Errors
/// No figure, no column.
pub fn grid(figures: &[Figure], columns: usize) -> Result<Figure> {
    if figures.is_empty() || columns == 0 {
        let n = figures.len();
        bail!("grid: expected at least one figure and one column, got {n} and {columns}");
    }
    let figures = figures.to_vec();
    Ok(Figure::new(Subplots { figures, columns }))
}

impl Subplots {
    /// The widths of the columns and the heights of the rows, in pixels.
    fn sizes(&self) -> (Vec<f64>, Vec<f64>) {
        let columns = self.columns.min(self.figures.len());
        let mut widths = vec![0f64; columns];
        let mut heights = vec![0f64; self.figures.len().div_ceil(columns)];
        for (i, figure) in self.figures.iter().enumerate() {
            let (width, height) = figure.dimensions();
            let (column, row) = (i % columns, i / columns);
            widths[column] = widths[column].max(f64::from(width));
            heights[row] = heights[row].max(f64::from(height));
        }
        (widths, heights)
    }
}

impl Content for Subplots {
    fn size(&self) -> Option<(f64, f64)> {
        let (widths, heights) = self.sizes();
        Some((widths.iter().sum(), heights.iter().sum()))
    }

    fn coarser(&self, block: usize) -> Option<Arc<dyn Content>> {
        let coarse: Vec<_> = self
            .figures
            .iter()
            .map(|figure| figure.coarser(block))
            .collect();
        let some = coarse.iter().any(Option::is_some);
        let pairs = coarse.into_iter().zip(&self.figures);
        let figures = pairs.map(|(coarse, figure)| coarse.unwrap_or_else(|| figure.clone()));
        let (figures, columns) = (figures.collect(), self.columns);
        some.then(|| Arc::new(Subplots { figures, columns }) as Arc<dyn Content>)
    }

    fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()> {
        let (widths, heights) = self.sizes();
        let (width, height): (f64, f64) = (widths.iter().sum(), heights.iter().sum());
        let scale = (canvas.width / width).min((canvas.height - top) / height);
        let before = |sizes: &[f64], i: usize| scale * sizes[..i].iter().sum::<f64>();
        for (i, figure) in self.figures.iter().enumerate() {
            let (column, row) = (i % widths.len(), i / widths.len());
            let corner = (before(&widths, column), top + before(&heights, row));
            canvas.place(&figure.draw()?, corner, scale);
        }
        Ok(())
    }
}
