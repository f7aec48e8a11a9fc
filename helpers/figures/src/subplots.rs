//! Several figures in one.

use std::sync::Arc;

use candle_core::{Result, bail};

use crate::figure::{Content, Figure};
use crate::legend::Legend;
use crate::svg::Canvas;
use crate::theme;

/// Figures in rows, each column and row as wide and high as its largest figure.
#[derive(Clone)]
pub(crate) struct Subplots {
    figures: Vec<Figure>,
    columns: usize,
    /// What all of them have beside them; it stands once, at the right of all.
    legend: Legend,
    /// The width of that, in pixels.
    beside: f64,
}

/// One figure made of several, from left to right; it can have a title of its own. A legend or a
/// colour bar that is the same in all of them is drawn once.
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

/// One figure made of several, in rows of `columns`; one column puts them below one another. A
/// legend or a colour bar that is the same in all of them is drawn once, at the right.
///
/// ```
/// use helpers::prelude::*;
/// let run = |first: f64| ("", vec![first, 0.5, 0.4], vec![first, 0.6, 0.5]);
/// let small = plot::learning_curves(&[run(0.7)])?.title("small").size(320, 260);
/// let large = plot::learning_curves(&[run(0.9)])?.title("large").size(320, 260);
/// let figure = plot::grid(&[small, large], 2)?;
/// # assert_eq!(figure.svg()?.matches("\"validation\"").count(), 1);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No figure, no column.
pub fn grid(figures: &[Figure], columns: usize) -> Result<Figure> {
    if figures.is_empty() || columns == 0 {
        let n = figures.len();
        bail!("grid: expected at least one figure and one column, got {n} and {columns}");
    }
    Ok(Figure::new(Subplots::new(figures, columns)))
}

impl Subplots {
    fn new(figures: &[Figure], columns: usize) -> Subplots {
        let across = columns.min(figures.len()) as f64;
        let legends: Option<Vec<Legend>> = figures.iter().map(Figure::beside).collect();
        let several = legends.filter(|legends| legends.len() > 1);
        let legend = Legend::common(&several.unwrap_or_default());
        // Each column gives its part of the room: the whole stays as wide as it was.
        let width = across * f64::from(figures[0].dimensions().0);
        let narrower = (legend.width(0.35 * width) / across).ceil();
        let bare = |figure: &Figure| figure.without(&legend, narrower as u32);
        let figures = match narrower > 0.0 {
            true => figures.iter().map(bare).collect(),
            false => figures.to_vec(),
        };
        Subplots {
            figures,
            columns,
            legend,
            beside: narrower * across,
        }
    }

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
        let width: f64 = widths.iter().sum();
        Some((width + self.beside, heights.iter().sum()))
    }

    fn ranges(&self) -> Vec<(f64, f64)> {
        // A bar that stands once for all is drawn already.
        match self.legend.colour_bar {
            Some(_) => Vec::new(),
            None => self.figures.iter().flat_map(Figure::ranges).collect(),
        }
    }

    fn with_ranges(&self, ranges: &[(f64, f64)]) -> Option<Arc<dyn Content>> {
        let mut left = ranges;
        let mut figures = Vec::new();
        for figure in &self.figures {
            let (own, others) = left.split_at_checked(figure.ranges().len())?;
            figures.push(figure.with_ranges(own));
            left = others;
        }
        Some(Arc::new(Subplots {
            figures,
            ..self.clone()
        }))
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
        let figures = figures.collect();
        let coarser = || Subplots {
            figures,
            ..self.clone()
        };
        some.then(|| Arc::new(coarser()) as Arc<dyn Content>)
    }

    fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()> {
        let (widths, heights) = self.sizes();
        let (width, height): (f64, f64) = (widths.iter().sum(), heights.iter().sum());
        let scale = (canvas.width / (width + self.beside)).min((canvas.height - top) / height);
        let before = |sizes: &[f64], i: usize| scale * sizes[..i].iter().sum::<f64>();
        for (i, figure) in self.figures.iter().enumerate() {
            let (column, row) = (i % widths.len(), i / widths.len());
            let corner = (before(&widths, column), top + before(&heights, row));
            canvas.place(&figure.draw()?, corner, scale);
        }
        if self.beside > 0.0 {
            let down = self.figures[0].header();
            let mut legend = Canvas::blank(self.beside, height);
            let room = height - down - theme::MARGIN;
            self.legend.draw(&mut legend, (0.0, down), room)?;
            canvas.place(&legend, (scale * width, top), scale);
        }
        Ok(())
    }
}
