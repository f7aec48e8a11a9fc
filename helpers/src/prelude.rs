//! What every notebook imports: `use helpers::prelude::*;`.

pub use crate::data::transforms::{self, Transform};
pub use crate::data::{self, DataLoader, Dataset, TensorDataset};
pub use crate::data::{RandomSampler, Sampler, SequentialSampler, WeightedRandomSampler};
pub use crate::device::{best_device, device_label};
#[doc(hidden)]
pub use crate::display::Show as _;
pub use crate::functional as F;
pub use crate::nn::{self, Model, Parameters};
pub use crate::optim::{Optimizer, Schedule};
pub use crate::random::{self, manual_seed};
pub use crate::train::Training;
pub use crate::{Error, Result};
pub use crate::{datasets, exercise, inspect, loss, metrics, models, optim, plot, trace, train};
pub use candle_core::{D, DType, Device, IndexOp, Shape, Tensor, Var};
