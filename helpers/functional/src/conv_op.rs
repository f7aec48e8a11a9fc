//! The convolution and its gradients as operations on the CPU.

use std::sync::{Arc, OnceLock};

use candle_core::{Result, Tensor};

use crate::bias::bias_gradient;
use crate::cpu_op::{differentiable, no_grad, wanted};
use crate::kernels::{ConvEpilogue, Convolution, View};

/// y, whose shape is `dims` before a pooling, from x, the weight and the bias.
pub fn forward(
    sizes: Convolution,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    dims: Vec<usize>,
    epilogue: Option<ConvEpilogue>,
) -> Result<Tensor> {
    let inputs: Vec<&Tensor> = [x, weight].into_iter().chain(bias).collect();
    let mut y_dims = dims.clone();
    if let Some(pool) = epilogue.and_then(ConvEpilogue::pool) {
        y_dims.truncate(2);
        y_dims.extend(pool.axes.map(|axis| axis.output));
    }
    // Written by forward, read by backward.
    let argmax = Arc::new(OnceLock::new());
    let known = argmax.clone();
    differentiable(
        "conv",
        &inputs,
        y_dims,
        move |v| {
            let (y, places) = sizes.forward(v[0], v[1], v.get(2).copied(), epilogue)?;
            argmax.get_or_init(|| places);
            Ok(y)
        },
        move |inputs, y, grad| {
            let grad = &before(epilogue, &known, &dims, y, grad)?;
            let (x, weight) = (inputs[0], inputs[1]);
            let mut grads = vec![
                wanted(x, || input_gradient(sizes, grad, weight, x.dims()))?,
                wanted(weight, || weight_gradient(sizes, x, grad, weight.dims()))?,
            ];
            if let Some(bias) = inputs.get(2) {
                grads.push(wanted(bias, || bias_gradient(grad))?);
            }
            Ok(grads)
        },
    )
}

/// The gradient of the convolution's own output, of shape `dims`, from that of what its epilogue made
/// of it.
fn before(
    epilogue: Option<ConvEpilogue>,
    argmax: &Arc<OnceLock<Vec<u32>>>,
    dims: &[usize],
    y: &Tensor,
    grad: &Tensor,
) -> Result<Tensor> {
    let Some(epilogue) = epilogue else {
        return Ok(grad.clone());
    };
    let argmax = argmax.clone();
    no_grad("epilogue", &[y, grad], dims, move |v| {
        let argmax = argmax.get().map_or(&[][..], Vec::as_slice);
        epilogue.backward(argmax, v[0], v[1])
    })
}

/// The transposed convolution, which is the gradient of a convolution's input: `sizes` are that
/// convolution's, `dims` is the shape of its input.
pub fn transposed(
    sizes: Convolution,
    x: &Tensor,
    weight: &Tensor,
    dims: Vec<usize>,
) -> Result<Tensor> {
    differentiable(
        "conv_transpose",
        &[x, weight],
        dims,
        move |v| sizes.input_gradient(v[0], v[1]),
        move |inputs, _y, grad| {
            let (x, weight) = (inputs[0], inputs[1]);
            let dx = || {
                no_grad("conv", &[grad, weight], x.dims(), move |v| {
                    Ok(sizes.forward(v[0], v[1], None, None)?.0)
                })
            };
            Ok(vec![
                wanted(x, dx)?,
                wanted(weight, || weight_gradient(sizes, grad, x, weight.dims()))?,
            ])
        },
    )
}

fn input_gradient(
    sizes: Convolution,
    grad: &Tensor,
    weight: &Tensor,
    dims: &[usize],
) -> Result<Tensor> {
    let run = move |v: &[View]| sizes.input_gradient(v[0], v[1]);
    no_grad("conv_input", &[grad, weight], dims, run)
}

fn weight_gradient(
    sizes: Convolution,
    x: &Tensor,
    grad: &Tensor,
    dims: &[usize],
) -> Result<Tensor> {
    let run = move |v: &[View]| sizes.weight_gradient(v[0], v[1]);
    no_grad("conv_weight", &[x, grad], dims, run)
}
