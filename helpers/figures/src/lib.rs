//! Figures: one call each, one look for all, shown in the notebook or saved as SVG or PNG.
//!
//! ```
//! use helpers::prelude::*;
//! let figure = plot::loss_curve(&[0.7, 0.5, 0.4])?.title("Training");
//! assert!(figure.svg()?.starts_with("<svg"));
//! # Ok::<(), helpers::Error>(())
//! ```

#[doc(hidden)]
pub mod counts;
pub mod diagrams;
#[doc(hidden)]
pub mod display;
mod drawing;
#[doc(hidden)]
pub mod table;

mod charts;
mod colour_bar;
mod explorer;
mod figure;
mod films;
mod images;
mod legend;
mod marker;
mod matrices;
mod number_format;
mod output;
mod pen;
mod player;
mod scores;
mod scripted;
mod settings;
mod subplots;
mod svg;
mod theme;
mod values;

pub use charts::bars::bars;
pub use charts::curves::{learning_curves, lines, loss_curve, loss_curves};
pub use charts::decision_regions::decision_regions;
pub use charts::histogram::{histogram, histograms};
pub use charts::loss_surface::loss_surface;
pub use charts::neurons::neurons;
pub use charts::roc::{RocCurve, roc};
pub use charts::scatter::scatter;
pub use charts::sound::{spectrogram, waveform};
pub use charts::spread::spread;
pub use diagrams::network;
pub use explorer::explore_convolution::{ConvolutionExplorer, explore_convolution};
pub use figure::Figure;
pub use films::player::{Film, film};
pub use images::image_grid::images;
pub use images::kernels::{feature_maps, kernels, kernels_before_after};
pub use images::overlay::{overlay, segmentation};
pub use images::worst_mistakes::worst_mistakes;
pub use matrices::confusion_matrix::confusion_matrix;
pub use matrices::convolution::sliding_window;
pub use matrices::im2col::im2col;
pub use matrices::multi_channel::multi_channel_convolution;
pub use matrices::number_matrix::matrix;
pub use pen::pen;
pub use player::{Player, play};
pub use subplots::{grid, side_by_side};
