//! The fully connected map: y = x W^T + b.

use candle_core::{Result, Tensor, bail};

use super::check::{self, words};
use super::conv_op::bias_gradient;
use super::cpu_op::{differentiable, plain, wanted};
use super::dropout::Factors;
use super::on_cpu;
use crate::kernels::{Activation, Linear};
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
    linear_and(x, weight, bias, After::default())
}

/// What follows a linear map at once; only on the CPU and with no trace on.
#[derive(Clone, Copy, Default)]
pub(crate) struct After {
    pub(crate) relu: bool,
    /// The probability of a dropout after the ReLU, above 0 and below 1.
    pub(crate) dropout: Option<f64>,
}

/// [`linear`] and what follows it.
pub(crate) fn linear_and(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    after: After,
) -> Result<Tensor> {
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
    check::can_hold("linear", "result", &dims, x)?;
    let tensors = [x, weight, bias.unwrap_or(x)];
    let tensors = &tensors[..2 + usize::from(bias.is_some())];
    traced("linear", "", tensors, &[], Vec::new, || {
        let rows: usize = batch.iter().product();
        // Another shape is another step on the way back.
        let flat = batch.len() != 1;
        let x = match flat {
            true => x.reshape((rows, inputs))?,
            false => x.clone(),
        };
        if on_cpu(&x) {
            let sizes = Linear {
                rows,
                inputs,
                outputs,
            };
            let y = on_tiles(sizes, &x, weight, bias, after)?;
            return if flat { y.reshape(dims) } else { Ok(y) };
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
fn on_tiles(
    sizes: Linear,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    after: After,
) -> Result<Tensor> {
    let relu = after.relu;
    let dims = [sizes.rows, sizes.outputs];
    let factors = after
        .dropout
        .map(|p| Factors::draw(dims[0] * dims[1], p, x.dtype()));
    let known = factors.clone();
    let inputs: Vec<&Tensor> = [x, weight].into_iter().chain(bias).collect();
    differentiable(
        "linear",
        &inputs,
        &dims,
        move |v| {
            let y = sizes.forward(v[0], v[1], v.get(2).copied(), relu)?;
            match &factors {
                Some(factors) => factors.apply(y),
                None => Ok(y),
            }
        },
        move |inputs, y, grad| {
            let grad = match relu {
                true => &before_relu(known.clone(), y, grad)?,
                false => grad,
            };
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

/// The gradient of what went into ReLU, from that of what came out, perhaps of dropout after it. (What
/// the dropout left out is 0 in y, too.)
fn before_relu(factors: Option<Factors>, y: &Tensor, grad: &Tensor) -> Result<Tensor> {
    plain("relu", &[y, grad], y.dims(), move |v| {
        let grad = Activation::Relu.backward(v[0], v[1])?;
        match &factors {
            Some(factors) => factors.apply(grad),
            None => Ok(grad),
        }
    })
}
