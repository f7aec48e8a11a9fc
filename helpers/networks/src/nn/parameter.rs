//! What a model remembers: parameters, which training moves, and buffers, which layers keep up.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use candle_core::{Result, Tensor, Var, bail};

use super::Init;
use candle_functional::display_shape;
use candle_functional::errors::first_line;
use candle_functional::trace::{self, AsTrained, ParameterStore, Trained};

/// One named, trainable tensor. Clones are handles to the same values.
#[derive(Clone)]
pub struct Parameter {
    name: Arc<str>,
    var: Var,
    frozen: Arc<AtomicBool>,
    store: Weak<dyn ParameterStore>,
}

impl Parameter {
    pub(super) fn new(
        name: String,
        values: &Tensor,
        store: Weak<dyn ParameterStore>,
    ) -> Result<Parameter> {
        Ok(Parameter {
            name: name.into(),
            var: Var::from_tensor(values)?,
            frozen: Arc::default(),
            store,
        })
    }

    /// Its full name, as in PyTorch's state dict: `fc.weight`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the layer it belongs to: `fc` for `fc.weight`.
    pub fn layer(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(layer, _)| layer)
    }

    /// The values as a tensor of the computation graph; cut off from it when the parameter is
    /// frozen, so that no gradient is computed for it.
    pub fn tensor(&self) -> Tensor {
        let recorded = trace::used(self);
        // A graph that is recorded computes no gradient, and would lack what is cut off.
        match self.is_frozen() && !recorded {
            true => self.var.detach(),
            false => self.var.as_tensor().clone(),
        }
    }

    /// The candle variable behind it.
    pub fn var(&self) -> &Var {
        trace::used(self);
        &self.var
    }

    /// Replaces the values; shape and type must stay.
    ///
    /// # Errors
    /// Values of another shape or type.
    pub fn set(&self, values: &Tensor) -> Result<()> {
        check_fits(&self.name, &self.var, values)?;
        let values = values.detach();
        // candle refuses to copy a variable's memory onto itself: its own values, turned perhaps.
        let direct = self.var.set(&values);
        direct.or_else(|_| self.var.set(&values.force_contiguous()?))
    }

    /// Takes `amount` off the values, as one step of gradient descent does:
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let params = Parameters::new(&Device::Cpu);
    /// let w = params.create("w", 2, nn::Init::ONES)?;
    /// let gradient = Tensor::new(&[2f32, -4.0], &Device::Cpu)?;
    /// w.subtract(&(gradient * 0.25)?)?;
    /// assert_eq!(w.tensor().to_vec1::<f32>()?, [0.5, 2.0]);
    /// # Ok::<(), helpers::Error>(())
    /// ```
    ///
    /// # Errors
    /// An amount of another shape or type; the values stay as they were.
    pub fn subtract(&self, amount: &Tensor) -> Result<()> {
        check_fits(&self.name, &self.var, amount)?;
        self.set(&(self.var.as_tensor() - amount)?)
    }

    /// Draws the values anew: `conv.weight.init(nn::Init::HeNormal)?`.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let params = Parameters::new(&Device::Cpu);
    /// let fc = nn::linear(4, 2, &params.at("fc"))?;
    /// fc.weight.init(nn::Init::XavierUniform)?;
    /// fc.bias.init(nn::Init::ZEROS)?;
    /// assert_eq!(fc.bias.tensor().to_vec1::<f32>()?, [0.0, 0.0]);
    /// # Ok::<(), helpers::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Init::draw`]; the values stay as they were.
    pub fn init(&self, init: Init) -> Result<()> {
        let drawn = match init.draw(self.var.shape(), self.var.device()) {
            Ok(drawn) => drawn,
            Err(error) => bail!("{}: {}", self.name, first_line(&error)),
        };
        self.set(&drawn.to_dtype(self.var.dtype())?)
    }

    /// Whether optimizers leave it alone.
    pub fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::Relaxed)
    }

    pub(super) fn set_frozen(&self, frozen: bool) {
        self.frozen.store(frozen, Ordering::Relaxed);
    }
}

impl AsTrained for Parameter {
    fn as_trained(&self) -> Trained {
        Trained {
            name: self.name.to_string(),
            var: self.var.clone(),
            frozen: self.is_frozen(),
            store: self.store.clone(),
        }
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_trained().fmt(f)
    }
}

/// One named tensor that no gradient reaches and no optimizer moves, saved with the parameters all
/// the same: the running mean of batch normalisation. Clones are handles to the same values.
#[derive(Clone)]
pub struct Buffer {
    name: String,
    values: Arc<Mutex<Tensor>>,
}

impl Buffer {
    pub(super) fn new(name: String, values: &Tensor) -> Buffer {
        let values = Arc::new(Mutex::new(values.detach()));
        Buffer { name, values }
    }

    /// Its full name, as in PyTorch's state dict: `bn1.running_mean`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values now; a tensor taken earlier keeps the values of then.
    pub fn tensor(&self) -> Tensor {
        // A panic elsewhere cannot leave a tensor half-written.
        let values = self.values.lock();
        values.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the values; shape and type must stay.
    ///
    /// # Errors
    /// Values of another shape or type.
    pub fn set(&self, values: &Tensor) -> Result<()> {
        let before = self.tensor();
        check_fits(&self.name, &before, values)?;
        let values = values.detach().to_device(before.device())?;
        *self.values.lock().unwrap_or_else(PoisonError::into_inner) = values;
        Ok(())
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}, buffer",
            self.name,
            display_shape(self.tensor().dims())
        )
    }
}

fn check_fits(name: &str, before: &Tensor, values: &Tensor) -> Result<()> {
    if before.dims() != values.dims() {
        let (shape, got) = (display_shape(before.dims()), display_shape(values.dims()));
        bail!("{name}: expected values of shape {shape}, got {got}");
    }
    if before.dtype() != values.dtype() {
        let (dtype, got) = (before.dtype().as_str(), values.dtype().as_str());
        bail!("{name}: expected values of type {dtype}, got {got}");
    }
    Ok(())
}
