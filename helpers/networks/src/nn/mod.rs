//! Layers with PyTorch's names and layouts, and the store their parameters live in.

mod activation;
mod batch_norm;
mod conv;
mod file_format;
mod from_candle;
mod fusion;
mod incompatible_keys;
mod init;
mod linear;
mod model;
mod parameter;
mod parameters;
mod pool;
mod pytorch_file;
mod sequential;
mod state_dict;
pub(crate) mod tensor_file;

pub use activation::{Dropout, Flatten, Relu, Sigmoid, Tanh, dropout};
pub use batch_norm::{BatchNorm, BatchNorm1d, BatchNorm2d, batch_norm1d, batch_norm2d};
pub use conv::{Conv, Conv1d, Conv2d, Conv3d, conv1d, conv2d, conv2d_no_bias, conv3d};
pub use from_candle::{FromCandle, from_candle};
pub use incompatible_keys::IncompatibleKeys;
pub use init::Init;
pub use linear::{Linear, linear};
pub use model::Model;
pub use parameter::{Buffer, Parameter};
pub use parameters::Parameters;
pub use pool::{AdaptiveAvgPool2d, Pool, avg_pool2d, max_pool1d, max_pool2d};
pub use sequential::Sequential;
