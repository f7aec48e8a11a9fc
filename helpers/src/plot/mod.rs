//! Figures: one call each, one look for all, shown in the notebook or saved as SVG or PNG.
//!
//! ```
//! use helpers::prelude::*;
//! let figure = plot::loss_curve(&[0.7, 0.5, 0.4])?.title("Training");
//! assert!(figure.svg()?.starts_with("<svg"));
//! # Ok::<(), helpers::Error>(())
//! ```

mod axis;
mod boundary;
mod canvas;
mod chart;
mod contour;
mod curve;
pub(crate) mod drawing;
mod figure;
mod font;
mod marker;
mod mosaic;
mod output;
mod pictures;
mod points;
mod raster;
mod regions;
mod row;
mod theme;

pub use curve::{loss_curve, loss_curves};
pub use figure::Figure;
pub use pictures::images;
pub use points::scatter;
pub use regions::decision_regions;
pub use row::side_by_side;
