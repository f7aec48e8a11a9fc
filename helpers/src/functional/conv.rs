//! Convolutions over sequences, images and volumes.

use candle_core::{Result, Tensor, bail};

use super::check::{self, words};
use super::{PoolOptions, composed, conv_op, on_cpu};
use crate::kernels::{Axis, Convolution, Finish, MaxPool};
use crate::trace::traced;

/// How a kernel moves over its input: the same numbers for every spatial dimension.
///
/// ```
/// use helpers::prelude::*;
/// let halving = F::ConvOptions { stride: 2, padding: 1, ..Default::default() };
/// assert_eq!((halving.dilation, halving.groups), (1, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConvOptions {
    /// Elements between two places of the kernel; 1 by default.
    pub stride: usize,
    /// Zeros added on each side of the input; 0 by default.
    pub padding: usize,
    /// Elements from one of the kernel's to the next; 1 by default.
    pub dilation: usize,
    /// How many groups the channels are split into; each sees only its own. 1 by default.
    pub groups: usize,
}

impl Default for ConvOptions {
    fn default() -> ConvOptions {
        ConvOptions {
            stride: 1,
            padding: 0,
            dilation: 1,
            groups: 1,
        }
    }
}

/// A convolution over sequences: `x` (N, C, L), `weight` (C_out, C / groups, k), `bias` (C_out).
///
/// The result is (N, C_out, L_out) with
/// `L_out = (L + 2 padding - dilation (k - 1) - 1) / stride + 1`, rounded down.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[[1f32, 2., 4., 8.]]], &Device::Cpu)?;
/// let difference = Tensor::new(&[[[-1f32, 1.]]], &Device::Cpu)?;
/// let y = F::conv1d(&x, &difference, None, F::ConvOptions::default())?;
/// assert_eq!(y.to_vec3::<f32>()?, [[[1., 2., 4.]]]);
/// # Ok::<(), helpers::Error>(())
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
/// use helpers::prelude::*;
/// let x = Tensor::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
/// let sum = Tensor::ones((1, 1, 3, 3), DType::F32, &Device::Cpu)?;
/// let same = F::ConvOptions { padding: 1, ..Default::default() };
/// let y = F::conv2d(&x, &sum, None, same)?.flatten_to(2)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[4., 6., 4.], [6., 9., 6.], [4., 6., 4.]]);
/// # Ok::<(), helpers::Error>(())
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
/// use helpers::prelude::*;
/// let x = Tensor::ones((1, 1, 4, 4, 4), DType::F32, &Device::Cpu)?;
/// let sum = Tensor::ones((1, 1, 2, 2, 2), DType::F32, &Device::Cpu)?;
/// let apart = F::ConvOptions { stride: 2, ..Default::default() };
/// let y = F::conv3d(&x, &sum, None, apart)?;
/// assert_eq!(y.dims(), [1, 1, 2, 2, 2]);
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [8.0; 8]);
/// # Ok::<(), helpers::Error>(())
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

/// [`conv2d`] with the max pooling and the ReLU that follow it, on the CPU and with no trace on.
pub(crate) fn conv2d_and(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
    pool: Option<PoolOptions>,
    relu: bool,
) -> Result<Tensor> {
    const WHAT: &str = "conv2d";
    let (sizes, dims) = prepare(WHAT, 2, x, weight, bias, options)?;
    let axes = sizes.axes.map(|axis| axis.output);
    let pool = pool.map(|pool| -> Result<MaxPool> {
        let axes = [pool.axis(WHAT, axes[1])?, pool.axis(WHAT, axes[2])?];
        Ok(MaxPool {
            planes: dims[0] * dims[1],
            axes,
        })
    });
    let finish = Finish {
        pool: pool.transpose()?,
        relu,
    };
    conv_op::forward(sizes, x, weight, bias, dims, finish)
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
    let settings = || {
        vec![
            ("stride", options.stride.to_string()),
            ("padding", options.padding.to_string()),
            ("dilation", options.dilation.to_string()),
            ("groups", options.groups.to_string()),
        ]
    };
    let tensors = [x, weight, bias.unwrap_or(x)];
    let tensors = &tensors[..2 + usize::from(bias.is_some())];
    traced(what, "", tensors, &[], settings, || {
        if on_cpu(x) {
            conv_op::forward(sizes, x, weight, bias, dims, Finish::default())
        } else {
            add_bias(&composed::conv(&sizes, x, weight)?, bias)
        }
    })
}

