//! Batch normalisation: each channel of mean 0 and variance 1, then a scale and a shift that are learnt.

use std::sync::{Arc, OnceLock};

use candle_core::{DType, Result, Tensor, bail};

use crate::cpu_op::{differentiable, no_grad, on_cpu};
use crate::errors::display_shape;
use crate::kernels::{BatchNorm, Channels, Gradients, Statistics, View};
use crate::trace::{Operation, traced};
use crate::{activation, check, composed};

const WHAT: &str = "batch_norm";

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
    let named = [
        (Some(mean), "mean"),
        (Some(var), "variance"),
        (weight, "weight"),
        (bias, "bias"),
    ];
    check_all(x, &named)?;
    let inputs = [x, mean, var].into_iter().chain(weight).chain(bias);
    let inputs: Vec<&Tensor> = inputs.collect();
    traced(WHAT, "", &inputs, &[], operation(eps), || {
        match (weight, bias) {
            (Some(weight), Some(bias)) => {
                let (y, ..) = normalize(x, Some((mean, var)), weight, bias, eps, false)?;
                Ok(y)
            }
            _ => composed::batch_norm(x, (mean, var), (weight, bias), eps),
        }
    })
}

/// [`batch_norm`] with the mean and the variance of this batch; returns the output, the mean and the
/// variance. The gradient of the output goes through both.
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
    check_all(x, &[(Some(weight), "weight"), (Some(bias), "bias")])?;
    // The statistics come out beside the tensor that a trace follows.
    let mut moments = None;
    let y = traced(WHAT, "", &[x, weight, bias], &[], operation(eps), || {
        let (y, mean, var) = normalize(x, None, weight, bias, eps, false)?;
        moments = Some((mean, var));
        Ok(y)
    })?;
    match moments {
        Some((mean, var)) => Ok((y, mean, var)),
        None => bail!("{WHAT}: the statistics are lost"),
    }
}

/// [`batch_norm`] through a ReLU, with this mean and variance, or else those of the batch; returns the
/// output, the mean and the variance. The same numbers, for images on the CPU in one step.
///
/// # Errors
/// As [`batch_norm`].
pub fn batch_norm_relu(
    x: &Tensor,
    statistics: Option<(&Tensor, &Tensor)>,
    weight: &Tensor,
    bias: &Tensor,
    eps: f64,
) -> Result<(Tensor, Tensor, Tensor)> {
    let (mean, var) = statistics.unzip();
    let named = [
        (mean, "mean"),
        (var, "variance"),
        (Some(weight), "weight"),
        (Some(bias), "bias"),
    ];
    check_all(x, &named)?;
    normalize(x, statistics, weight, bias, eps, true)
}

fn operation(eps: f64) -> Operation {
    let momentum = None;
    Operation::BatchNorm { eps, momentum }
}

/// x is (N, C, ...), and the others, which have names, are (C).
fn check_all(x: &Tensor, named: &[(Option<&Tensor>, &str)]) -> Result<()> {
    check::float(WHAT, x)?;
    check::not_empty(WHAT, x)?;
    let [_, channels, ..] = x.dims() else {
        let dims = display_shape(x.dims());
        bail!("{WHAT}: the input must be (N, C, ...), got {dims}");
    };
    let mut named = named.iter();
    named.try_for_each(|(vector, name)| check::vector(WHAT, x, *vector, name, *channels))
}

/// The output, the mean and the variance.
fn normalize(
    x: &Tensor,
    given: Option<(&Tensor, &Tensor)>,
    weight: &Tensor,
    bias: &Tensor,
    eps: f64,
    relu: bool,
) -> Result<(Tensor, Tensor, Tensor)> {
    let sizes = Channels::of(x)?;
    let constant = given.is_none_or(|(mean, var)| !mean.track_op() && !var.track_op());
    // Channels of single numbers are better summed side by side.
    if !on_cpu(x) || sizes.inner == 1 || !constant {
        let (mean, var) = match given {
            Some((mean, var)) => (mean.clone(), var.clone()),
            None => composed::moments(x)?,
        };
        let y = composed::batch_norm(x, (&mean, &var), (Some(weight), Some(bias)), eps)?;
        let y = if relu { activation::relu(&y)? } else { y };
        return Ok((y, mean, var));
    }
    let vectors = |(mean, var)| -> Result<_> { Ok((vector(mean)?, vector(var)?)) };
    let given = given.map(vectors).transpose()?;
    let norm = BatchNorm { sizes, relu };
    // Written by forward, read by backward.
    let known = Arc::new(OnceLock::new());
    let statistics = known.clone();
    let forward = move |v: &[View]| {
        let (weight, bias) = (v[1].to_f64()?, v[2].to_f64()?);
        let (y, used) = norm.forward(v[0], &weight, &bias, given.as_ref(), eps)?;
        statistics.get_or_init(|| used);
        Ok(y)
    };
    let statistics = known.clone();
    let backward = move |inputs: &[&Tensor], _: &Tensor, grad: &Tensor| {
        gradients(norm, &statistics, inputs, grad)
    };
    let y = differentiable(WHAT, &[x, weight, bias], x.shape(), forward, backward)?;
    let Some(Statistics { mean, var, .. }) = known.get() else {
        bail!("{WHAT}: the statistics are lost");
    };
    Ok((y, tensor(mean, x)?, tensor(var, x)?))
}

fn gradients(
    norm: BatchNorm,
    statistics: &Arc<OnceLock<Statistics>>,
    inputs: &[&Tensor],
    grad: &Tensor,
) -> Result<Vec<Option<Tensor>>> {
    let [x, weight, bias] = inputs else {
        bail!("{WHAT}: three inputs");
    };
    let sums = Arc::new(OnceLock::new());
    let (found, statistics) = (sums.clone(), statistics.clone());
    let (weights, biases) = (vector(weight)?, vector(bias)?);
    let dx = no_grad(WHAT, &[x, grad], x.shape(), move |v: &[View]| {
        let Some(statistics) = statistics.get() else {
            bail!("{WHAT}: the statistics are lost");
        };
        let Gradients { dx, weight, bias } =
            norm.backward(v[0], v[1], &weights, &biases, statistics)?;
        found.get_or_init(|| (weight, bias));
        Ok(dx)
    })?;
    let Some((dw, db)) = sums.get() else {
        bail!("{WHAT}: the sums are lost");
    };
    let (dw, db) = (tensor(dw, x)?, tensor(db, x)?);
    let wanted = |input: &Tensor, grad: Tensor| input.track_op().then_some(grad);
    Ok(vec![wanted(x, dx), wanted(weight, dw), wanted(bias, db)])
}

fn vector(x: &Tensor) -> Result<Vec<f64>> {
    x.to_dtype(DType::F64)?.to_vec1()
}

/// A vector of the type of `x`.
fn tensor(values: &[f64], x: &Tensor) -> Result<Tensor> {
    Tensor::new(values, x.device())?.to_dtype(x.dtype())
}
