//! Optimizers: how the parameters move once the gradients are known.

use candle_core::backprop::GradStore;
use candle_core::{Result, bail};

use crate::nn::{Parameter, Parameters};

/// Stochastic gradient descent: `w <- w - lr * grad`, as PyTorch's `optim.SGD`.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let w = params.create("w", 1, nn::Init::Constant(3.0))?;
/// let sgd = optim::Sgd::new(&params, 0.1)?;
/// let loss = w.tensor().sqr()?.sum_all()?; // w^2, whose gradient is 2 w = 6
/// sgd.step(&loss.backward()?)?;
/// assert!((w.tensor().to_vec1::<f32>()?[0] - 2.4).abs() < 1e-6);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sgd {
    parameters: Vec<Parameter>,
    lr: f64,
}

impl Sgd {
    /// An optimizer for the parameters that `params` holds now, with learning rate `lr`.
    ///
    /// # Errors
    /// No parameter to train, or a learning rate that is negative or not finite.
    pub fn new(params: &Parameters, lr: f64) -> Result<Sgd> {
        let parameters = params.all();
        if parameters.is_empty() {
            bail!("Sgd: there is no parameter to train; build the model first, then the optimizer");
        }
        check_lr(lr)?;
        Ok(Sgd { parameters, lr })
    }

    /// The learning rate.
    pub fn lr(&self) -> f64 {
        self.lr
    }

    /// Changes the learning rate.
    pub fn set_lr(&mut self, lr: f64) -> Result<()> {
        check_lr(lr)?;
        self.lr = lr;
        Ok(())
    }

    /// Moves every parameter that is not frozen and has a gradient.
    pub fn step(&self, grads: &GradStore) -> Result<()> {
        for parameter in self.parameters.iter().filter(|p| !p.is_frozen()) {
            if let Some(grad) = grads.get(parameter.var()) {
                let moved = parameter.var().sub(&(grad * self.lr)?)?;
                parameter.set(&moved)?;
            }
        }
        Ok(())
    }
}

fn check_lr(lr: f64) -> Result<()> {
    if !lr.is_finite() || lr < 0.0 {
        bail!("the learning rate must be a finite number of at least 0, got {lr}");
    }
    Ok(())
}
