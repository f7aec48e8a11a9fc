//! The exercises of the second practical, one file per notebook.

mod bottleneck;
mod code_to_figure;
mod conv_layer;
mod convolution;
mod deep;
mod dense_networks;
mod dense_prediction;
mod figure_to_code;
mod fine_tuning;
mod network_of_1989;
mod pairs;
mod postal_codes;
mod residual;
mod residual_blocks;
mod same_layers;
mod signals;
mod transfer;

pub use code_to_figure::*;
pub use conv_layer::*;
pub use convolution::*;
pub use deep::*;
pub use dense_networks::*;
pub use dense_prediction::*;
pub use figure_to_code::*;
pub use fine_tuning::*;
pub use pairs::*;
pub use postal_codes::*;
pub use residual::*;
pub use signals::*;
pub use transfer::*;
