//! Batch normalisation: each channel gets mean 0 and variance 1 over the batch.

use std::sync::Arc;

use candle_core::{Device, Result, Tensor, bail};

use super::fusion::Fusible;
use super::{Buffer, Init, Model, Parameter, Parameters};
use candle_functional::trace::{self, AsTrained, Operation, traced};
use candle_functional::{self as F, display_shape};

/// Batch normalisation (Ioffe and Szegedy 2015) over `D` dimensions: [`BatchNorm1d`] or
/// [`BatchNorm2d`].
///
/// `(x - mean) / sqrt(var + eps) * weight + bias`, channel by channel. While training, mean and
/// variance are those of the batch, and the running ones move a tenth of the way (`momentum`)
/// towards them, the variance in its unbiased form; otherwise the running ones are used.
#[derive(Clone, Debug)]
pub struct BatchNorm<const D: usize> {
    /// The scale, (C), from 1.
    pub weight: Parameter,
    /// The shift, (C), from 0.
    pub bias: Parameter,
    /// The mean of earlier batches, (C), from 0.
    pub running_mean: Buffer,
    /// The variance of earlier batches, (C), from 1.
    pub running_var: Buffer,
    /// How many batches there were.
    pub num_batches_tracked: Buffer,
    /// How far the running statistics move with each batch, 0.1.
    pub momentum: f64,
    /// What keeps the division from exploding, 1e-5.
    pub eps: f64,
}

/// Batch normalisation of (N, C) or (N, C, L), as PyTorch's `nn.BatchNorm1d`.
pub type BatchNorm1d = BatchNorm<1>;
/// Batch normalisation of (N, C, H, W), as PyTorch's `nn.BatchNorm2d`.
pub type BatchNorm2d = BatchNorm<2>;

/// A [`BatchNorm1d`] of `channels` features.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let bn = nn::batch_norm1d(1, &params.at("bn"))?;
/// let x = Tensor::new(&[[2f32], [4.]], &Device::Cpu)?;
/// let y = bn.forward(&x, true)?.flatten_all()?.to_vec1::<f32>()?;
/// assert!((y[0] + 1.0).abs() < 1e-4 && (y[1] - 1.0).abs() < 1e-4);
/// assert_eq!(bn.running_mean.tensor().to_vec1::<f32>()?, [0.3]); // 0.9 * 0 + 0.1 * 3
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No channels, or a name that is taken.
pub fn batch_norm1d(channels: usize, params: &Parameters) -> Result<BatchNorm1d> {
    batch_norm(channels, params)
}

/// A [`BatchNorm2d`] of `channels` channels. Its running statistics are buffers: saved with the
/// parameters, but neither counted nor trained.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let bn = nn::batch_norm2d(64, &params.at("bn1"))?;
/// assert_eq!(params.count(), 64 + 64);
/// let x = random::normal(5.0, 2.0, (8, 64, 7, 7), &Device::Cpu)?;
/// let y = bn.forward(&x, true)?;
/// assert!(y.mean_all()?.to_scalar::<f32>()?.abs() < 1e-4);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No channels, or a name that is taken.
pub fn batch_norm2d(channels: usize, params: &Parameters) -> Result<BatchNorm2d> {
    batch_norm(channels, params)
}

fn batch_norm<const D: usize>(channels: usize, params: &Parameters) -> Result<BatchNorm<D>> {
    if channels == 0 {
        bail!("batch_norm{D}d: a layer needs channels, got 0");
    }
    let weight = params.create("weight", channels, Init::ONES)?;
    let bias = params.create("bias", channels, Init::ZEROS)?;
    let zeros = Tensor::zeros(channels, params.dtype(), params.device())?;
    // The count stays on the CPU: nothing is computed with it, and not every device adds i64.
    let none_yet = Tensor::new(0i64, &Device::Cpu)?;
    Ok(BatchNorm {
        weight,
        bias,
        running_mean: params.create_buffer("running_mean", &zeros)?,
        running_var: params.create_buffer("running_var", &zeros.ones_like()?)?,
        num_batches_tracked: params.create_buffer("num_batches_tracked", &none_yet)?,
        momentum: 0.1,
        eps: 1e-5,
    })
}

