//! Max pooling: the strongest response of each neighbourhood.

use std::sync::{Arc, OnceLock};

use candle_core::{Result, Tensor, bail};

use crate::composed;
use crate::cpu_op::{differentiable, no_grad, on_cpu};
use crate::kernels::{MaxPool, View, WindowAxis};
use crate::pool_options::PoolOptions;
use crate::trace::{Operation, traced};

/// The largest number of each window: `x` (N, C, L) to (N, C, L_out) with
/// `L_out = (L + 2 padding - kernel_size) / stride + 1`, rounded down.
///
/// The gradient goes to the argmax, the first of several that are equal.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[[1f32, 5., 2., 3., 9.]]], &Device::Cpu)?;
/// let y = F::max_pool1d(&x, F::PoolOptions::new(2))?;
/// assert_eq!(y.to_vec3::<f32>()?, [[[5., 3.]]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, L), a window larger than the padded input, a padding of more than
/// half the window, an empty input.
pub fn max_pool1d(x: &Tensor, options: PoolOptions) -> Result<Tensor> {
    const WHAT: &str = "max_pool1d";
    let axes = options.axes(WHAT, 1, x)?;
    traced(
        WHAT,
        "",
        &[x],
        &[],
        Operation::MaxPool(options.window()),
        || pool(&x.unsqueeze(2)?, axes)?.squeeze(2),
    )
}

/// The largest number of each window: `x` (N, C, H, W) to (N, C, H_out, W_out) with
/// `H_out = (H + 2 padding - kernel_size) / stride + 1`, rounded down.
///
/// The gradient goes to the argmax, the first of several that are equal. A NaN counts as the
/// largest.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::arange(0f32, 16., &Device::Cpu)?.reshape((1, 1, 4, 4))?;
/// let y = F::max_pool2d(&x, F::PoolOptions::new(2))?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [5., 7., 13., 15.]);
/// let y = F::max_pool2d(&x, F::PoolOptions::new(3).stride(2).padding(1))?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [5., 7., 13., 15.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, H, W), a window larger than the padded input, a padding of more than
/// half the window, an empty input.
pub fn max_pool2d(x: &Tensor, options: PoolOptions) -> Result<Tensor> {
    const WHAT: &str = "max_pool2d";
    let axes = options.axes(WHAT, 2, x)?;
    traced(
        WHAT,
        "",
        &[x],
        &[],
        Operation::MaxPool(options.window()),
        || pool(x, axes),
    )
}

fn pool(x: &Tensor, axes: [WindowAxis; 2]) -> Result<Tensor> {
    if !on_cpu(x) {
        return composed::max_pool(x, axes);
    }
    let (n, c) = (x.dim(0)?, x.dim(1)?);
    let sizes = MaxPool {
        planes: n * c,
        axes,
    };
    // Written by forward, read by backward.
    let argmax = Arc::new(OnceLock::new());
    let known = argmax.clone();
    differentiable(
        "max_pool",
        &[x],
        (n, c, axes[0].output, axes[1].output),
        move |v| {
            let (y, places) = sizes.forward(v[0])?;
            argmax.get_or_init(|| places);
            Ok(y)
        },
        move |inputs, _y, grad| {
            let known = known.clone();
            let run = move |v: &[View]| match known.get() {
                Some(argmax) => sizes.backward(argmax, v[0]),
                None => bail!("max_pool: the argmax is lost"),
            };
            let dx = no_grad("max_pool_backward", &[grad], inputs[0].shape(), run)?;
            Ok(vec![Some(dx)])
        },
    )
}
