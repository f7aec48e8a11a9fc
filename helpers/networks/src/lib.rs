//! Networks on candle's tensors, with PyTorch's names: layers, losses, optimizers, data, models and the
//! training loop.

mod atomic_file;
pub mod data;
pub mod device;
pub mod loss;
pub mod metrics;
pub mod models;
pub mod nn;
pub mod optim;
pub mod plot;
pub mod train;
