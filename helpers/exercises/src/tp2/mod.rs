//! The exercises of the second practical, one file per notebook.

mod convolution;
mod figures;
mod postal_codes;

pub use convolution::*;
pub use figures::*;
pub use postal_codes::*;
