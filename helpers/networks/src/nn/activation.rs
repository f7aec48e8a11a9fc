//! Layers without parameters: activations, dropout, flattening.

use candle_core::{Result, Tensor, bail};

use super::Model;
use super::fusion::Fusible;
use candle_functional as F;
use candle_functional::trace::{Operation, traced};

/// `max(x, 0)`, number by number; see [`F::relu`].
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[-1f32, 2.], &Device::Cpu)?;
/// assert_eq!(nn::Relu.forward(&x, false)?.to_vec1::<f32>()?, [0., 2.]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Relu;

/// `1 / (1 + exp(-x))`, number by number; see [`F::sigmoid`].
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

/// The hyperbolic tangent, number by number; see [`F::tanh`].
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

impl Model for Relu {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        traced("Relu", "", &[x], &[], Operation::Relu, || F::relu(x))
    }

    fn fusible(&self) -> Fusible {
        Fusible::Relu
    }
}

impl Model for Sigmoid {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        traced("Sigmoid", "", &[x], &[], Operation::Sigmoid, || {
            F::sigmoid(x)
        })
    }
}

impl Model for Tanh {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        traced("Tanh", "", &[x], &[], Operation::Tanh, || F::tanh(x))
    }
}

/// Leaves out each number with probability `p` while training; see [`F::dropout`]. Made by
/// [`dropout`].
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    p: f64,
}

/// A [`Dropout`] layer (Srivastava et al. 2014).
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::ones((2, 100), DType::F32, &Device::Cpu)?;
/// let dropout = nn::dropout(0.5)?;
/// assert_eq!(dropout.forward(&x, false)?.sum_all()?.to_scalar::<f32>()?, 200.0);
/// assert_ne!(dropout.forward(&x, true)?.sum_all()?.to_scalar::<f32>()?, 200.0);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// `p` outside 0..=1.
pub fn dropout(p: f64) -> Result<Dropout> {
    if !(0.0..=1.0).contains(&p) {
        bail!("dropout: p is a probability, from 0 to 1, got {p}");
    }
    Ok(Dropout { p })
}

impl Model for Dropout {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let operation = Operation::Dropout {
            p: self.p,
            train: None,
        };
        traced("Dropout", "", &[x], &[], operation, || {
            F::dropout(x, self.p, train)
        })
    }

    fn fusible(&self) -> Fusible {
        Fusible::Dropout(self.p)
    }
}

/// (N, ...) to (N, features): everything but the batch in one row.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::zeros((8, 16, 5, 5), DType::F32, &Device::Cpu)?;
/// assert_eq!(nn::Flatten.forward(&x, false)?.dims(), [8, 400]);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Flatten;

impl Model for Flatten {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        traced("Flatten", "", &[x], &[], Operation::Flatten, || {
            F::flatten(x)
        })
    }
}
