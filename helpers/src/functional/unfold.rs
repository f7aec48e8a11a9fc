//! im2col.
use super::ConvOptions;
use candle_core::{Result, Tensor, bail};

/// x (N, C, H, W) to (N, C * k * k, L)
pub fn unfold(_x: &Tensor, _kernel_size: usize, _options: ConvOptions) -> Result<Tensor> {
    bail!("unfold: not there yet")
}
