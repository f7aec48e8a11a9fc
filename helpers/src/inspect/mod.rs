//! Looking inside a model: what it is made of, what it computed, what its layers answer.
//!
//! All is read from the [`trace`](crate::trace) of a computation that really ran: a table or a
//! figure cannot disagree with the code.
//!
//! ```
//! use helpers::prelude::*;
//! let params = Parameters::new(&Device::Cpu);
//! let model = models::lenet5(&params)?;
//! let summary = inspect::summary(&model, (1, 1, 32, 32))?;
//! assert_eq!(summary.parameters, 61_706);
//! # Ok::<(), helpers::Error>(())
//! ```

mod activations;
mod architecture;
mod boxes;
mod flow;
mod graph;
mod health;
mod labels;
mod layers;
mod maps;
mod neurons;
mod planes;
mod receptive;
mod repeats;
mod summary;
mod table;

pub use activations::{activation, activations, kernels};
pub use architecture::architecture;
pub use graph::graph;
pub use health::{Health, Watch, gradient_norms, watch};
pub use summary::{Row, Summary, summary};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
