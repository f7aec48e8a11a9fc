//! The exercises of the second practical, one file per notebook.

mod convolution;
mod figures;

pub use convolution::*;
pub use figures::*;
