//! What a computation did, step by step: the record that summaries and figures are read from.
//!
//! While [`record`] runs a closure, every function of this crate leaves a [`Step`], and so does every
//! layer and loss that is written with them and reports itself. At all other times nothing is kept,
//! and asking costs one branch.
//!
//! Each thread records for itself: a training run in the background does not disturb a figure.

mod operation;
mod record;
mod step;

pub use operation::{Operation, Window};
pub use record::record;
#[doc(hidden)]
pub use record::{Used, is_on, named, record_cut, traced, used};
pub use step::{AsTrained, ParameterStore, Step, Trained};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
