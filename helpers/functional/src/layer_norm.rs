//! Layer normalisation: the numbers of each row of mean 0 and variance 1, then a scale and a shift.

use candle_core::{Result, Tensor, bail};

use crate::check;
use crate::composed::scale_and_shift;
use crate::errors::display_shape;
use crate::trace::{Operation, traced};

/// `(x - mean) / sqrt(variance + eps) * weight + bias` over the trailing dimensions of `x`, which
/// must be `normalized_shape`; `weight` and `bias` have that shape too.
///
/// The variance is the mean square (no Bessel correction), as PyTorch's.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[1f32, 3.], [10., 30.]], &Device::Cpu)?;
/// let y = F::layer_norm(&x, &[2], None, None, 0.0)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[-1., 1.], [-1., 1.]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, types that differ, an empty input.
pub fn layer_norm(
    x: &Tensor,
    normalized_shape: &[usize],
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    const WHAT: &str = "layer_norm";
    check::float(WHAT, x)?;
    check::not_empty(WHAT, x)?;
    if normalized_shape.is_empty() || !x.dims().ends_with(normalized_shape) {
        let (shape, dims) = (display_shape(normalized_shape), display_shape(x.dims()));
        bail!("{WHAT}: the input must end with {shape}, got {dims}");
    }
    for (tensor, name) in [(weight, "weight"), (bias, "bias")] {
        let Some(tensor) = tensor else { continue };
        if tensor.dims() != normalized_shape {
            let (shape, dims) = (
                display_shape(normalized_shape),
                display_shape(tensor.dims()),
            );
            bail!("{WHAT}: the {name} must be {shape}, got {dims}");
        }
        check::alike(WHAT, x, tensor, name)?;
    }
    let operation = Operation::LayerNorm { eps };
    let inputs: Vec<&Tensor> = [x].into_iter().chain(weight).chain(bias).collect();
    traced(WHAT, "", &inputs, &[], operation, || {
        // candle's fused LayerNorm gives no gradient: composed here.
        let kept = x.rank() - normalized_shape.len();
        let rows = x.flatten_from(kept)?;
        let centred = rows.broadcast_sub(&rows.mean_keepdim(kept)?)?;
        let variance = centred.sqr()?.mean_keepdim(kept)?;
        let y = centred.broadcast_div(&(variance + eps)?.sqrt()?)?;
        scale_and_shift(&y.reshape(x.shape())?, weight, bias)
    })
}
