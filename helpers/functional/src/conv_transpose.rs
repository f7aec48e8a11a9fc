//! The transposed convolution: small maps become large ones, with kernels that are learnt.

use candle_core::{Result, Tensor, bail};

use crate::bias::add_bias;
use crate::cpu_op::on_cpu;
use crate::errors::display_shape;
use crate::kernels::{Convolution, WindowAxis};
use crate::trace::{Operation, Window, traced};
use crate::{check, conv_op};

/// The transposed convolution of images: `x` (N, C, H, W), `weight` (C, C_out, kh, kw), `bias`
/// (C_out).
///
/// Each input element adds its multiple of the kernel to the output, `stride` apart from its
/// neighbour's; `padding` elements are then cut off each side. The result is
/// (N, C_out, H_out, W_out) with `H_out = (H - 1) stride - 2 padding + kh + output_padding`.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[[[1f32, 2.]]]], &Device::Cpu)?;
/// let kernel = Tensor::ones((1, 1, 1, 2), DType::F32, &Device::Cpu)?;
/// let y = F::conv_transpose2d(&x, &kernel, None, 2, 0, 0)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [1., 1., 2., 2.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, a padding that leaves nothing, an output padding that is not below the
/// stride, types that differ, an empty input.
pub fn conv_transpose2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    stride: usize,
    padding: usize,
    output_padding: usize,
) -> Result<Tensor> {
    const WHAT: &str = "conv_transpose2d";
    check::float(WHAT, x)?;
    let (given, kernels) = (display_shape(x.dims()), display_shape(weight.dims()));
    let [batch, channels, height, width] = *x.dims() else {
        bail!("{WHAT}: the input must be (N, C, H, W), got {given}");
    };
    let [expected, outputs, kernel_height, kernel_width] = *weight.dims() else {
        bail!("{WHAT}: the kernels must be (C, C_out, kh, kw), got {kernels}");
    };
    check::alike(WHAT, x, weight, "kernels")?;
    check::not_empty(WHAT, x)?;
    if weight.elem_count() == 0 {
        bail!("{WHAT}: the kernels are empty, {kernels}");
    }
    if channels != expected {
        bail!(
            "{WHAT}: input has {channels} channels, {given}, but the kernels expect {expected}, {kernels}"
        );
    }
    check::vector(WHAT, x, bias, "bias", outputs)?;
    if stride == 0 {
        bail!("{WHAT}: the stride must be at least 1, got 0");
    }
    if output_padding >= stride {
        bail!("{WHAT}: output_padding {output_padding} must be below the stride, {stride}");
    }
    let axis = |input: usize, kernel: usize| -> Result<WindowAxis> {
        let grown = (input - 1).checked_mul(stride);
        let grown = grown.and_then(|n| n.checked_add(kernel)?.checked_add(output_padding));
        let Some((grown, cut)) = grown.zip(padding.checked_mul(2)) else {
            bail!("{WHAT}: stride {stride} or padding {padding} is too large to count with");
        };
        if grown <= cut {
            bail!(
                "{WHAT}: padding {padding} cuts off all of the {grown} elements that a kernel of size {kernel} with stride {stride} makes of {input}: take less padding"
            );
        }
        WindowAxis::new(WHAT, grown - cut, kernel, stride, padding, 1)
    };
    let (vertical, horizontal) = (axis(height, kernel_height)?, axis(width, kernel_width)?);
    let sizes = Convolution {
        batch,
        groups: 1,
        in_channels: outputs,
        out_channels: channels,
        axes: [WindowAxis::ABSENT, vertical, horizontal],
    };
    let dims = vec![batch, outputs, vertical.input, horizontal.input];
    check::can_hold(WHAT, "result", &dims, x)?;
    let window = Window {
        kernel_size: kernel_width,
        stride,
        padding,
        dilation: 1,
    };
    let operation = Operation::ConvTranspose {
        window,
        output_padding,
    };
    let tensors = [x, weight, bias.unwrap_or(x)];
    let tensors = &tensors[..2 + usize::from(bias.is_some())];
    traced(WHAT, "", tensors, &[], operation, || {
        let y = if on_cpu(x) {
            conv_op::transposed(sizes, x, weight, dims)?
        } else {
            // candle's own is right, backward too, while output_padding is below the stride.
            let (x, weight) = (x.contiguous()?, weight.contiguous()?);
            x.conv_transpose2d(&weight, padding, output_padding, stride, 1)?
        };
        add_bias(&y, bias)
    })
}
