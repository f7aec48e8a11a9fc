//! Whether training reaches every parameter.

use std::fmt;

use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Result, Tensor};

use crate::nn::{Parameter, Parameters};

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
            Some(grad) => number(&grad.sqr()?)?,
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

/// The sum of all values.
fn number(values: &Tensor) -> Result<f64> {
    // Not every device adds f64.
    values
        .to_device(&Device::Cpu)?
        .to_dtype(DType::F64)?
        .sum_all()?
        .to_scalar()
}

/// The values of parameters as they were. Made by [`watch`].
#[derive(Clone, Debug)]
pub struct Watch {
    before: Vec<(Parameter, Tensor)>,
}

/// What is wrong with parameters, by name; shown as text. Made by [`Watch::check`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    /// How many parameters were checked; frozen ones are not.
    pub checked: usize,
    /// Not part of the computation, or cut off from it by `detach`.
    pub without_gradient: Vec<String>,
    /// With a gradient that is 0 everywhere: behind a ReLU that never fires, for instance.
    pub zero_gradient: Vec<String>,
    /// With NaN or an infinite number, in the values or in the gradient.
    pub not_finite: Vec<String>,
    /// With the values they had when the watch began.
    pub unchanged: Vec<String>,
}

/// Remembers the parameters' values; after some steps of training
/// [`check`](Watch::check) names those that something is wrong with.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let used = nn::linear(2, 1, &params.at("used"))?;
/// let _forgotten = nn::linear(2, 1, &params.at("forgotten"))?;
/// let mut sgd = optim::Sgd::new(&params, 0.1)?;
///
/// let watch = inspect::watch(&params)?;
/// let x = Tensor::new(&[[1f32, 2.]], &Device::Cpu)?;
/// let grads = used.forward(&x, true)?.sum_all()?.backward()?;
/// sgd.step(&grads)?;
/// let health = watch.check(&grads)?;
/// assert_eq!(health.without_gradient, ["forgotten.weight", "forgotten.bias"]);
/// println!("{health}");
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Those of the device.
pub fn watch(params: &Parameters) -> Result<Watch> {
    let copy = |p: Parameter| Ok((p.clone(), p.var().detach().copy()?));
    let before = params.all().into_iter().map(copy).collect::<Result<_>>()?;
    Ok(Watch { before })
}

impl Watch {
    /// Looks at every parameter that is not frozen, with the gradients of the last step.
    ///
    /// # Errors
    /// Those of the device.
    pub fn check(&self, grads: &GradStore) -> Result<Health> {
        let mut health = Health::default();
        for (parameter, before) in &self.before {
            if parameter.is_frozen() {
                continue;
            }
            health.checked += 1;
            let name = || parameter.name().to_string();
            let size = |t: &Tensor| number(&t.abs()?);
            let values = parameter.var().detach();
            let grad = grads.get(parameter.var()).map(size).transpose()?;
            match grad {
                None => health.without_gradient.push(name()),
                Some(0.0) => health.zero_gradient.push(name()),
                Some(_) => {}
            }
            if !size(&values)?.is_finite() || grad.is_some_and(|g| !g.is_finite()) {
                health.not_finite.push(name());
            } else if number(&values.ne(before)?)? == 0.0 {
                health.unchanged.push(name());
            }
        }
        Ok(health)
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems = [
            ("without gradient", &self.without_gradient),
            ("gradient 0 everywhere", &self.zero_gradient),
            ("NaN or infinite", &self.not_finite),
            ("never changed", &self.unchanged),
        ];
        for (problem, names) in problems.iter().filter(|(_, names)| !names.is_empty()) {
            writeln!(f, "{problem}: {}", names.join(", "))?;
        }
        match problems.iter().all(|(_, names)| names.is_empty()) {
            true => write!(f, "all {} parameters are well", self.checked),
            false => write!(f, "{} parameters looked at", self.checked),
        }
    }
}
