//! What follows a convolution while its planes are still in the cache: max pooling and ReLU.
//!
//! Their order does not matter. The largest number of a window is the largest of what ReLU makes of
//! them, too; and where it is not above 0, no gradient passes, whichever came first.

use candle_core::{CpuStorage, Result};

use super::max_pool::MaxPool;
use super::pointwise::Activation;
use super::view::View;

/// The epilogue of a convolution.
#[derive(Clone, Copy, Debug)]
pub enum ConvEpilogue {
    Relu,
    MaxPool(MaxPool),
    MaxPoolRelu(MaxPool),
}

impl ConvEpilogue {
    pub fn pool(self) -> Option<MaxPool> {
        match self {
            ConvEpilogue::Relu => None,
            ConvEpilogue::MaxPool(pool) | ConvEpilogue::MaxPoolRelu(pool) => Some(pool),
        }
    }

    pub fn has_relu(self) -> bool {
        matches!(self, ConvEpilogue::Relu | ConvEpilogue::MaxPoolRelu(_))
    }

    /// The gradient of the convolution's own output, from y and y's gradient.
    pub fn backward(self, argmax: &[u32], y: View, grad: View) -> Result<CpuStorage> {
        match self {
            ConvEpilogue::Relu => Activation::Relu.backward(y, grad),
            ConvEpilogue::MaxPool(pool) => pool.backward(argmax, grad),
            ConvEpilogue::MaxPoolRelu(pool) => {
                let grad = Activation::Relu.backward(y, grad)?;
                pool.backward(argmax, View::whole(&grad, argmax.len())?)
            }
        }
    }
}
