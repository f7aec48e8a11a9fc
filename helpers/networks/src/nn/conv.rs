//! Convolution layers, over sequences, images and volumes.

use candle_core::{Result, Tensor, bail};

use super::fusion::Fusible;
use super::{Init, Model, Parameter, Parameters};
use candle_functional::trace::{AsTrained, traced};
use candle_functional::{self as F, ConvOptions};

/// A convolution over `D` dimensions: [`Conv1d`], [`Conv2d`] or [`Conv3d`].
///
/// `weight` is (out, in, k, ...), with `D` times k, and `bias` (out). Stride, padding and dilation
/// may be set on the layer: `nn::conv2d(3, 64, 7, &p)?.stride(2).padding(3)`.
#[derive(Clone, Debug)]
pub struct Conv<const D: usize> {
    /// The kernels, (out, in / groups, k, ...).
    pub weight: Parameter,
    /// One number per kernel, (out).
    pub bias: Option<Parameter>,
    /// How the kernels move.
    pub options: ConvOptions,
}

/// A convolution over a sequence, (N, in, L) to (N, out, L'), as PyTorch's `nn.Conv1d`.
pub type Conv1d = Conv<1>;
/// A convolution over an image, (N, in, H, W) to (N, out, H', W'), as PyTorch's `nn.Conv2d`.
pub type Conv2d = Conv<2>;
/// A convolution over a volume, (N, in, D, H, W) to (N, out, D', H', W'), as PyTorch's `nn.Conv3d`.
pub type Conv3d = Conv<3>;

/// A [`Conv1d`] with stride 1 and no padding; L' = L - k + 1.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let conv = nn::conv1d(16, 8, 3, &params.at("conv1"))?;
/// let x = Tensor::zeros((1, 16, 15), DType::F32, &Device::Cpu)?;
/// assert_eq!(conv.forward(&x, false)?.dims(), [1, 8, 13]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A size of 0, or a name that is taken.
pub fn conv1d(inputs: usize, outputs: usize, k: usize, params: &Parameters) -> Result<Conv1d> {
    conv(inputs, outputs, k, true, params)
}

/// A [`Conv2d`] with stride 1 and no padding, whose parameters start as PyTorch's: uniform in
/// +-1/sqrt(in * k * k).
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let conv1 = nn::conv2d(1, 6, 5, &params.at("conv1"))?;
/// let conv2 = nn::conv2d(6, 16, 3, &params.at("conv2"))?.stride(2).padding(1);
/// let x = Tensor::zeros((8, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// let x = conv1.forward(&x, false)?;
/// assert_eq!(x.dims(), [8, 6, 24, 24]); // 28 - 5 + 1
/// assert_eq!(conv2.forward(&x, false)?.dims(), [8, 16, 12, 12]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A size of 0, or a name that is taken.
pub fn conv2d(inputs: usize, outputs: usize, k: usize, params: &Parameters) -> Result<Conv2d> {
    conv(inputs, outputs, k, true, params)
}

/// [`conv2d`] without bias, for a convolution that batch normalisation follows.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// nn::conv2d_no_bias(3, 64, 7, &params.at("conv1"))?.stride(2).padding(3);
/// assert_eq!(params.count(), 3 * 64 * 7 * 7);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`conv2d`].
pub fn conv2d_no_bias(
    inputs: usize,
    outputs: usize,
    k: usize,
    params: &Parameters,
) -> Result<Conv2d> {
    conv(inputs, outputs, k, false, params)
}

/// A [`Conv3d`] with stride 1 and no padding.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let conv = nn::conv3d(1, 2, 3, &params.at("conv1"))?;
/// assert_eq!(conv.weight.tensor().dims(), [2, 1, 3, 3, 3]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A size of 0, or a name that is taken.
pub fn conv3d(inputs: usize, outputs: usize, k: usize, params: &Parameters) -> Result<Conv3d> {
    conv(inputs, outputs, k, true, params)
}

fn conv<const D: usize>(
    inputs: usize,
    outputs: usize,
    k: usize,
    bias: bool,
    params: &Parameters,
) -> Result<Conv<D>> {
    if inputs == 0 || outputs == 0 || k == 0 {
        bail!(
            "conv{D}d: a layer needs inputs, outputs and a kernel, got {inputs} -> {outputs}, kernel_size {k}"
        );
    }
    let mut shape = vec![outputs, inputs];
    shape.resize(2 + D, k);
    let init = Init::pytorch_default(shape[1..].iter().fold(1, |n, &d| n.saturating_mul(d)));
    let weight = params.create("weight", shape, init)?;
    let bias = bias.then(|| params.create("bias", outputs, init));
    Ok(Conv {
        weight,
        bias: bias.transpose()?,
        options: ConvOptions::default(),
    })
}

impl<const D: usize> Conv<D> {
    /// The same layer with another stride.
    pub fn stride(mut self, stride: usize) -> Self {
        self.options.stride = stride;
        self
    }

    /// The same layer with zeros added on each side of the input.
    pub fn padding(mut self, padding: usize) -> Self {
        self.options.padding = padding;
        self
    }

    /// The same layer with its kernel spread out.
    pub fn dilation(mut self, dilation: usize) -> Self {
        self.options.dilation = dilation;
        self
    }
}

impl<const D: usize> Model for Conv<D> {
    /// (N, in, ...) to (N, out, ...).
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        let what = match D {
            1 => "Conv1d",
            2 => "Conv2d",
            _ => "Conv3d",
        };
        let o = self.options;
        let operation = o.operation(self.weight.var().dim(2)?);
        let mut parameters: Vec<&dyn AsTrained> = vec![&self.weight];
        if let Some(bias) = &self.bias {
            parameters.push(bias);
        }
        traced(
            what,
            self.weight.layer(),
            &[x],
            &parameters,
            operation,
            || {
                let weight = self.weight.tensor();
                let bias = self.bias.as_ref().map(Parameter::tensor);
                match D {
                    1 => F::conv1d(x, &weight, bias.as_ref(), o),
                    2 => F::conv2d(x, &weight, bias.as_ref(), o),
                    _ => F::conv3d(x, &weight, bias.as_ref(), o),
                }
            },
        )
    }

    fn fusible(&self) -> Fusible {
        if D != 2 {
            return Fusible::No;
        }
        Fusible::Conv2d {
            weight: self.weight.clone(),
            bias: self.bias.clone(),
            options: self.options,
        }
    }
}
