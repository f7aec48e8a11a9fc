//! Convolutions over sequences, images and volumes.

use candle_core::{Result, Tensor, bail};

/// How a kernel moves: the same numbers for every spatial dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConvOptions {
    /// Steps between two positions of the kernel.
    pub stride: usize,
    /// Zeros added on each side of the input.
    pub padding: usize,
    /// Steps between two elements of the kernel.
    pub dilation: usize,
    /// Into how many independent groups the channels are split.
    pub groups: usize,
}

impl Default for ConvOptions {
    fn default() -> ConvOptions {
        ConvOptions {
            stride: 1,
            padding: 0,
            dilation: 1,
            groups: 1,
        }
    }
}

/// x (N, C, L), weight (C_out, C / groups, k)
pub fn conv1d(
    _x: &Tensor,
    _weight: &Tensor,
    _bias: Option<&Tensor>,
    _options: ConvOptions,
) -> Result<Tensor> {
    bail!("conv1d: not there yet")
}

/// x (N, C, H, W), weight (C_out, C / groups, kh, kw)
pub fn conv2d(
    _x: &Tensor,
    _weight: &Tensor,
    _bias: Option<&Tensor>,
    _options: ConvOptions,
) -> Result<Tensor> {
    bail!("conv2d: not there yet")
}

/// x (N, C, D, H, W), weight (C_out, C / groups, kd, kh, kw)
pub fn conv3d(
    _x: &Tensor,
    _weight: &Tensor,
    _bias: Option<&Tensor>,
    _options: ConvOptions,
) -> Result<Tensor> {
    bail!("conv3d: not there yet")
}
