//! The network that read postal codes in 1989.

use candle_core::{Result, Tensor, bail};

use crate::nn::{self, Init, Linear, Model, Parameter, Parameters};
use candle_functional::trace::{AsTrained, traced};
use candle_functional::{self as F, ConvOptions, display_shape};

/// The zip-code network of LeCun et al. 1989, "Backpropagation applied to handwritten zip code
/// recognition", Neural Computation 1: 9,760 parameters.
///
/// 16 x 16 images with values in [-1, 1]; H1, 12 planes of 8 x 8; H2, 12 planes of 4 x 4; H3, 30
/// units; 10 outputs; tanh everywhere. A bias belongs to a unit, not to a plane: there is one per
/// position.
#[derive(Clone, Debug)]
pub struct LeNet1989 {
    /// 12 kernels and 12 x 8 x 8 biases: 1,068 parameters.
    pub h1: Planes,
    /// 12 kernels over 8 planes each, 12 x 4 x 4 biases: 2,592.
    pub h2: Planes,
    /// 192 to 30: 5,790.
    pub h3: Linear,
    /// 30 to 10: 310.
    pub out: Linear,
}

/// A convolution of 1989: 5 x 5 kernels, stride 2, a bias per position, tanh.
#[derive(Clone, Debug)]
pub struct Planes {
    /// (12, inputs, 5, 5).
    pub weight: Parameter,
    /// (12, H, W).
    pub bias: Parameter,
}

/// A [`LeNet1989`]. What the paper leaves open is chosen as in Karpathy's reproduction of 2022:
///
/// - Each plane of H2 sees 8 of H1's 12, "according to a scheme that will not be described here":
///   planes 0 to 3 see H1's 0 to 7, planes 4 to 7 its 4 to 11, planes 8 to 11 its 0 to 3 and 8 to 11.
/// - The border around images and planes has the background's value, -1.
/// - Weights start uniform in +-2.4 / sqrt(fan-in), biases at 0, the outputs' at -1, since 9 of 10
///   targets are -1.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = models::lenet1989(&params)?;
/// let x = Tensor::zeros((8, 1, 16, 16), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&x, false)?.dims(), [8, 10]);
/// assert_eq!(params.count(), 9_760);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A name that is taken.
pub fn lenet1989(params: &Parameters) -> Result<LeNet1989> {
    let (h3, out) = (params.at("h3"), params.at("out"));
    let model = LeNet1989 {
        h1: Planes::new(1, 8, &params.at("h1"))?,
        h2: Planes::new(8, 4, &params.at("h2"))?,
        h3: nn::linear(12 * 4 * 4, 30, &h3)?,
        out: nn::linear(30, 10, &out)?,
    };
    model.h3.weight.init(within(192))?;
    model.h3.bias.init(Init::ZEROS)?;
    model.out.weight.init(within(30))?;
    model.out.bias.init(Init::Constant(-1.0))?;
    Ok(model)
}

/// The paper's distribution: uniform in +-2.4 / sqrt(fan-in).
fn within(fan_in: usize) -> Init {
    let bound = 2.4 / (fan_in as f64).sqrt();
    Init::Uniform {
        low: -bound,
        high: bound,
    }
}

impl Planes {
    fn new(inputs: usize, side: usize, params: &Parameters) -> Result<Planes> {
        Ok(Planes {
            weight: params.create("weight", (12, inputs, 5, 5), within(25 * inputs))?,
            bias: params.create("bias", (12, side, side), Init::ZEROS)?,
        })
    }

    /// What comes before the tanh: (N, 1, 16, 16) to (N, 12, 8, 8), or (N, 12, 8, 8) to
    /// (N, 12, 4, 4).
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let model = models::lenet1989(&Parameters::new(&Device::Cpu))?;
    /// let x = Tensor::zeros((8, 1, 16, 16), DType::F32, &Device::Cpu)?;
    /// let rectified = F::relu(&model.h1.sums(&x)?)?; // with another activation
    /// assert_eq!(rectified.dims(), [8, 12, 8, 8]);
    /// # Ok::<(), helpers::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another shape.
    pub fn sums(&self, x: &Tensor) -> Result<Tensor> {
        let (weight, bias) = (self.weight.tensor(), self.bias.tensor());
        let (planes, side) = if weight.dim(1)? == 1 {
            (1, 16)
        } else {
            (12, 8)
        };
        match *x.dims() {
            [_, c, h, w] if (c, h, w) == (planes, side, side) => {}
            _ => bail!(
                "lenet1989: {} takes (N, {planes}, {side}, {side}), got {}",
                self.weight.layer(),
                display_shape(x.dims())
            ),
        }
        // Two rows and columns of -1 on each side.
        let x = (x + 1.0)?
            .pad_with_zeros(2, 2, 2)?
            .pad_with_zeros(3, 2, 2)?;
        let x = (x - 1.0)?;
        let options = ConvOptions {
            stride: 2,
            ..Default::default()
        };
        let conv = |x: &Tensor, first: usize, count: usize| {
            F::conv2d(x, &weight.narrow(0, first, count)?, None, options)
        };
        let y = if planes == 1 {
            conv(&x, 0, 12)?
        } else {
            let both = Tensor::cat(&[x.narrow(1, 0, 4)?, x.narrow(1, 8, 4)?], 1)?;
            let first = conv(&x.narrow(1, 0, 8)?, 0, 4)?;
            let second = conv(&x.narrow(1, 4, 8)?, 4, 4)?;
            Tensor::cat(&[first, second, conv(&both, 8, 4)?], 1)?
        };
        y.broadcast_add(&bias)
    }
}

impl Model for Planes {
    /// (N, 1, 16, 16) to (N, 12, 8, 8), or (N, 12, 8, 8) to (N, 12, 4, 4).
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        let options = ConvOptions {
            stride: 2,
            padding: 2,
            ..Default::default()
        };
        let operation = options.operation(5);
        let name = self.weight.layer();
        let parameters: [&dyn AsTrained; 2] = [&self.weight, &self.bias];
        traced("Planes", name, &[x], &parameters, operation, || {
            F::tanh(&self.sums(x)?)
        })
    }
}

impl Model for LeNet1989 {
    /// Images (N, 1, 16, 16) in [-1, 1] to (N, 10) in [-1, 1]; the target is 1 for the class, -1
    /// for the others, and the loss the squared error.
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let x = self.h1.forward(x, train)?; // (N, 12, 8, 8)
        let x = self.h2.forward(&x, train)?; // (N, 12, 4, 4)
        let x = nn::Flatten.forward(&x, train)?; // (N, 192)
        let x = F::tanh(&self.h3.forward(&x, train)?)?; // (N, 30)
        F::tanh(&self.out.forward(&x, train)?)
    }
}
