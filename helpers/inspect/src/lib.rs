//! Looking inside a model: what it is made of, what it computed, what its layers give.
//!
//! All is read from the [`trace`](candle_functional::trace) of a computation that really ran: a table or a
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
mod computation_graph;
mod gradient_norms;
mod graph;
mod layer_chain;
mod layer_description;
mod receptive_field;
mod summary;
mod table;

pub use activations::{activation, kernels};
pub use architecture::architecture;
pub use gradient_norms::gradient_norms;
pub use graph::graph;
pub use summary::{Row, Summary, summary};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
