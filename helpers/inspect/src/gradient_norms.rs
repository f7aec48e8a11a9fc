//! How large the gradient of each layer is.

use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Result, Tensor};

use networks::nn::Parameters;

/// The norm of each layer's gradient, weights and biases together, in the order of the layers; 0
/// for a layer without one.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let fc = nn::linear(1, 1, &params.at("fc"))?;
/// let x = Tensor::new(&[[4f32]], &Device::Cpu)?;
/// let grads = fc.forward(&x, true)?.sum_all()?.backward()?; // 4 for the weight, 1 for the bias
/// let norms = inspect::gradient_norms(&params, &grads)?;
/// assert!((norms[0].1 - 17f64.sqrt()).abs() < 1e-6);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Those of the device.
pub fn gradient_norms(params: &Parameters, grads: &GradStore) -> Result<Vec<(String, f64)>> {
    let mut norms: Vec<(String, f64)> = Vec::new();
    for parameter in params.all() {
        let square = match grads.get(parameter.var()) {
            Some(grad) => sum(&grad.sqr()?)?,
            None => 0.0,
        };
        match norms
            .last_mut()
            .filter(|(layer, _)| layer == parameter.layer())
        {
            Some((_, sum)) => *sum += square,
            None => norms.push((parameter.layer().to_string(), square)),
        }
    }
    Ok(norms
        .into_iter()
        .map(|(layer, sum)| (layer, sum.sqrt()))
        .collect())
}

fn sum(values: &Tensor) -> Result<f64> {
    // Not every device adds f64.
    values
        .to_device(&Device::Cpu)?
        .to_dtype(DType::F64)?
        .sum_all()?
        .to_scalar()
}
