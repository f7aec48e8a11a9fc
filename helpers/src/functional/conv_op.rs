//! The convolution and its gradients as operations on the CPU.

use candle_core::{Result, Tensor};

use super::cpu_op::{differentiable, plain, wanted};
use crate::kernels::{Channels, Convolution, View};

/// y, of shape `dims`, from x, the weight and the bias.
pub(super) fn forward(
    sizes: Convolution,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    dims: Vec<usize>,
) -> Result<Tensor> {
    let inputs: Vec<&Tensor> = [x, weight].into_iter().chain(bias).collect();
    differentiable(
        "conv",
        &inputs,
        dims,
        move |v| sizes.forward(v[0], v[1], v.get(2).copied()),
        move |inputs, _y, grad| {
            let (x, weight) = (inputs[0], inputs[1]);
            let mut grads = vec![
                wanted(x, || input(sizes, grad, weight, x.dims()))?,
                wanted(weight, || weights(sizes, x, grad, weight.dims()))?,
            ];
            if let Some(bias) = inputs.get(2) {
                grads.push(wanted(bias, || bias_gradient(grad))?);
            }
            Ok(grads)
        },
    )
}

/// The transposed convolution, which is the way back of a convolution: `sizes` are that one's,
/// `dims` is the shape of its input.
pub(super) fn transposed(
    sizes: Convolution,
    x: &Tensor,
    weight: &Tensor,
    dims: Vec<usize>,
) -> Result<Tensor> {
    differentiable(
        "conv_transpose",
        &[x, weight],
        dims,
        move |v| sizes.input(v[0], v[1]),
        move |inputs, _y, grad| {
            let (x, weight) = (inputs[0], inputs[1]);
            let dx = || {
                plain("conv", &[grad, weight], x.dims(), move |v| {
                    sizes.forward(v[0], v[1], None)
                })
            };
            Ok(vec![
                wanted(x, dx)?,
                wanted(weight, || weights(sizes, grad, x, weight.dims()))?,
            ])
        },
    )
}

fn input(sizes: Convolution, grad: &Tensor, weight: &Tensor, dims: &[usize]) -> Result<Tensor> {
    let run = move |v: &[View]| sizes.input(v[0], v[1]);
    plain("conv_input", &[grad, weight], dims, run)
}

fn weights(sizes: Convolution, x: &Tensor, grad: &Tensor, dims: &[usize]) -> Result<Tensor> {
    let run = move |v: &[View]| sizes.weight(v[0], v[1]);
    plain("conv_weight", &[x, grad], dims, run)
}

/// The gradient of a bias (C), which was added to all numbers of its channel in (N, C, ...).
pub(super) fn bias_gradient(grad: &Tensor) -> Result<Tensor> {
    let sizes = channels(grad)?;
    plain("bias", &[grad], sizes.channels, move |v| sizes.totals(v[0]))
}

/// The sizes of a tensor (N, C, ...).
pub(super) fn channels(x: &Tensor) -> Result<Channels> {
    Ok(Channels {
        batch: x.dim(0)?,
        channels: x.dim(1)?,
        inner: x.dims()[2..].iter().product(),
    })
}
