//! Adam and AdamW: a step of its own length for every single weight.

use candle_core::backprop::GradStore;
use candle_core::{Result, bail};

use super::check::check_setting;
use super::{Optimizer, OptimizerState};
use crate::nn::Parameters;
use candle_functional::kernels::Update;

const AVERAGES: &[&str] = &["exp_avg", "exp_avg_sq"];

/// Adam (Kingma and Ba 2015), as PyTorch's `optim.Adam`.
///
/// It keeps running averages of the gradient, `m <- b1 m + (1 - b1) g`, and of its square,
/// `v <- b2 v + (1 - b2) g^2`, both from 0, and after step t moves by
/// `w <- w - lr * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)`.
///
/// Weight decay `d` adds `d w` to the gradient, as in [`Sgd`](super::Sgd); see [`AdamW`].
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let w = params.create("w", 1, nn::Init::Constant(3.0))?;
/// let mut adam = optim::Adam::new(&params, 0.1)?;
/// let loss = w.tensor().sqr()?.sum_all()?;
/// adam.step(&loss.backward()?)?; // the first step has length lr, whatever the gradient
/// assert!((w.tensor().to_vec1::<f32>()?[0] - 2.9).abs() < 1e-6);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Adam {
    state: OptimizerState,
    rule: Rule,
}

#[derive(Clone, Copy, Debug)]
struct Rule {
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
    decoupled: bool,
}

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch's `optim.AdamW`:
/// `w <- (1 - lr d) w` before Adam's step, which does not see the decay. `d` starts at 0.01.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let w = params.create("w", 1, nn::Init::Constant(3.0))?;
/// let mut adamw = optim::AdamW::new(&params, 0.1)?.weight_decay(0.5)?;
/// let loss = w.tensor().sqr()?.sum_all()?;
/// adamw.step(&loss.backward()?)?; // 3 * (1 - 0.1 * 0.5) - 0.1
/// assert!((w.tensor().to_vec1::<f32>()?[0] - 2.75).abs() < 1e-6);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AdamW(Adam);

impl Adam {
    /// An optimizer with learning rate `lr` for the parameters of `params`, those created later too.
    ///
    /// # Errors
    /// No parameter to train, or a learning rate that is negative or not finite.
    pub fn new(params: &Parameters, lr: f64) -> Result<Adam> {
        Adam::named("Adam", params, lr)
    }

    fn named(name: &'static str, params: &Parameters, lr: f64) -> Result<Adam> {
        Ok(Adam {
            state: OptimizerState::new(name, params, lr)?.keep(AVERAGES),
            rule: Rule {
                betas: (0.9, 0.999),
                eps: 1e-8,
                weight_decay: 0.0,
                decoupled: false,
            },
        })
    }

    /// Sets how slowly the two averages follow, 0.9 and 0.999 at first.
    ///
    /// # Errors
    /// A number outside 0 (included) to 1 (excluded).
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Result<Adam> {
        if ![beta1, beta2].iter().all(|beta| (0.0..1.0).contains(beta)) {
            bail!("the betas must be at least 0 and below 1, got {beta1} and {beta2}");
        }
        self.rule.betas = (beta1, beta2);
        Ok(self)
    }

    /// Sets what keeps the division from exploding, 1e-8 at first.
    ///
    /// # Errors
    /// A number that is negative or not finite.
    pub fn eps(mut self, eps: f64) -> Result<Adam> {
        check_setting("eps", eps)?;
        self.rule.eps = eps;
        Ok(self)
    }

    /// Sets the weight decay.
    ///
    /// # Errors
    /// A weight decay that is negative or not finite.
    pub fn weight_decay(mut self, weight_decay: f64) -> Result<Adam> {
        check_setting("weight decay", weight_decay)?;
        self.rule.weight_decay = weight_decay;
        Ok(self)
    }
}

impl AdamW {
    /// An optimizer with learning rate `lr` for the parameters of `params`, those created later too.
    ///
    /// # Errors
    /// No parameter to train, or a learning rate that is negative or not finite.
    pub fn new(params: &Parameters, lr: f64) -> Result<AdamW> {
        let mut adam = Adam::named("AdamW", params, lr)?;
        (adam.rule.decoupled, adam.rule.weight_decay) = (true, 0.01);
        Ok(AdamW(adam))
    }

    /// Sets the weight decay.
    ///
    /// # Errors
    /// A weight decay that is negative or not finite.
    pub fn weight_decay(self, weight_decay: f64) -> Result<AdamW> {
        self.0.weight_decay(weight_decay).map(AdamW)
    }
}

impl Rule {
    /// Step `t`; weight decay is added to the gradient, or shrinks the weights first.
    fn update(&self, lr: f64, t: u64) -> Update {
        let ((b1, b2), t) = (self.betas, t as f64);
        let (decay, shrink) = match self.decoupled {
            false => (self.weight_decay, 1.0),
            true => (0.0, 1.0 - lr * self.weight_decay),
        };
        Update::Adam {
            rate: lr / (1.0 - b1.powf(t)),
            betas: self.betas,
            correction: 1.0 / (1.0 - b2.powf(t)).sqrt(),
            eps: self.eps,
            decay,
            shrink,
        }
    }
}

impl Optimizer for Adam {
    fn step(&mut self, grads: &GradStore) -> Result<()> {
        let (lr, rule) = (self.state.lr(), self.rule);
        self.state.step(grads, |t| rule.update(lr, t))
    }

    fn state(&self) -> &OptimizerState {
        &self.state
    }

    fn state_mut(&mut self) -> &mut OptimizerState {
        &mut self.state
    }
}

impl Optimizer for AdamW {
    fn step(&mut self, grads: &GradStore) -> Result<()> {
        self.0.step(grads)
    }

    fn state(&self) -> &OptimizerState {
        self.0.state()
    }

    fn state_mut(&mut self) -> &mut OptimizerState {
        self.0.state_mut()
    }
}
