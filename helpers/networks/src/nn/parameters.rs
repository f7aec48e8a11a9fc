//! The ordered store of a model's named parameters.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candle_core::{DType, Device, Result, Shape, Tensor, bail};

use super::{Buffer, Init, Parameter};
use candle_functional::errors::first_line;
use candle_functional::trace::{self, AsTrained, Trained};

/// The ordered store of a model's named parameters and buffers. Cheap to clone: clones share the
/// store.
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
    store: Arc<ParameterStore>,
    pub(super) prefix: String,
    device: Device,
    dtype: DType,
}

/// What a store and its parameters share.
#[derive(Default)]
struct ParameterStore(Mutex<Contents>);

#[derive(Default)]
struct Contents {
    parameters: Vec<Parameter>,
    buffers: Vec<Buffer>,
}

impl ParameterStore {
    fn lock(&self) -> MutexGuard<'_, Contents> {
        // A panic elsewhere cannot leave the lists half-written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl trace::ParameterStore for ParameterStore {
    fn trained(&self) -> Vec<Trained> {
        let contents = self.lock();
        contents
            .parameters
            .iter()
            .map(Parameter::as_trained)
            .collect()
    }
}

impl Parameters {
    /// An empty store whose parameters will live on `device`, as f32.
    pub fn new(device: &Device) -> Parameters {
        Parameters {
            store: Arc::default(),
            prefix: String::new(),
            device: device.clone(),
            dtype: DType::F32,
        }
    }

    /// The same store; what is created from here on has this type. f64 is for checking gradients.
    pub fn with_dtype(&self, dtype: DType) -> Parameters {
        let same = self.clone();
        Parameters { dtype, ..same }
    }

    /// The same store seen from below `name`: what is created there is called `name.weight`, ...
    pub fn at(&self, name: impl fmt::Display) -> Parameters {
        let (same, prefix) = (self.clone(), self.full_name(name));
        Parameters { prefix, ..same }
    }

    /// Where the parameters live.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The type of the parameters that are created here.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Creates a parameter.
    ///
    /// # Errors
    /// The name is taken, or `init` cannot draw this shape.
    pub fn create(&self, name: &str, shape: impl Into<Shape>, init: Init) -> Result<Parameter> {
        let name = self.full_name(name);
        // The name is checked first: a refused name must not use up random numbers.
        self.check_new(&self.store.lock(), &name)?;
        let values = match init.draw(shape, &self.device) {
            Ok(values) => values.to_dtype(self.dtype)?,
            Err(error) => bail!("{name}: {}", first_line(&error)),
        };
        let store = Arc::downgrade(&self.store);
        let parameter = Parameter::new(name, &values, store)?;
        self.store.lock().parameters.push(parameter.clone());
        Ok(parameter)
    }

    /// Creates a buffer that starts with these values.
    ///
    /// # Errors
    /// The name is taken.
    pub fn create_buffer(&self, name: &str, values: &Tensor) -> Result<Buffer> {
        let name = self.full_name(name);
        let mut store = self.store.lock();
        self.check_new(&store, &name)?;
        let buffer = Buffer::new(name, values);
        store.buffers.push(buffer.clone());
        Ok(buffer)
    }

    fn check_new(&self, store: &Contents, name: &str) -> Result<()> {
        let taken = store.parameters.iter().any(|p| p.name() == name)
            || store.buffers.iter().any(|b| b.name() == name);
        if taken {
            bail!(
                "parameter {name} exists already: give the layer another name, or start from a new Parameters::new(&device)"
            );
        }
        Ok(())
    }

    /// The parameters under this prefix, in the order they were created.
    pub fn all(&self) -> Vec<Parameter> {
        let inside = |p: &&Parameter| is_under(p.name(), &self.prefix);
        let store = self.store.lock();
        store.parameters.iter().filter(inside).cloned().collect()
    }

    /// The buffers under this prefix, in the order they were created.
    pub fn buffers(&self) -> Vec<Buffer> {
        let inside = |b: &&Buffer| is_under(b.name(), &self.prefix);
        self.store
            .lock()
            .buffers
            .iter()
            .filter(inside)
            .cloned()
            .collect()
    }

    /// One parameter by name.
    ///
    /// # Errors
    /// There is none; the names that exist are listed.
    pub fn get(&self, name: &str) -> Result<Parameter> {
        let name = self.full_name(name);
        let store = self.store.lock();
        match store.parameters.iter().find(|p| p.name() == name) {
            Some(parameter) => Ok(parameter.clone()),
            None => {
                let names: Vec<&str> = store.parameters.iter().map(Parameter::name).collect();
                bail!("no parameter {name}; there are: {}", names.join(", "))
            }
        }
    }

    /// How many numbers the parameters under this prefix hold in all; buffers are not counted.
    pub fn count(&self) -> usize {
        self.all().iter().map(|p| p.var().elem_count()).sum()
    }

    /// Keeps the parameters under `prefix` as they are: no gradient, no optimizer step.
    ///
    /// # Errors
    /// No parameter has that prefix.
    pub fn freeze(&self, prefix: &str) -> Result<()> {
        self.set_frozen(prefix, true)
    }

    /// Undoes [`freeze`](Self::freeze).
    ///
    /// # Errors
    /// No parameter has that prefix.
    pub fn unfreeze(&self, prefix: &str) -> Result<()> {
        self.set_frozen(prefix, false)
    }

    fn set_frozen(&self, prefix: &str, frozen: bool) -> Result<()> {
        let below = self.at(prefix).all();
        if below.is_empty() {
            bail!("no parameter is named {prefix} or {prefix}.*");
        }
        for parameter in below {
            parameter.set_frozen(frozen);
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
        for buffer in self.buffers() {
            writeln!(f, "{buffer:?}")?;
        }
        write!(f, "{} parameters in all", self.count())
    }
}
