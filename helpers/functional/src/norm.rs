//! Normalisation: numbers of mean 0 and variance 1, then a scale and a shift that are learnt.

use std::sync::{Arc, OnceLock};

use candle_core::{CpuStorage, DType, Result, Tensor, bail};

use crate::check;
use crate::cpu_op::{differentiable, no_grad, on_cpu, wanted};
use crate::errors::display_shape;
use crate::kernels::{Channels, View};
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

/// `(x - mean) / sqrt(var + eps) * weight + bias`, channel by channel: `x` is (N, C, ...), the four
/// vectors are (C).
///
/// The pure formula: a layer passes the statistics of the batch while training (the gradient goes
/// through them) and the running ones otherwise.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[1f32, 10.], [3., 30.]], &Device::Cpu)?;
/// let mean = Tensor::new(&[2f32, 20.], &Device::Cpu)?;
/// let var = Tensor::new(&[1f32, 100.], &Device::Cpu)?;
/// let y = F::batch_norm(&x, &mean, &var, None, None, 0.0)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[-1., -1.], [1., 1.]]);
/// # Ok::<(), candle_core::Error>(())
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
            display_shape(x.dims())
        );
    };
    check::vector(WHAT, x, Some(mean), "mean", *channels)?;
    check::vector(WHAT, x, Some(var), "variance", *channels)?;
    check::vector(WHAT, x, weight, "weight", *channels)?;
    check::vector(WHAT, x, bias, "bias", *channels)?;
    let operation = Operation::BatchNorm {
        eps,
        momentum: None,
    };
    let inputs = [x, mean, var].into_iter().chain(weight).chain(bias);
    let inputs: Vec<&Tensor> = inputs.collect();
    traced(WHAT, "", &inputs, &[], operation, || {
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

/// [`batch_norm`] with the mean and the variance of this batch; returns the output, the mean and the
/// variance. The gradient goes through both.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[1f32], [3.]], &Device::Cpu)?;
/// let (weight, bias) = (x.ones_like()?.get(0)?, x.zeros_like()?.get(0)?);
/// let (y, mean, var) = F::batch_norm_training(&x, &weight, &bias, 0.0)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[-1.], [1.]]);
/// assert_eq!((mean.to_vec1::<f32>()?, var.to_vec1::<f32>()?), (vec![2.], vec![1.]));
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// As [`batch_norm`].
pub fn batch_norm_training(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    eps: f64,
) -> Result<(Tensor, Tensor, Tensor)> {
    const WHAT: &str = "batch_norm";
    check::float(WHAT, x)?;
    check::not_empty(WHAT, x)?;
    if x.rank() < 2 {
        let dims = display_shape(x.dims());
        bail!("{WHAT}: the input must be (N, C, ...), got {dims}");
    }
    let sizes = Channels::of(x)?;
    check::vector(WHAT, x, Some(weight), "weight", sizes.channels)?;
    check::vector(WHAT, x, Some(bias), "bias", sizes.channels)?;
    // Channels of single numbers are better summed side by side.
    if !on_cpu(x) || sizes.inner == 1 {
        let others: Vec<usize> = (0..x.rank()).filter(|&dim| dim != 1).collect();
        let mean = x.mean_keepdim(others.as_slice())?;
        let squares = x.broadcast_sub(&mean)?.sqr()?;
        let var = squares.mean_keepdim(others.as_slice())?.flatten_all()?;
        let mean = mean.flatten_all()?;
        let y = batch_norm(x, &mean, &var, Some(weight), Some(bias), eps)?;
        return Ok((y, mean, var));
    }
    let known = Arc::new(OnceLock::new());
    let (statistics, count) = (known.clone(), (sizes.batch * sizes.inner) as f64);
    let forward = move |v: &[View]| {
        let mean = sizes.means((v[0], &vec![0.0; sizes.channels]), None)?;
        let var = sizes.means((v[0], &mean), Some((v[0], &mean)))?;
        let std: Vec<f64> = var.iter().map(|var| (var + eps).sqrt()).collect();
        let slope = ratio(&v[1].to_f64()?, &std);
        let y = sizes.combine((v[0], &mean), &slope, &v[2].to_f64()?, None)?;
        statistics.get_or_init(|| (mean, var, std));
        Ok(y)
    };
    let statistics = known.clone();
    let operation = Operation::BatchNorm {
        eps,
        momentum: None,
    };
    let inputs = [x, weight, bias];
    let y = traced("batch_norm", "", &inputs, &[], operation, || {
        differentiable(
            "batch_norm",
            &inputs,
            x.shape(),
            forward,
            move |inputs, _, grad| {
                let (x, dims) = (inputs[0], sizes.channels);
                let Some((mean, _, std)) = statistics.get() else {
                    bail!("batch_norm: the statistics are lost");
                };
                // With x' = (x - mean) / std: db = sum dy, dw = sum dy x', and
                // dx = (dy - mean dy - x' mean (dy x')) * weight / std.
                let (mean, std) = (mean.clone(), std.clone());
                let centre = mean.clone();
                let db = no_grad("batch_norm", &[grad], dims, move |v| sizes.totals(v[0]))?;
                let products = no_grad("batch_norm", &[grad, x], dims, move |v| {
                    let none = vec![0.0; sizes.channels];
                    let sums = sizes.sums((v[0], &none), Some((v[1], &centre)))?;
                    Ok(CpuStorage::F64(sums))
                })?;
                let (sums, along) = (vector(&db)?, vector(&products)?);
                let weights = vector(inputs[1])?;
                let dw = Tensor::new(ratio(&along, &std), x.device())?.to_dtype(x.dtype())?;
                let dx = wanted(x, || {
                    no_grad("batch_norm", &[grad, x], x.shape(), move |v| {
                        let scale = ratio(&weights, &std);
                        let shift = (0..scale.len()).map(|c| -scale[c] * sums[c] / count);
                        let slope = (0..scale.len())
                            .map(|c| -scale[c] * along[c] / (std[c] * std[c] * count));
                        let (slope, shift): (Vec<f64>, Vec<f64>) =
                            (slope.collect(), shift.collect());
                        sizes.combine((v[1], &mean), &slope, &shift, Some((v[0], &scale)))
                    })
                })?;
                Ok(vec![dx, Some(dw), Some(db)])
            },
        )
    })?;
    let Some((mean, var, _)) = known.get() else {
        bail!("batch_norm: the statistics are lost");
    };
    let tensor = |values: &[f64]| Tensor::new(values, x.device())?.to_dtype(x.dtype());
    Ok((y, tensor(mean)?, tensor(var)?))
}

fn ratio(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a / b).collect()
}

fn vector(x: &Tensor) -> Result<Vec<f64>> {
    x.to_dtype(DType::F64)?.to_vec1()
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
