//! The exercises of the first practical, one file per notebook.

mod data;
mod gradient_descent;
mod inputs;
mod loss;
mod mlp;
mod perceptron;

pub use data::*;
pub use gradient_descent::*;
pub use loss::*;
pub use mlp::*;
pub use perceptron::*;
