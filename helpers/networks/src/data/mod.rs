//! From a set of examples to the batches a training loop takes.

mod batches;
mod dataset;
mod loader;
mod sampler;
mod split;
mod subset;
mod tensor_dataset;
pub mod transforms;
mod weighted_random_sampler;

pub use batches::Batches;
pub use dataset::{Dataset, Mapped};
pub use loader::DataLoader;
pub use sampler::{RandomSampler, Sampler, SequentialSampler};
pub use split::random_split;
pub use subset::Subset;
pub use tensor_dataset::TensorDataset;
pub use weighted_random_sampler::WeightedRandomSampler;