/// What a convolution needs to know, and the shape of its result, once all is seen to fit.
fn prepare(
    what: &str,
    rank: usize,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
) -> Result<(Convolution, Vec<usize>)> {
    let sizes = sizes(what, rank, x, weight, options)?;
    let out_channels = weight.dim(0)?;
    check::vector(what, x, bias, "bias", out_channels)?;
    let mut dims = vec![sizes.batch, out_channels];
    dims.extend(sizes.axes[3 - rank..].iter().map(|axis| axis.output));
    check::can_hold_windows(
        what,
        &[sizes.batch, x.dim(1)?.max(out_channels)],
        &sizes.axes[3 - rank..],
    )?;
    check::can_hold(what, "matrix of patches", &[sizes.patch(), sizes.places()])?;
    Ok((sizes, dims))
}

/// Adds one number per channel to (N, C, ...).
pub(super) fn add_bias(y: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let Some(bias) = bias else {
        return Ok(y.clone());
    };
    let mut dims = vec![bias.elem_count()];
    dims.resize(y.rank() - 1, 1);
    y.broadcast_add(&bias.reshape(dims)?)
}

/// Compares the shapes and counts; what passes is safe to compute.
fn sizes(
    what: &str,
    rank: usize,
    x: &Tensor,
    weight: &Tensor,
    options: ConvOptions,
) -> Result<Convolution> {
    let (sides, kernel_sides) = match rank {
        1 => ("L", "k"),
        2 => ("H, W", "kh, kw"),
        _ => ("D, H, W", "kd, kh, kw"),
    };
    check::float(what, x)?;
    let (given, kernels) = (words(x.dims()), words(weight.dims()));
    if x.rank() != rank + 2 {
        bail!("{what}: the input must be (N, C, {sides}), got {given}");
    }
    if weight.rank() != rank + 2 {
        bail!("{what}: the kernels must be (C_out, C / groups, {kernel_sides}), got {kernels}");
    }
    check::alike(what, x, weight, "kernels")?;
    check::not_empty(what, x)?;
    if weight.elem_count() == 0 {
        bail!("{what}: the kernels are empty, {kernels}");
    }
    let (channels, outputs, groups) = (x.dim(1)?, weight.dim(0)?, options.groups);
    if groups == 0 || channels % groups != 0 || outputs % groups != 0 {
        bail!(
            "{what}: groups must divide {channels} input and {outputs} output channels, got {groups}"
        );
    }
    let per_group = weight.dim(1)?;
    if channels / groups != per_group {
        let split = match groups {
            1 => String::new(),
            _ => format!(" in each of {groups} groups"),
        };
        bail!(
            "{what}: input has {channels} channels, {given}, but the kernels expect {per_group}{split}, {kernels}"
        );
    }
    let mut axes = [Axis::ABSENT; 3];
    let spatial = x.dims()[2..].iter().zip(&weight.dims()[2..]);
    for (axis, (&input, &kernel)) in axes[3 - rank..].iter_mut().zip(spatial) {
        let ConvOptions {
            stride,
            padding,
            dilation,
            ..
        } = options;
        *axis = Axis::new(what, input, kernel, stride, padding, dilation)?;
    }
    Ok(Convolution {
        batch: x.dim(0)?,
        groups,
        in_channels: per_group,
        out_channels: outputs / groups,
        axes,
    })
}
