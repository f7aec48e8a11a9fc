//! What every notebook imports: `use helpers::prelude::*;`.
//!
//! `data`, `train` and `trace` are not among it: students call variables so.

pub use crate::data::transforms::{self, Transform};
pub use crate::data::{DataLoader, Dataset, TensorDataset};
pub use crate::data::{RandomSampler, Sampler, SequentialSampler, WeightedRandomSampler};
pub use crate::nn::{self, Model, Parameters};
pub use crate::optim::{Optimizer, Schedule};
pub use crate::random::{self, manual_seed};
#[doc(hidden)]
pub use crate::show::Show as _;
pub use crate::train::Training;
pub use crate::{Error, Result};
pub use crate::{datasets, exercise, inspect, loss, metrics, models, optim, plot};
pub use candle_core::{D, DType, Device, IndexOp, Shape, Tensor, Var};
pub use candle_functional as F;
pub use networks::device::{best_device, device_label};
