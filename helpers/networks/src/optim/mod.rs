//! Optimizers: how the parameters move once the gradients are known.
//!
//! ```
//! use helpers::prelude::*;
//! let params = Parameters::new(&Device::Cpu);
//! let fc = nn::linear(1, 1, &params.at("fc"))?;
//! let x = Tensor::new(&[[0f32], [1.], [2.]], &Device::Cpu)?;
//! let targets = ((&x * 3.0)? - 1.0)?;
//!
//! let schedule = optim::StepLr::new(0.1, 50, 0.5)?; // half the learning rate every 50 epochs
//! let mut sgd = optim::Sgd::new(&params, 0.1)?.momentum(0.9)?;
//! for epoch in 0..200 {
//!     sgd.set_lr(schedule.lr(epoch))?;
//!     let loss = loss::mse(&fc.forward(&x, true)?, &targets)?;
//!     sgd.step(&loss.backward()?)?;
//! }
//! let slope = fc.weight.tensor().flatten_all()?.to_vec1::<f32>()?[0];
//! assert!((slope - 3.0).abs() < 1e-3);
//! # Ok::<(), helpers::Error>(())
//! ```

mod adam;
mod check;
mod optimizer;
mod schedule;
mod sgd;
mod single_tensor;
mod state;

pub use adam::{Adam, AdamW};
pub use optimizer::{Optimizer, missing_gradients};
pub use schedule::{CosineLr, Schedule, StepLr};
pub use sgd::Sgd;
pub use state::OptimizerState;
