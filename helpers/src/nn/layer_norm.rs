//! Layer normalisation: each example gets mean 0 and variance 1 over its own features.

use candle_core::{Result, Shape, Tensor, bail};

use super::{Init, Model, Parameter, Parameters};
use crate::functional::{self as F, words};
use crate::trace::traced;

/// Layer normalisation (Ba, Kiros and Hinton 2016), as PyTorch's `nn.LayerNorm`:
/// `(x - mean) / sqrt(var + eps) * weight + bias` over the last dimensions, example by example, in
/// training and afterwards alike. Made by [`layer_norm`].
#[derive(Clone, Debug)]
pub struct LayerNorm {
    /// The scale, from 1.
    pub weight: Parameter,
    /// The shift, from 0.
    pub bias: Parameter,
    /// What keeps the division from exploding, 1e-5.
    pub eps: f64,
}

/// A [`LayerNorm`] over the last dimensions, which must be `shape`.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let norm = nn::layer_norm(2, &params.at("norm"))?;
/// let x = Tensor::new(&[[1f32, 3.], [10., 30.]], &Device::Cpu)?;
/// let y = norm.forward(&x, true)?.to_vec2::<f32>()?;
/// assert!((y[0][0] + 1.0).abs() < 1e-4 && (y[1][1] - 1.0).abs() < 1e-4);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A shape of nothing, or a name that is taken.
pub fn layer_norm(shape: impl Into<Shape>, params: &Parameters) -> Result<LayerNorm> {
    let shape = shape.into();
    if shape.rank() == 0 || shape.elem_count() == 0 {
        bail!(
            "layer_norm: a layer needs features, got the shape {}",
            words(shape.dims())
        );
    }
    Ok(LayerNorm {
        weight: params.create("weight", shape.clone(), Init::ONES)?,
        bias: params.create("bias", shape, Init::ZEROS)?,
        eps: 1e-5,
    })
}

impl Model for LayerNorm {
    /// (N, ..., shape) to the same shape.
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        let settings = || vec![("eps", self.eps.to_string())];
        let (name, parameters) = (self.weight.layer(), [&self.weight, &self.bias]);
        traced("LayerNorm", name, &[x], &parameters, settings, || {
            let (weight, bias) = (self.weight.tensor(), self.bias.tensor());
            F::layer_norm(x, weight.dims(), Some(&weight), Some(&bias), self.eps)
        })
    }
}
