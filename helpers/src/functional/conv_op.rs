//! The convolution and its gradients as operations on the CPU.

use std::sync::{Arc, OnceLock};

use candle_core::{Result, Tensor};

use super::cpu_op::{differentiable, plain, wanted};
use crate::kernels::{Channels, Convolution, Finish, View};

/// y, whose shape is `dims` before a pooling, from x, the weight and the bias.
pub(super) fn forward(
    sizes: Convolution,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    dims: Vec<usize>,
    finish: Finish,
) -> Result<Tensor> {
    let inputs: Vec<&Tensor> = [x, weight].into_iter().chain(bias).collect();
    let after = finish.dims(&dims);
    // Written by the way there, read by the way back.
    let winners = Arc::new(OnceLock::new());
    let known = winners.clone();
    differentiable(
        "conv",
        &inputs,
        after,
        move |v| {
            let (y, places) = sizes.forward(v[0], v[1], v.get(2).copied(), &finish)?;
            winners.get_or_init(|| places);
            Ok(y)
        },
        move |inputs, y, grad| {
            let grad = &before(finish, &known, &dims, y, grad)?;
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

/// The gradient of the convolution's own result, of shape `dims`, from that of what came after it.
fn before(
    finish: Finish,
    winners: &Arc<OnceLock<Vec<u32>>>,
    dims: &[usize],
    y: &Tensor,
    grad: &Tensor,
) -> Result<Tensor> {
    if finish == Finish::default() {
        return Ok(grad.clone());
    }
    let winners = winners.clone();
    plain("finish", &[y, grad], dims, move |v| {
        let winners = winners.get().map_or(&[][..], Vec::as_slice);
        finish.backward(winners, v[0], v[1])
    })
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
                    Ok(sizes.forward(v[0], v[1], None, &Finish::default())?.0)
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
