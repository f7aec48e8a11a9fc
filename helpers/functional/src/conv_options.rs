//! How a kernel moves, and what that makes of the shapes.

use candle_core::{Result, Tensor, bail};

use crate::check;
use crate::errors::display_shape;
use crate::kernels::{Convolution, WindowAxis};
use crate::trace::{Operation, Window};

/// How a kernel moves over its input: the same numbers for every spatial dimension.
///
/// ```
/// use candle_functional as F;
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

impl ConvOptions {
    /// A convolution with kernels of this side, as a step of a trace keeps it.
    #[doc(hidden)]
    pub fn operation(&self, kernel_size: usize) -> Operation {
        let window = Window {
            kernel_size,
            stride: self.stride,
            padding: self.padding,
            dilation: self.dilation,
        };
        let groups = self.groups;
        Operation::Conv { window, groups }
    }
}

/// What a convolution needs to know, and the shape of its result, once all is seen to fit.
pub fn prepare(
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
        x,
    )?;
    Ok((sizes, dims))
}

/// Compares the shapes and counts; what fits is safe to compute.
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
    let (given, kernels) = (display_shape(x.dims()), display_shape(weight.dims()));
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
    let mut axes = [WindowAxis::ABSENT; 3];
    let spatial = x.dims()[2..].iter().zip(&weight.dims()[2..]);
    for (axis, (&input, &kernel)) in axes[3 - rank..].iter_mut().zip(spatial) {
        let ConvOptions {
            stride,
            padding,
            dilation,
            ..
        } = options;
        *axis = WindowAxis::new(what, input, kernel, stride, padding, dilation)?;
    }
    Ok(Convolution {
        batch: x.dim(0)?,
        groups,
        in_channels: per_group,
        out_channels: outputs / groups,
        axes,
    })
}
