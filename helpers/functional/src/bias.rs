//! A bias, one number per channel, and its gradient.

use candle_core::{Result, Tensor};

use crate::cpu_op::no_grad;
use crate::kernels::Channels;

/// Adds one number per channel to (N, C, ...).
pub fn add_bias(y: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let Some(bias) = bias else {
        return Ok(y.clone());
    };
    let mut dims = vec![bias.elem_count()];
    dims.resize(y.rank() - 1, 1);
    y.broadcast_add(&bias.reshape(dims)?)
}

/// The gradient of a bias (C), which was added to all numbers of its channel in (N, C, ...).
pub fn bias_gradient(grad: &Tensor) -> Result<Tensor> {
    let sizes = Channels::of(grad)?;
    no_grad("bias", &[grad], sizes.channels, move |v| sizes.totals(v[0]))
}
