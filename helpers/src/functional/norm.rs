//! Normalisation: numbers of mean 0 and variance 1, then a scale and a shift that are learnt.

use candle_core::{Result, Tensor, bail};

use super::check::{self, words};
use crate::trace::traced;

/// `(x - mean) / sqrt(variance + eps) * weight + bias` over the trailing dimensions of `x`, which
/// must be `normalized_shape`; `weight` and `bias` have that shape too.
///
/// The variance is the mean square (no Bessel correction), as PyTorch's.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[1f32, 3.], [10., 30.]], &Device::Cpu)?;
/// let y = F::layer_norm(&x, &[2], None, None, 0.0)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[-1., 1.], [-1., 1.]]);
/// # Ok::<(), helpers::Error>(())
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
        let (shape, dims) = (words(normalized_shape), words(x.dims()));
        bail!("{WHAT}: the input must end with {shape}, got {dims}");
    }
    for (tensor, name) in [(weight, "weight"), (bias, "bias")] {
        let Some(tensor) = tensor else { continue };
        if tensor.dims() != normalized_shape {
            let (shape, dims) = (words(normalized_shape), words(tensor.dims()));
            bail!("{WHAT}: the {name} must be {shape}, got {dims}");
        }
        check::alike(WHAT, x, tensor, name)?;
    }
    let settings = || vec![("eps", eps.to_string())];
    let inputs: Vec<&Tensor> = [x].into_iter().chain(weight).chain(bias).collect();
    traced(WHAT, "", &inputs, &[], settings, || {
        // candle's fused LayerNorm gives no gradient: composed here.
        let kept = x.rank() - normalized_shape.len();
        let rows = x.flatten_from(kept)?;
        let centred = rows.broadcast_sub(&rows.mean_keepdim(kept)?)?;
        let variance = centred.sqr()?.mean_keepdim(kept)?;
        let y = centred.broadcast_div(&(variance + eps)?.sqrt()?)?;
        scale_and_shift(&y.reshape(x.shape())?, weight, bias)
    })
}

/// `(x - mean) / sqrt(var + eps) * weight + bias`, channel by channel: `x` is (N, C, ...), the four
/// vectors are (C).
///
/// The pure formula: a layer passes the statistics of the batch while training (the gradient goes
/// through them) and the running ones otherwise.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[1f32, 10.], [3., 30.]], &Device::Cpu)?;
/// let mean = Tensor::new(&[2f32, 20.], &Device::Cpu)?;
/// let var = Tensor::new(&[1f32, 100.], &Device::Cpu)?;
/// let y = F::batch_norm(&x, &mean, &var, None, None, 0.0)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[-1., -1.], [1., 1.]]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, types that differ, an empty input.
pub fn batch_norm(
    x: &Tensor,
    mean: &Tensor,
    var: &Tensor,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    const WHAT: &str = "batch_norm";
    check::float(WHAT, x)?;
    check::not_empty(WHAT, x)?;
    let [_, channels, space @ ..] = x.dims() else {
        bail!(
            "{WHAT}: the input must be (N, C, ...), got {}",
            words(x.dims())
        );
    };
    check::vector(WHAT, x, Some(mean), "mean", *channels)?;
    check::vector(WHAT, x, Some(var), "variance", *channels)?;
    check::vector(WHAT, x, weight, "weight", *channels)?;
    check::vector(WHAT, x, bias, "bias", *channels)?;
    let settings = || vec![("eps", eps.to_string())];
    let inputs = [x, mean, var].into_iter().chain(weight).chain(bias);
    let inputs: Vec<&Tensor> = inputs.collect();
    traced(WHAT, "", &inputs, &[], settings, || {
        let mut shape = vec![*channels];
        shape.resize(1 + space.len(), 1);
        let along = |vector: &Tensor| vector.reshape(shape.as_slice());
        let std = along(&(var + eps)?.sqrt()?)?;
        let y = x.broadcast_sub(&along(mean)?)?.broadcast_div(&std)?;
        let weight = weight.map(along).transpose()?;
        let bias = bias.map(along).transpose()?;
        scale_and_shift(&y, weight.as_ref(), bias.as_ref())
    })
}

fn scale_and_shift(y: &Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>) -> Result<Tensor> {
    let y = match weight {
        Some(weight) => y.broadcast_mul(weight)?,
        None => y.clone(),
    };
    match bias {
        Some(bias) => y.broadcast_add(bias),
        None => Ok(y),
    }
}
