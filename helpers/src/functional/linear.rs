//! The fully connected map: y = x W^T + b.

use candle_core::{Result, Tensor, bail};

use super::check::{self, words};
use crate::trace::traced;

/// `y = x W^T + b`: `x` is (..., in), `weight` (out, in), `bias` (out); the result is (..., out).
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[1f32, 2.]], &Device::Cpu)?;
/// let weight = Tensor::new(&[[3f32, 4.]], &Device::Cpu)?;
/// let bias = Tensor::new(&[0.5f32], &Device::Cpu)?;
/// assert_eq!(F::linear(&x, &weight, Some(&bias))?.to_vec2::<f32>()?, [[11.5]]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, types that differ, a weight without inputs or outputs.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let (outputs, inputs) = match weight.dims() {
        [outputs, inputs] if *outputs > 0 && *inputs > 0 => (*outputs, *inputs),
        dims => bail!("linear: the weights must be (out, in), got {}", words(dims)),
    };
    let batch = match x.dims() {
        [batch @ .., last] if *last == inputs => batch,
        dims => bail!(
            "linear: the last dimension of the input must be {inputs}, got {}; the weights are ({outputs}, {inputs})",
            words(dims)
        ),
    };
    check::float("linear", x)?;
    check::alike("linear", x, weight, "weights")?;
    check::vector("linear", x, bias, "bias", outputs)?;
    let mut dims = batch.to_vec();
    dims.push(outputs);
    check::can_hold("linear", &dims)?;
    let tensors = [x, weight, bias.unwrap_or(x)];
    let tensors = &tensors[..2 + usize::from(bias.is_some())];
    traced("linear", "", tensors, &[], Vec::new, || {
        let rows: usize = batch.iter().product();
        let y = x.reshape((rows, inputs))?.matmul(&weight.t()?)?;
        let y = match bias {
            Some(bias) => y.broadcast_add(bias)?,
            None => y,
        };
        y.reshape(dims)
    })
}
