//! im2col: every patch that a kernel sees, written out as a column.

use candle_core::{Result, Tensor, bail};

use crate::conv_options::ConvOptions;
use crate::cpu_op::{differentiable, no_grad, on_cpu};
use crate::kernels::{Convolution, View, WindowAxis};
use crate::trace::{Operation, Window, traced};
use crate::{check, composed};

/// The patches of images as columns: `x` (N, C, H, W) to (N, C k k, L), one column for each of the
/// L places of a k x k kernel, as PyTorch's `F.unfold`.
///
/// A convolution is a product with this matrix: `weight.reshape((C_out, C k k))` times the columns
/// is [`conv2d`](super::conv2d).
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::arange(0f32, 6., &Device::Cpu)?.reshape((1, 1, 2, 3))?;
/// let columns = F::unfold(&x, 2, F::ConvOptions::default())?;
/// assert_eq!(columns.get(0)?.t()?.to_vec2::<f32>()?, [[0., 1., 3., 4.], [1., 2., 4., 5.]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, H, W), a kernel larger than the padded input, groups other than 1, an
/// empty input.
pub fn unfold(x: &Tensor, kernel_size: usize, options: ConvOptions) -> Result<Tensor> {
    const WHAT: &str = "unfold";
    let (height, width) = check::image(WHAT, x)?;
    let ConvOptions {
        stride,
        padding,
        dilation,
        groups,
    } = options;
    if groups != 1 {
        bail!("{WHAT}: patches have all channels, groups must be 1, got {groups}");
    }
    let axis = |input| WindowAxis::new(WHAT, input, kernel_size, stride, padding, dilation);
    let axes = [WindowAxis::ABSENT, axis(height)?, axis(width)?];
    let (batch, channels) = (x.dim(0)?, x.dim(1)?);
    let places = [axes[1].output, axes[2].output];
    let kernels = [axes[1].kernel, axes[2].kernel];
    check::can_hold(
        WHAT,
        "patches",
        &[&[batch, channels][..], &kernels, &places].concat(),
        x,
    )?;
    check::can_hold_windows(WHAT, &[batch, channels], &axes[1..], x)?;
    let sizes = Convolution {
        batch,
        groups: 1,
        in_channels: channels,
        out_channels: 0,
        axes,
    };
    let operation = Operation::Unfold(Window {
        kernel_size,
        stride,
        padding,
        dilation,
    });
    traced(WHAT, "", &[x], &[], operation, || {
        if on_cpu(x) {
            let shape = (batch, sizes.patch(), sizes.places());
            let fold = move |inputs: &[&Tensor], _y: &Tensor, grad: &Tensor| {
                let fold = move |v: &[View]| sizes.fold(v[0]);
                Ok(vec![Some(no_grad(
                    "fold",
                    &[grad],
                    inputs[0].shape(),
                    fold,
                )?)])
            };
            differentiable(WHAT, &[x], shape, move |v| sizes.unfold(v[0]), fold)
        } else {
            composed::unfold(x, &sizes)
        }
    })
}
