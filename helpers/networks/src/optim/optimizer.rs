//! What all optimizers have in common.

use std::path::Path;

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor};

use super::OptimizerState;
use crate::nn::Parameters;
use candle_functional::gradients;
use candle_functional::stop::check_stop;

/// What every optimizer can do, so that a training loop takes any of them.
pub trait Optimizer {
    /// Moves every parameter that is not frozen and has a gradient, of those in the store now. A
    /// parameter without one is left alone silently; [`missing_gradients`] names them.
    ///
    /// # Errors
    /// No parameter moves: the loss was cut off from all of them, or they are frozen. A gradient that
    /// does not fit its parameter.
    fn step(&mut self, grads: &GradStore) -> Result<()>;

    /// Computes the gradients of `loss` and takes a [`step`](Self::step), as candle's
    /// `backward_step`: the same as `step(&loss.backward()?)`, in less time, since candle's
    /// `backward` adds the gradient of every parameter to zeros first.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let params = Parameters::new(&Device::Cpu);
    /// let fc = nn::linear(1, 1, &params.at("fc"))?;
    /// fc.weight.init(nn::Init::ONES)?;
    /// let loss = fc.forward(&Tensor::ones((1, 1), DType::F32, &Device::Cpu)?, true)?.sum_all()?;
    /// optim::Sgd::new(&params, 0.25)?.backward_step(&loss)?;
    /// assert_eq!(fc.weight.tensor().to_vec2::<f32>()?, [[0.75]]); // the gradient is the input, 1
    /// # Ok::<(), helpers::Error>(())
    /// ```
    ///
    /// # Errors
    /// As `step`; a loss that is not one number; an operation without a gradient on the way to it.
    fn backward_step(&mut self, loss: &Tensor) -> Result<()> {
        check_stop()?; // not only after the backward pass, which may be long
        self.step(&gradients(loss)?)
    }

    /// The learning rate, and what the optimizer remembers of earlier steps.
    fn state(&self) -> &OptimizerState;

    /// The same, to change it.
    fn state_mut(&mut self) -> &mut OptimizerState;

    /// The learning rate.
    fn lr(&self) -> f64 {
        self.state().lr()
    }

    /// Changes the learning rate.
    ///
    /// # Errors
    /// A learning rate that is negative or not finite.
    fn set_lr(&mut self, lr: f64) -> Result<()> {
        self.state_mut().set_lr(lr)
    }

    /// Writes [`state`](Self::state) to a safetensors file. Together with the parameters it is all
    /// that is needed to go on as if training had not stopped, bit for bit.
    ///
    /// # Errors
    /// The file cannot be written.
    fn save(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        self.state().save(path.as_ref())
    }

    /// Takes the state of a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// A file that cannot be read, or the state of another kind of optimizer or another model;
    /// what differs is listed, and the optimizer stays as it was.
    fn load(&mut self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        self.state_mut().load(path.as_ref())
    }
}

/// The names of the parameters that should move but got no gradient.
///
/// A layer that the loss does not use, or an operation without a gradient on the way to it: such
/// a parameter never changes, and nothing else says so. Frozen ones are not listed.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let used = params.create("used", 1, nn::Init::ONES)?;
/// params.create("forgotten", 1, nn::Init::ONES)?;
/// let grads = used.tensor().sqr()?.sum_all()?.backward()?;
/// assert_eq!(optim::missing_gradients(&params, &grads), ["forgotten"]);
/// # Ok::<(), helpers::Error>(())
/// ```
pub fn missing_gradients(params: &Parameters, grads: &GradStore) -> Vec<String> {
    let params = params.all().into_iter().filter(|p| !p.is_frozen());
    let missing = params.filter(|p| grads.get(p.var()).is_none());
    missing.map(|p| p.name().to_string()).collect()
}
