//! The fully connected map: y = x W^T + b.

use candle_core::{Result, Tensor, bail};

use super::check::{self, words};
use super::conv_op::bias_gradient;
use super::cpu_op::{differentiable, plain, wanted};
use super::on_cpu;
use crate::kernels::Linear;
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
        let x = x.reshape((rows, inputs))?;
        if on_cpu(&x) {
            let sizes = Linear {
                rows,
                inputs,
                outputs,
            };
            return on_tiles(sizes, &x, weight, bias)?.reshape(dims);
        }
        let y = x.matmul(&weight.t()?)?;
        let y = match bias {
            Some(bias) => y.broadcast_add(bias)?,
            None => y,
        };
        y.reshape(dims)
    })
}

/// y (rows, outputs) and its gradients, on the CPU.
fn on_tiles(sizes: Linear, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let inputs: Vec<&Tensor> = [x, weight].into_iter().chain(bias).collect();
    differentiable(
        "linear",
        &inputs,
        (sizes.rows, sizes.outputs),
        move |v| sizes.forward(v[0], v[1], v.get(2).copied()),
        move |inputs, _y, grad| {
            let (x, weight) = (inputs[0], inputs[1]);
            let dx = || {
                plain("linear_input", &[grad, weight], x.dims(), move |v| {
                    sizes.input(v[0], v[1])
                })
            };
            let dw = || {
                plain("linear_weight", &[x, grad], weight.dims(), move |v| {
                    sizes.weight(v[0], v[1])
                })
            };
            let mut grads = vec![wanted(x, dx)?, wanted(weight, dw)?];
            if let Some(bias) = inputs.get(2) {
                grads.push(wanted(bias, || bias_gradient(grad))?);
            }
            Ok(grads)
        },
    )
}
