//! Max pooling.
use candle_core::{Result, Tensor, bail};

/// How a pooling window moves: the same numbers for every spatial dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolOptions {
    /// The window's side.
    pub kernel_size: usize,
    /// Steps between two windows.
    pub stride: usize,
    /// What is added on each side of the input.
    pub padding: usize,
}

impl PoolOptions {
    /// Windows side by side: the stride is the kernel size, no padding.
    pub fn new(kernel_size: usize) -> PoolOptions {
        PoolOptions {
            kernel_size,
            stride: kernel_size,
            padding: 0,
        }
    }

    /// The same with another stride.
    pub fn stride(self, stride: usize) -> PoolOptions {
        PoolOptions { stride, ..self }
    }

    /// The same with another padding.
    pub fn padding(self, padding: usize) -> PoolOptions {
        PoolOptions { padding, ..self }
    }
}

/// x (N, C, L)
pub fn max_pool1d(_x: &Tensor, _options: PoolOptions) -> Result<Tensor> {
    bail!("max_pool1d: not there yet")
}

/// x (N, C, H, W)
pub fn max_pool2d(_x: &Tensor, _options: PoolOptions) -> Result<Tensor> {
    bail!("max_pool2d: not there yet")
}
