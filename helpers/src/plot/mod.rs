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
mod cells;
mod chart;
mod contour;
mod convolution;
mod curves;
mod decisions;
pub(crate) mod drawing;
mod figure;
mod font;
mod glyphs;
mod histogram;
mod kernels;
mod line;
mod marker;
mod mosaic;
mod output;
mod overlay;
mod panels;
mod pen;
mod pictures;
mod plotted;
mod points;
mod raster;
mod regions;
mod side;
mod sliding;
mod sound;
mod surface;
mod theme;

pub use convolution::{im2col, sliding_window};
pub use curves::{learning_curves, lines, loss_curve, loss_curves};
pub use decisions::{confusion_matrix, roc, worst_mistakes};
pub use figure::Figure;
pub use histogram::{bars, histogram, histograms};
pub use kernels::{feature_maps, kernels, kernels_before_after};
pub use overlay::{overlay, segmentation};
pub use panels::{grid, side_by_side};
pub use pictures::images;
pub use points::scatter;
pub use regions::{decision_regions, neurons};
pub use sound::{spectrogram, waveform};
pub use surface::loss_surface;
