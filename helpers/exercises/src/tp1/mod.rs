//! The exercises of the first practical, by notebook.

mod data;
mod early_stopping;
mod gradient_descent;
mod inputs;
mod loss;
mod mlp;
mod optimizers;
mod perceptron;
mod softmax;
mod training_well;

pub use data::*;
pub use early_stopping::*;
pub use gradient_descent::*;
pub use loss::*;
pub use mlp::*;
pub use optimizers::*;
pub use perceptron::*;
pub use softmax::*;
pub use training_well::*;
