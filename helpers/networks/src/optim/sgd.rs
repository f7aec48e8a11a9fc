//! Stochastic gradient descent.

use candle_core::backprop::GradStore;
use candle_core::{Result, bail};

use super::check::check_setting;
use super::{Optimizer, OptimizerState};
use crate::nn::Parameters;
use candle_functional::kernels::Update;

/// Stochastic gradient descent, as PyTorch's `optim.SGD`: `w <- w - lr * g`.
///
/// With weight decay `d`, `g` is the gradient plus `d w`. With momentum `m` the step goes along
/// `v <- m v + g` instead of `g` (Polyak 1964), and with Nesterov's form along `g + m v`
/// (Sutskever et al. 2013).
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let w = params.create("w", 1, nn::Init::Constant(3.0))?;
/// let mut sgd = optim::Sgd::new(&params, 0.1)?;
/// let loss = w.tensor().sqr()?.sum_all()?; // w^2, whose gradient is 2 w = 6
/// sgd.step(&loss.backward()?)?;
/// assert!((w.tensor().to_vec1::<f32>()?[0] - 2.4).abs() < 1e-6);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sgd {
    state: OptimizerState,
    momentum: f64,
    nesterov: bool,
    weight_decay: f64,
}

impl Sgd {
    /// An optimizer with learning rate `lr` for the parameters of `params`, those created later too.
    ///
    /// # Errors
    /// No parameter to train, or a learning rate that is negative or not finite.
    pub fn new(params: &Parameters, lr: f64) -> Result<Sgd> {
        Ok(Sgd {
            state: OptimizerState::new("Sgd", params, lr)?,
            momentum: 0.0,
            nesterov: false,
            weight_decay: 0.0,
        })
    }

    /// Sets the momentum, usually 0.9: `optim::Sgd::new(&params, 0.1)?.momentum(0.9)?`.
    ///
    /// # Errors
    /// A momentum that is negative or not finite.
    pub fn momentum(mut self, momentum: f64) -> Result<Sgd> {
        check_setting("momentum", momentum)?;
        let kept: &[&str] = if momentum > 0.0 {
            &["momentum_buffer"]
        } else {
            &[]
        };
        (self.state, self.momentum) = (self.state.keep(kept), momentum);
        Ok(self)
    }

    /// Chooses Nesterov's form of momentum.
    ///
    /// # Errors
    /// There is no momentum.
    pub fn nesterov(mut self, nesterov: bool) -> Result<Sgd> {
        if nesterov && self.momentum == 0.0 {
            bail!("Sgd: Nesterov's form needs a momentum: write .momentum(0.9)?.nesterov(true)?");
        }
        self.nesterov = nesterov;
        Ok(self)
    }

    /// Sets the weight decay, usually 1e-4: it pulls every parameter towards 0.
    ///
    /// # Errors
    /// A weight decay that is negative or not finite.
    pub fn weight_decay(mut self, weight_decay: f64) -> Result<Sgd> {
        check_setting("weight decay", weight_decay)?;
        self.weight_decay = weight_decay;
        Ok(self)
    }
}

impl Optimizer for Sgd {
    fn step(&mut self, grads: &GradStore) -> Result<()> {
        let update = Update::Sgd {
            lr: self.state.lr(),
            momentum: self.momentum,
            nesterov: self.nesterov,
            decay: self.weight_decay,
        };
        self.state.step(grads, |_| update)
    }

    fn state(&self) -> &OptimizerState {
        &self.state
    }

    fn state_mut(&mut self) -> &mut OptimizerState {
        &mut self.state
    }
}
