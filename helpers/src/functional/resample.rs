//! Average pooling and upsampling.
use super::PoolOptions;
use candle_core::{Result, Tensor, bail};

/// x (N, C, L)
pub fn avg_pool1d(_x: &Tensor, _options: PoolOptions) -> Result<Tensor> {
    bail!("avg_pool1d: not there yet")
}

/// x (N, C, H, W)
pub fn avg_pool2d(_x: &Tensor, _options: PoolOptions) -> Result<Tensor> {
    bail!("avg_pool2d: not there yet")
}

/// x (N, C, H, W)
pub fn adaptive_avg_pool2d(_x: &Tensor, _output_size: (usize, usize)) -> Result<Tensor> {
    bail!("adaptive_avg_pool2d: not there yet")
}

/// x (N, C, H, W)
pub fn upsample_nearest2d(_x: &Tensor, _size: (usize, usize)) -> Result<Tensor> {
    bail!("upsample_nearest2d: not there yet")
}

/// x (N, C, H, W)
pub fn upsample_bilinear2d(
    _x: &Tensor,
    _size: (usize, usize),
    _align_corners: bool,
) -> Result<Tensor> {
    bail!("upsample_bilinear2d: not there yet")
}
