//! The exercises of the second practical, one file per notebook.

mod bottleneck;
mod code_to_figure;
mod conv_layer;
mod convolution;
mod figure_to_code;
mod network_of_1989;
mod postal_codes;
mod same_layers;

pub use code_to_figure::*;
pub use conv_layer::*;
pub use convolution::*;
pub use figure_to_code::*;
pub use postal_codes::*;
