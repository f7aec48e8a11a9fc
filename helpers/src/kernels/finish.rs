//! What follows a convolution while its planes are still in the cache: max pooling and ReLU.
//!
//! Their order does not matter. The largest number of a window is the largest of what ReLU makes of
//! them, too; and where it is not above 0, no gradient passes, whichever came first.

use candle_core::{CpuStorage, Result};

use super::pointwise::rectify;
use super::simd::Real;
use super::{Activation, MaxPool, View};

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Finish {
    pub(crate) pool: Option<MaxPool>,
    pub(crate) relu: bool,
}

impl Finish {
    /// The shape of the result, where the convolution's is `dims`.
    pub(crate) fn dims(&self, dims: &[usize]) -> Vec<usize> {
        let mut dims = dims.to_vec();
        if let Some(pool) = self.pool {
            dims.truncate(dims.len() - pool.axes.len());
            dims.extend(pool.axes.map(|axis| axis.output));
        }
        dims
    }

    /// ReLU in place, if it is wanted.
    pub(super) fn rectify<T: Real>(&self, y: &mut [T]) {
        if self.relu {
            rectify(y);
        }
    }

    /// The gradient of the convolution's result, from y and y's gradient.
    pub(crate) fn backward(&self, winners: &[u32], y: View, grad: View) -> Result<CpuStorage> {
        let Some(pool) = self.pool else {
            return Activation::Relu.backward(y, grad);
        };
        if !self.relu {
            return pool.backward(winners, grad);
        }
        let grad = Activation::Relu.backward(y, grad)?;
        pool.backward(winners, View::whole(&grad, winners.len())?)
    }
}
