//! Convolutions over sequences, images and volumes.

use candle_core::{D, Result, Tensor};

use crate::bias::add_bias;
use crate::conv_options::{ConvOptions, prepare};
use crate::cpu_op::on_cpu;
use crate::kernels::{ConvEpilogue, MaxPool};
use crate::pool_options::PoolOptions;
use crate::trace::traced;
use crate::{composed, conv_op};

/// A convolution over sequences: `x` (N, C, L), `weight` (C_out, C / groups, k), `bias` (C_out).
///
/// The result is (N, C_out, L_out) with
/// `L_out = (L + 2 padding - dilation (k - 1) - 1) / stride + 1`, rounded down.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[[1f32, 2., 4., 8.]]], &Device::Cpu)?;
/// let difference = Tensor::new(&[[[-1f32, 1.]]], &Device::Cpu)?;
/// let y = F::conv1d(&x, &difference, None, F::ConvOptions::default())?;
/// assert_eq!(y.to_vec3::<f32>()?, [[[1., 2., 4.]]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, a kernel larger than the padded input, groups that do not divide the
/// channels, types that differ, an empty input.
pub fn conv1d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
) -> Result<Tensor> {
    conv("conv1d", 1, x, weight, bias, options)
}

/// A convolution over images: `x` (N, C, H, W), `weight` (C_out, C / groups, kh, kw), `bias`
/// (C_out).
///
/// `y[n, o, i, j] = bias[o] + sum over c, a, b of weight[o, c, a, b] x[n, c, i s + a d - p, j s + b d - p]`
/// with stride s, dilation d and padding p. The result is (N, C_out, H_out, W_out) with
/// `H_out = (H + 2 p - d (kh - 1) - 1) / s + 1`, rounded down.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
/// let sum = Tensor::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
/// let same = F::ConvOptions { padding: 1, ..Default::default() };
/// let y = F::conv2d(&x, &sum, None, same)?.flatten_to(2)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[4., 6., 4.], [6., 9., 6.], [4., 6., 4.]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, a kernel larger than the padded input, groups that do not divide the
/// channels, types that differ, an empty input.
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
) -> Result<Tensor> {
    conv("conv2d", 2, x, weight, bias, options)
}

/// A convolution over volumes: `x` (N, C, D, H, W), `weight` (C_out, C / groups, kd, kh, kw), `bias`
/// (C_out); the result is (N, C_out, D_out, H_out, W_out), see [`conv2d`].
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::ones((1, 1, 4, 4, 4), DType::F32, &Device::Cpu)?;
/// let sum = Tensor::ones((1, 1, 2, 2, 2), DType::F32, &Device::Cpu)?;
/// let apart = F::ConvOptions { stride: 2, ..Default::default() };
/// let y = F::conv3d(&x, &sum, None, apart)?;
/// assert_eq!(y.dims(), [1, 1, 2, 2, 2]);
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [8.0; 8]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, a kernel larger than the padded input, groups that do not divide the
/// channels, types that differ, an empty input.
pub fn conv3d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
) -> Result<Tensor> {
    conv("conv3d", 3, x, weight, bias, options)
}

/// [`conv2d`] and its epilogue, [`max_pool2d`](crate::max_pool2d) and [`relu`](crate::relu) in either
/// order: the same numbers and gradients, faster. Only on the CPU; it leaves no step in a trace.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::ones((1, 1, 4, 4), DType::F32, &Device::Cpu)?;
/// let kernel = Tensor::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
/// let (options, pool) = (F::ConvOptions::default(), F::PoolOptions::new(2));
/// let y = F::conv2d_fused(&x, &kernel, None, options, Some(pool), true)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [9.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`conv2d`] and of the pooling; another device.
pub fn conv2d_fused(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
    pool: Option<PoolOptions>,
    relu: bool,
) -> Result<Tensor> {
    const WHAT: &str = "conv2d";
    let (sizes, dims) = prepare(WHAT, 2, x, weight, bias, options)?;
    let [_, height, width] = sizes.axes.map(|axis| axis.output);
    let pool = match pool {
        Some(pool) => Some(MaxPool {
            planes: dims[0] * dims[1],
            axes: [pool.axis(WHAT, height)?, pool.axis(WHAT, width)?],
        }),
        None => None,
    };
    let epilogue = match (pool, relu) {
        (None, false) => None,
        (None, true) => Some(ConvEpilogue::Relu),
        (Some(pool), false) => Some(ConvEpilogue::MaxPool(pool)),
        (Some(pool), true) => Some(ConvEpilogue::MaxPoolRelu(pool)),
    };
    conv_op::forward(sizes, x, weight, bias, dims, epilogue)
}

fn conv(
    what: &'static str,
    rank: usize,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
) -> Result<Tensor> {
    let (sizes, dims) = prepare(what, rank, x, weight, bias, options)?;
    let operation = options.operation(weight.dim(D::Minus1)?);
    let tensors = [x, weight, bias.unwrap_or(x)];
    let tensors = &tensors[..2 + usize::from(bias.is_some())];
    traced(what, "", tensors, &[], operation, || {
        if on_cpu(x) {
            conv_op::forward(sizes, x, weight, bias, dims, None)
        } else {
            add_bias(&composed::conv(&sizes, x, weight)?, bias)
        }
    })
}
