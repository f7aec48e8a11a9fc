//! From a set of examples to the batches a training loop takes.

mod dataset;
mod derived;
mod loader;
mod pass;
mod sampler;
mod split;
mod tensor_dataset;
pub mod transforms;

pub use dataset::Dataset;
pub use derived::{ConcatDataset, Mapped, Subset};
pub use loader::DataLoader;
pub use pass::Batches;
pub use sampler::{RandomSampler, Sampler, SequentialSampler, WeightedRandomSampler};
pub use split::{random_split, random_split3};
pub use tensor_dataset::TensorDataset;
