//! From a set of examples to the batches a training loop takes.

mod dataset;
mod loader;
mod tensor_dataset;

pub use dataset::Dataset;
pub use loader::{Batches, DataLoader};
pub use tensor_dataset::TensorDataset;
