//! Losses: one number that says how wrong the outputs are, averaged over the batch.

mod binary;
mod check;
mod classes;
mod contrastive;
mod mse;

pub use binary::{binary_cross_entropy, binary_cross_entropy_with_logits};
pub(crate) use check::check_class_targets;
pub use classes::{cross_entropy, cross_entropy_weighted, nll};
pub use contrastive::{contrastive, pairwise_distance};
pub use mse::mse;
