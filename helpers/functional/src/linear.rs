//! The fully connected map: y = x W^T + b.

use candle_core::{Result, Tensor, bail};

use crate::bias::bias_gradient;
use crate::check;
use crate::cpu_op::{differentiable, no_grad, on_cpu, wanted};
use crate::dropout::Factors;
use crate::errors::display_shape;
use crate::kernels::{Activation, Linear};
use crate::trace::{Operation, traced};

/// `y = x W^T + b`: `x` is (..., in), `weight` (out, in), `bias` (out); the result is (..., out).
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[1f32, 2.]], &Device::Cpu)?;
/// let weight = Tensor::new(&[[3f32, 4.]], &Device::Cpu)?;
/// let bias = Tensor::new(&[0.5f32], &Device::Cpu)?;
/// assert_eq!(F::linear(&x, &weight, Some(&bias))?.to_vec2::<f32>()?, [[11.5]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, types that differ, a weight without inputs or outputs.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    linear_fused(x, weight, bias, None)
}

/// What follows a linear map at once.
#[derive(Clone, Copy, Debug)]
pub enum LinearEpilogue {
    /// A ReLU.
    Relu,
    /// A ReLU, then a dropout of this probability, above 0 and below 1.
    ReluDropout(f64),
}

/// [`linear`] and its epilogue, on the CPU: the same numbers and gradients as one after the other,
/// faster. A trace shows the linear map only.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[1f32, 2.]], &Device::Cpu)?;
/// let weight = Tensor::new(&[[3f32, -4.], [3., 4.]], &Device::Cpu)?;
/// let y = F::linear_fused(&x, &weight, None, Some(F::LinearEpilogue::Relu))?;
/// assert_eq!(y.to_vec2::<f32>()?, [[0., 11.]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`linear`]; an epilogue on another device.
pub fn linear_fused(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    epilogue: Option<LinearEpilogue>,
) -> Result<Tensor> {
    if let Some(LinearEpilogue::ReluDropout(p)) = epilogue
        && !(p > 0.0 && p < 1.0)
    {
        bail!("linear: the dropout's probability must be above 0 and below 1, got {p}");
    }
    let (outputs, inputs) = match weight.dims() {
        [outputs, inputs] if *outputs > 0 && *inputs > 0 => (*outputs, *inputs),
        dims => bail!(
            "linear: the weights must be (out, in), got {}",
            display_shape(dims)
        ),
    };
    let batch = match x.dims() {
        [batch @ .., last] if *last == inputs => batch,
        dims => bail!(
            "linear: the last dimension of the input must be {inputs}, got {}; the weights are ({outputs}, {inputs})",
            display_shape(dims)
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
    traced("linear", "", tensors, &[], Operation::Linear, || {
        let rows: usize = batch.iter().product();
        // Another shape is another step backward.
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
            let y = on_tiles(sizes, &x, weight, bias, epilogue)?;
            return if flat { y.reshape(dims) } else { Ok(y) };
        }
        if epilogue.is_some() {
            bail!("linear: an epilogue runs on the CPU only");
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
    epilogue: Option<LinearEpilogue>,
) -> Result<Tensor> {
    let dims = [sizes.rows, sizes.outputs];
    let relu = epilogue.is_some();
    let dropout = match epilogue {
        Some(LinearEpilogue::ReluDropout(p)) => {
            Some(Factors::draw(dims[0] * dims[1], p, x.dtype()))
        }
        Some(LinearEpilogue::Relu) | None => None,
    };
    let forward_dropout = dropout.clone();
    let inputs: Vec<&Tensor> = [x, weight].into_iter().chain(bias).collect();
    differentiable(
        "linear",
        &inputs,
        &dims,
        move |v| {
            let y = sizes.forward(v[0], v[1], v.get(2).copied(), relu)?;
            match &forward_dropout {
                Some(factors) => factors.apply(y),
                None => Ok(y),
            }
        },
        move |inputs, y, grad| {
            let grad = match relu {
                true => &before_relu(dropout.clone(), y, grad)?,
                false => grad,
            };
            let (x, weight) = (inputs[0], inputs[1]);
            let dx = || {
                no_grad("linear_input", &[grad, weight], x.dims(), move |v| {
                    sizes.input_gradient(v[0], v[1])
                })
            };
            let dw = || {
                no_grad("linear_weight", &[x, grad], weight.dims(), move |v| {
                    sizes.weight_gradient(v[0], v[1])
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

/// The gradient of what went into ReLU, from that of what came out of it or of the dropout after it.
/// (What the dropout left out is 0 in y, too.)
fn before_relu(dropout: Option<Factors>, y: &Tensor, grad: &Tensor) -> Result<Tensor> {
    no_grad("relu", &[y, grad], y.dims(), move |v| {
        let grad = Activation::Relu.backward(v[0], v[1])?;
        match &dropout {
            Some(factors) => factors.apply(grad),
            None => Ok(grad),
        }
    })
}
