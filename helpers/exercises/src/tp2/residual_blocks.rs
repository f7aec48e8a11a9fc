//! What blocks of convolutions and batch normalisations return, computed from their parameters.

use candle_core::{Device, Result, Tensor, bail};

use candle_functional::{self as F, ConvOptions, random};
use networks::nn::Parameters;

/// What keeps the division of a batch normalisation from exploding.
pub(super) const EPS: f64 = 1e-5;

/// A block of the paper: relu(bn2(conv2(relu(bn1(conv1(x))))) + x).
pub(super) fn residual(x: &Tensor, params: &Parameters, train: bool) -> Result<Tensor> {
    F::relu(&(branch(x, params, 1, train)? + x)?)
}

/// A block that halves the image, with a convolution `fit` and its normalisation `bn3` on the way around.
pub(super) fn halving(x: &Tensor, params: &Parameters, train: bool) -> Result<Tensor> {
    let around = norm(&conv(x, &params.at("fit"), 2)?, &params.at("bn3"), train)?;
    F::relu(&(branch(x, params, 2, train)? + around)?)
}

/// Normalisation and ReLU before each convolution: conv2(relu(bn2(conv1(relu(bn1(x)))))) + x.
pub(super) fn pre_activation(x: &Tensor, params: &Parameters, train: bool) -> Result<Tensor> {
    let h = F::relu(&norm(x, &params.at("bn1"), train)?)?;
    let h = conv(&h, &params.at("conv1"), 1)?;
    let h = F::relu(&norm(&h, &params.at("bn2"), train)?)?;
    conv(&h, &params.at("conv2"), 1)? + x
}

/// bn2(conv2(relu(bn1(conv1(x))))), with the stride in conv1.
fn branch(x: &Tensor, params: &Parameters, stride: usize, train: bool) -> Result<Tensor> {
    let h = conv(x, &params.at("conv1"), stride)?;
    let h = F::relu(&norm(&h, &params.at("bn1"), train)?)?;
    norm(&conv(&h, &params.at("conv2"), 1)?, &params.at("bn2"), train)
}

/// A convolution without bias, padded so that only the stride changes the size.
fn conv(x: &Tensor, params: &Parameters, stride: usize) -> Result<Tensor> {
    let weight = params.get("weight")?.tensor();
    let options = ConvOptions {
        stride,
        padding: weight.dim(3)? / 2,
        ..Default::default()
    };
    F::conv2d(x, &weight, None, options)
}

/// By the statistics of the batch, or by the running ones.
fn norm(x: &Tensor, params: &Parameters, train: bool) -> Result<Tensor> {
    let (weight, bias) = (params.get("weight")?.tensor(), params.get("bias")?.tensor());
    if train {
        return Ok(F::batch_norm_training(x, &weight, &bias, EPS)?.0);
    }
    let (mean, var) = (
        running(params, "running_mean")?,
        running(params, "running_var")?,
    );
    F::batch_norm(x, &mean, &var, Some(&weight), Some(&bias), EPS)
}

fn running(params: &Parameters, name: &str) -> Result<Tensor> {
    let buffers = params.buffers();
    match buffers.iter().find(|buffer| buffer.name().ends_with(name)) {
        Some(buffer) => Ok(buffer.tensor()),
        None => bail!("no layer keeps a {name}: expected a batch normalisation there"),
    }
}

/// Gives parameters and running statistics values that are neither 0 nor 1.
pub(super) fn randomise(params: &Parameters) -> Result<()> {
    for parameter in params.all() {
        let shape = parameter.var().shape().clone();
        parameter.set(&random::uniform(-1.0, 1.0, shape, &Device::Cpu)?)?;
    }
    for buffer in params.buffers() {
        let (low, high) = match buffer.name() {
            name if name.ends_with("running_mean") => (-1.0, 1.0),
            name if name.ends_with("running_var") => (0.5, 2.0),
            _ => continue,
        };
        let shape = buffer.tensor().shape().clone();
        buffer.set(&random::uniform(low, high, shape, &Device::Cpu)?)?;
    }
    Ok(())
}