impl<const D: usize> BatchNorm<D> {
    fn check(&self, x: &Tensor) -> Result<()> {
        let channels = self.weight.var().elem_count();
        let (fits, shape) = match D {
            1 => (matches!(x.rank(), 2 | 3), "(N, C) or (N, C, L)"),
            _ => (x.rank() == 4, "(N, C, H, W)"),
        };
        if !fits || x.dims()[1] != channels {
            bail!(
                "batch_norm{D}d: the input must be {shape} with {channels} channels, got {}",
                display_shape(x.dims())
            );
        }
        if x.dtype() != self.weight.var().dtype() {
            let (want, got) = (self.weight.var().dtype().as_str(), x.dtype().as_str());
            bail!("batch_norm{D}d: the input must be of type {want}, got {got}");
        }
        Ok(())
    }

    /// The output, or what a ReLU makes of it. While training, the running statistics move.
    fn normalize(&self, x: &Tensor, train: bool, relu: bool) -> Result<Tensor> {
        self.check(x)?;
        let (weight, bias) = (self.weight.tensor(), self.bias.tensor());
        let running = (self.running_mean.tensor(), self.running_var.tensor());
        if !train {
            let (mean, var) = (&running.0, &running.1);
            return match relu {
                true => Ok(F::batch_norm_relu(x, Some((mean, var)), &weight, &bias, self.eps)?.0),
                false => F::batch_norm(x, mean, var, Some(&weight), Some(&bias), self.eps),
            };
        }
        let count = x.elem_count() / x.dim(1)?;
        if count < 2 {
            bail!(
                "batch_norm{D}d: training needs more than one value per channel, got {}; if this is the last, smaller batch of a DataLoader, add .drop_last(true), else take larger batches",
                display_shape(x.dims())
            );
        }
        let (y, mean, var) = match relu {
            true => F::batch_norm_relu(x, None, &weight, &bias, self.eps)?,
            false => F::batch_norm_training(x, &weight, &bias, self.eps)?,
        };
        let unbiased = (var * (count as f64 / (count - 1) as f64))?;
        let follow = |running: &Buffer, batch: &Tensor| {
            let kept = (running.tensor() * (1.0 - self.momentum))?;
            running.set(&(kept + (batch.detach() * self.momentum)?)?)
        };
        follow(&self.running_mean, &mean)?;
        follow(&self.running_var, &unbiased)?;
        let batches = self.num_batches_tracked.tensor().to_scalar::<i64>()?;
        let batches = Tensor::new(batches.saturating_add(1), &Device::Cpu)?;
        self.num_batches_tracked.set(&batches)?;
        Ok(y)
    }

    /// The output through a ReLU, in one step unless a trace is on, which shows both.
    pub(crate) fn forward_relu(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        match trace::is_on() {
            true => F::relu(&self.forward(x, train)?),
            false => self.normalize(x, train, true),
        }
    }
}

impl<const D: usize> Model for BatchNorm<D> {
    /// (N, C, ...) to the same shape.
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        self.check(x)?;
        let what = if D == 1 { "BatchNorm1d" } else { "BatchNorm2d" };
        let operation = Operation::BatchNorm {
            eps: self.eps,
            momentum: Some(self.momentum),
        };
        let parameters: [&dyn AsTrained; 2] = [&self.weight, &self.bias];
        let layer = self.weight.layer();
        traced(what, layer, &[x], &parameters, operation, || {
            self.normalize(x, train, false)
        })
    }

    fn fusible(&self) -> Fusible {
        let layer = self.clone();
        Fusible::BatchNorm(Arc::new(move |x, train| layer.forward_relu(x, train)))
    }
}
