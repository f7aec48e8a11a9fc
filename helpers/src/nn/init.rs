//! How a parameter starts: the law its first values are drawn from.

use candle_core::{DType, Device, Result, Shape, Tensor};

use crate::random;

/// The law that a parameter's first values are drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// The same value everywhere.
    Constant(f64),
    /// Evenly between two bounds.
    Uniform {
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// The normal law.
    Normal {
        /// Its mean.
        mean: f64,
        /// Its standard deviation.
        std: f64,
    },
}

impl Init {
    /// PyTorch's default for the weights and biases of linear and convolution layers: evenly in
    /// +-1/sqrt(fan_in), `fan_in` being the number of inputs of one neuron.
    pub fn pytorch_default(fan_in: usize) -> Init {
        let bound = 1.0 / (fan_in.max(1) as f64).sqrt();
        Init::Uniform {
            low: -bound,
            high: bound,
        }
    }

    /// Draws a tensor of this shape.
    pub fn draw(&self, shape: impl Into<Shape>, device: &Device) -> Result<Tensor> {
        match *self {
            Init::Constant(value) => {
                Tensor::full(value as f32, shape, device)?.to_dtype(DType::F32)
            }
            Init::Uniform { low, high } => random::uniform(low, high, shape, device),
            Init::Normal { mean, std } => random::normal(mean, std, shape, device),
        }
    }
}
