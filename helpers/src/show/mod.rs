//! Showing the last expression of a cell, whatever it is.

mod tensor;
mod value;

pub use value::Show;
