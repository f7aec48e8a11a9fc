//! Layers one after the other.

use std::fmt;
use std::sync::Arc;

use candle_core::{Result, Tensor, bail};

use super::fusion::{Fusible, forward_fused};
use super::{Model, Parameters};
use candle_functional::errors::first_line;
use candle_functional::stop::check_stop;
use candle_functional::trace::{self, Operation, traced};

/// Named layers, each fed with the output of the one before it. Cheap to clone.
///
/// It is made for a place in the store, so that every layer, a ReLU too, has its full name:
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let p = params.at("features");
/// let features = nn::Sequential::new(&p)
///     .add(0, nn::conv2d(1, 6, 5, &p.at(0))?) // features.0
///     .add(1, nn::Relu)
///     .add(2, nn::max_pool2d(2)); // features.2
/// let x = Tensor::zeros((8, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(features.forward(&x, false)?.dims(), [8, 6, 12, 12]);
/// assert_eq!(params.all()[0].name(), "features.0.weight");
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone)]
pub struct Sequential {
    prefix: String,
    layers: Vec<(String, Arc<dyn Model + Send + Sync>)>,
    /// What each layer is to [`forward_fused`].
    fusible: Vec<Fusible>,
}

impl Sequential {
    /// No layers yet: the output is the input.
    pub fn new(params: &Parameters) -> Sequential {
        Sequential {
            prefix: params.prefix.clone(),
            layers: Vec::new(),
            fusible: Vec::new(),
        }
    }

    /// The same with one more layer at the end, called `name`.
    pub fn add(
        mut self,
        name: impl fmt::Display,
        layer: impl Model + Send + Sync + 'static,
    ) -> Sequential {
        let gap = if self.prefix.is_empty() { "" } else { "." };
        let name = format!("{}{gap}{name}", self.prefix);
        self.fusible.push(layer.fusible());
        self.layers.push((name, Arc::new(layer)));
        self
    }

    /// The full names of the layers, in order.
    pub fn names(&self) -> Vec<&str> {
        self.layers.iter().map(|(name, _)| name.as_str()).collect()
    }
}

impl Model for Sequential {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let operation = Operation::Sequential;
        traced("Sequential", &self.prefix, &[x], &[], operation, || {
            let (mut x, mut done) = (x.clone(), 0);
            while let Some((name, layer)) = self.layers.get(done) {
                if let Some((y, layers)) = forward_fused(&self.fusible[done..], &x, train) {
                    (x, done) = (y, done + layers);
                    continue;
                }
                x = match trace::named(name, || layer.forward(&x, train)) {
                    Ok(y) => y,
                    // In a deep network the shapes alone do not say which layer it was.
                    Err(error) => {
                        check_stop()?; // which is no fault of the layer
                        bail!("{name}: {}", first_line(&error))
                    }
                };
                done += 1;
            }
            Ok(x)
        })
    }
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sequential({})", self.names().join(", "))
    }
}
