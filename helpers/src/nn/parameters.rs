//! The ordered store of a model's named parameters.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candle_core::{Device, Result, Shape, Tensor, Var, bail};

use super::Init;

/// One named, trainable tensor. Clones are handles to the same values.
#[derive(Clone)]
pub struct Parameter {
    name: String,
    var: Var,
    frozen: Arc<AtomicBool>,
}

impl Parameter {
    /// Its full name, as in PyTorch's state dict: `fc.weight`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values as a tensor of the computation graph; cut off from it when the parameter is
    /// frozen, so that no gradient is computed for it.
    pub fn tensor(&self) -> Tensor {
        if self.is_frozen() {
            self.var.detach()
        } else {
            self.var.as_tensor().clone()
        }
    }

    /// The candle variable behind it.
    pub fn var(&self) -> &Var {
        &self.var
    }

    /// Replaces the values; the shape must stay.
    pub fn set(&self, values: &Tensor) -> Result<()> {
        if values.dims() != self.var.dims() {
            bail!(
                "{}: expected values of shape {:?}, got {:?}",
                self.name,
                self.var.dims(),
                values.dims()
            );
        }
        self.var.set(&values.detach())
    }

    /// Whether optimizers leave it alone.
    pub fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frozen = if self.is_frozen() { ", frozen" } else { "" };
        write!(f, "{} {:?}{frozen}", self.name, self.var.dims())
    }
}

/// The ordered store of a model's named parameters. Cheap to clone: clones share the store.
///
/// [`at`](Self::at) gives a view under a prefix, as layers are nested:
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let _hidden = nn::linear(2, 4, &params.at("hidden"))?;
/// let _out = nn::linear(4, 1, &params.at("out"))?;
/// let names: Vec<String> = params.all().iter().map(|p| p.name().to_string()).collect();
/// assert_eq!(names, ["hidden.weight", "hidden.bias", "out.weight", "out.bias"]);
/// assert_eq!(params.count(), 2 * 4 + 4 + 4 + 1);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone)]
pub struct Parameters {
    store: Arc<Mutex<Vec<Parameter>>>,
    prefix: String,
    device: Device,
}

impl Parameters {
    /// An empty store whose parameters will live on `device`.
    pub fn new(device: &Device) -> Parameters {
        Parameters {
            store: Arc::default(),
            prefix: String::new(),
            device: device.clone(),
        }
    }

    /// The same store seen from below `name`: what is created there is called `name.weight`, ...
    pub fn at(&self, name: impl fmt::Display) -> Parameters {
        Parameters {
            store: self.store.clone(),
            prefix: self.full_name(name),
            device: self.device.clone(),
        }
    }

    /// Where the parameters live.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Creates a parameter; the name must be new.
    pub fn create(&self, name: &str, shape: impl Into<Shape>, init: Init) -> Result<Parameter> {
        let name = self.full_name(name);
        let mut store = self.lock();
        if store.iter().any(|p| p.name == name) {
            bail!(
                "parameter {name} exists already: give the layer another name, or start from a new Parameters::new(&device)"
            );
        }
        let var = Var::from_tensor(&init.draw(shape, &self.device)?)?;
        let frozen = Arc::new(AtomicBool::new(false));
        let parameter = Parameter { name, var, frozen };
        store.push(parameter.clone());
        Ok(parameter)
    }

    /// The parameters under this prefix, in the order they were created.
    pub fn all(&self) -> Vec<Parameter> {
        let inside = |p: &&Parameter| is_under(&p.name, &self.prefix);
        self.lock().iter().filter(inside).cloned().collect()
    }

    /// One parameter by name.
    pub fn get(&self, name: &str) -> Result<Parameter> {
        let name = self.full_name(name);
        let store = self.lock();
        match store.iter().find(|p| p.name == name) {
            Some(parameter) => Ok(parameter.clone()),
            None => {
                let names: Vec<&str> = store.iter().map(|p| p.name.as_str()).collect();
                bail!("no parameter {name}; there are: {}", names.join(", "))
            }
        }
    }

    /// How many numbers the parameters under this prefix hold in all.
    pub fn count(&self) -> usize {
        self.all().iter().map(|p| p.var.elem_count()).sum()
    }

    /// Keeps the parameters under `prefix` as they are: no gradient, no optimizer step.
    ///
    /// # Errors
    /// No parameter has that prefix.
    pub fn freeze(&self, prefix: &str) -> Result<()> {
        self.set_frozen(prefix, true)
    }

    /// Undoes [`freeze`](Self::freeze).
    pub fn unfreeze(&self, prefix: &str) -> Result<()> {
        self.set_frozen(prefix, false)
    }

    fn set_frozen(&self, prefix: &str, frozen: bool) -> Result<()> {
        let below = self.at(prefix).all();
        if below.is_empty() {
            bail!("no parameter is named {prefix} or {prefix}.*");
        }
        for parameter in below {
            parameter.frozen.store(frozen, Ordering::Relaxed);
        }
        Ok(())
    }

    fn full_name(&self, name: impl fmt::Display) -> String {
        if self.prefix.is_empty() {
            name.to_string()
        } else {
            format!("{}.{name}", self.prefix)
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Parameter>> {
        // A panic elsewhere cannot leave the list half-written.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_under(name: &str, prefix: &str) -> bool {
    match name.strip_prefix(prefix) {
        Some(rest) => prefix.is_empty() || rest.is_empty() || rest.starts_with('.'),
        None => false,
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for parameter in self.all() {
            writeln!(f, "{parameter:?}")?;
        }
        write!(f, "{} parameters in all", self.count())
    }
}
