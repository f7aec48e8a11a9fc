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
//!
//! [`architecture`] draws any network in one style. [`read`] reads one for the layouts of famous papers:
//!
//! | layout | paper |
//! |---|---|
//! | [`bottom_up`] | LeCun et al. 1989; Waibel et al. 1989 |
//! | [`stacks`] | LeNet-5, figure 2 of LeCun et al. 1998 |
//! | [`towers`] | AlexNet, figure 2 of Krizhevsky et al. 2012 |
//! | [`architecture_table`] | table 1 of VGG (Simonyan and Zisserman 2014) and of ResNet (He et al. 2015) |
//! | [`columns`], [`residual_blocks`] | ResNet, figures 3, 2 and 5 |
//! | [`single_tower`], [`skips`] | FCN, figures 1 and 3 of Long et al. 2015 |

mod activations;
mod architecture;
mod computation_graph;
mod gradient_norms;
mod graph;
mod layer_chain;
mod layer_description;
mod read;
mod receptive_field;
mod summary;
mod table;

pub use activations::{activation, kernels};
pub use architecture::architecture;
pub use figures::diagrams::{
    Architecture, architecture_table, bottom_up, columns, residual_blocks, single_tower, skips,
    stacks, towers,
};
pub use gradient_norms::gradient_norms;
pub use graph::graph;
pub use read::read;
pub use summary::{Row, Summary, summary};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
