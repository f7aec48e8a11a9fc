//! The transposed convolution.
use candle_core::{Result, Tensor, bail};

/// x (N, C, H, W), weight (C, C_out, kh, kw)
pub fn conv_transpose2d(
    _x: &Tensor,
    _weight: &Tensor,
    _bias: Option<&Tensor>,
    _stride: usize,
    _padding: usize,
    _output_padding: usize,
) -> Result<Tensor> {
    bail!("conv_transpose2d: not there yet")
}
