//! The outputs of a model's layers, and the kernels behind them.

use candle_core::{Result, Tensor, bail};

use candle_functional::trace::{self, Step};
use networks::nn::{Model, Parameters};

/// The output of the layer `name` for `x` the first time it runs, outside training; as PyTorch's
/// forward hooks.
///
/// ```
/// use helpers::prelude::*;
/// let model = models::cnn(&Parameters::new(&Device::Cpu))?;
/// let x = Tensor::zeros((2, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(inspect::activation(&model, &x, "relu2")?.dims(), [2, 10, 7, 7]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// What the model says of such an input; no layer of that name: those that ran are listed.
pub fn activation(model: &impl Model, x: &Tensor, name: &str) -> Result<Tensor> {
    let steps = named_steps(model, x)?;
    match steps.iter().find(|step| step.name == name) {
        Some(step) => Ok(step.output.clone()),
        None => {
            let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
            bail!("no layer is called {name}; there are: {}", names.join(", "))
        }
    }
}

fn named_steps(model: &impl Model, x: &Tensor) -> Result<Vec<Step>> {
    let (_, mut steps) = trace::record(|| model.forward(x, false))?;
    steps.retain(|step| !step.name.is_empty());
    if steps.is_empty() {
        bail!("no layer of this model has a name: build its layers with nn, at params.at(name)");
    }
    Ok(steps)
}

/// The weights of the layer `name`, apart from the graph: (out, in, k, k) for a convolution.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// models::cnn(&params)?;
/// assert_eq!(inspect::kernels(&params, "conv1")?.dims(), [10, 1, 5, 5]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// There is no such layer; the names that exist are listed.
pub fn kernels(params: &Parameters, name: &str) -> Result<Tensor> {
    let weight = params.get(&format!("{name}.weight"))?;
    // A copy: training goes on in the variable's own memory.
    weight.var().detach().copy()
}
