//! How a parameter starts: the distribution its first values are drawn from.

use candle_core::{DType, Device, Result, Shape, Tensor, bail};

use candle_functional::errors::display_shape;
use candle_functional::memory::can_hold;
use candle_functional::random;

/// The distribution that a parameter's first values are drawn from.
///
/// The four named distributions need a weight's shape, (out, in, kernel...): `fan_in` is the number of
/// inputs of one neuron, in times the kernel's size, and `fan_out` is out times the kernel's size.
///
/// ```
/// use helpers::prelude::*;
/// manual_seed(1);
/// let weight = nn::Init::HeNormal.draw((64, 3, 7, 7), &Device::Cpu)?; // fan_in = 3 * 7 * 7
/// let std = weight.sqr()?.mean_all()?.to_scalar::<f32>()?.sqrt();
/// assert!((std - (2f32 / 147.0).sqrt()).abs() < 0.003);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// The same value everywhere.
    Constant(f64),
    /// Uniform between two bounds.
    Uniform {
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// The normal distribution.
    Normal {
        /// Its mean.
        mean: f64,
        /// Its standard deviation.
        std: f64,
    },
    /// Normal, std = sqrt(2 / fan_in): keeps the variance through layers that end in a ReLU.
    /// He et al. 2015; PyTorch's `kaiming_normal_`.
    HeNormal,
    /// Uniform in +-sqrt(6 / fan_in), which has the same variance; PyTorch's `kaiming_uniform_`.
    HeUniform,
    /// Normal, std = sqrt(2 / (fan_in + fan_out)): for layers that end in a tanh or a sigmoid.
    /// Glorot and Bengio 2010; PyTorch's `xavier_normal_`.
    XavierNormal,
    /// Uniform in +-sqrt(6 / (fan_in + fan_out)), the same variance; PyTorch's `xavier_uniform_`.
    XavierUniform,
}

impl Init {
    /// Zero everywhere.
    pub const ZEROS: Init = Init::Constant(0.0);
    /// One everywhere.
    pub const ONES: Init = Init::Constant(1.0);

    /// PyTorch's default for the weights and biases of linear and convolution layers: uniform in
    /// +-1/sqrt(fan_in), `fan_in` being the number of inputs of one neuron.
    pub fn pytorch_default(fan_in: usize) -> Init {
        symmetric(1.0 / (fan_in.max(1) as f64).sqrt())
    }

    /// Draws a tensor of this shape, as f32.
    ///
    /// # Errors
    /// A number that is not finite, a negative `std`, `low` above `high`, a shape that memory cannot hold; for the named distributions a
    /// shape of fewer than two dimensions, such as a bias.
    pub fn draw(&self, shape: impl Into<Shape>, device: &Device) -> Result<Tensor> {
        let shape = shape.into();
        match self.distribution(shape.dims())? {
            Init::Uniform { low, high } => random::uniform(low, high, shape, device),
            Init::Normal { mean, std } => random::normal(mean, std, shape, device),
            Init::Constant(value) => {
                can_hold("Constant", shape.dims(), size_of::<f32>())?;
                Tensor::full(value as f32, shape, device)?.to_dtype(DType::F32)
            }
            named => bail!("{named:?} has no bounds"),
        }
    }

    /// This distribution with its numbers worked out for a shape: `Constant`, `Uniform` or `Normal`.
    ///
    /// # Errors
    /// As [`draw`](Self::draw).
    pub fn distribution(&self, dims: &[usize]) -> Result<Init> {
        let normal = |variance: f64| Init::Normal {
            mean: 0.0,
            std: variance.sqrt(),
        };
        // A uniform distribution in +-b has variance b^2 / 3.
        let uniform = |variance: f64| symmetric((3.0 * variance).sqrt());
        let he = || fans(*self, dims).map(|(fan_in, _)| 2.0 / fan_in);
        let xavier = || fans(*self, dims).map(|(fan_in, fan_out)| 2.0 / (fan_in + fan_out));
        Ok(match *self {
            Init::HeNormal => normal(he()?),
            Init::HeUniform => uniform(he()?),
            Init::XavierNormal => normal(xavier()?),
            Init::XavierUniform => uniform(xavier()?),
            Init::Constant(value) if !(value as f32).is_finite() => {
                bail!("Constant: the value must be finite, got {value}")
            }
            Init::Constant(_) | Init::Uniform { .. } | Init::Normal { .. } => *self,
        })
    }
}

fn symmetric(bound: f64) -> Init {
    Init::Uniform {
        low: -bound,
        high: bound,
    }
}

/// (fan_in, fan_out) of a weight (out, in, kernel...), each at least 1.
fn fans(init: Init, dims: &[usize]) -> Result<(f64, f64)> {
    let [outputs, inputs, kernel @ ..] = dims else {
        bail!(
            "{init:?} needs a weight (out, in, ...), got the shape {}; a bias starts from Init::ZEROS",
            display_shape(dims)
        );
    };
    let size = kernel.iter().fold(1.0, |size, &side| size * side as f64);
    let fan = |count: usize| (count as f64 * size).max(1.0);
    Ok((fan(*inputs), fan(*outputs)))
}
