//! A network read from a forward pass, for the figures of papers.

use candle_core::{Result, Shape};

use super::computation_graph;
use super::layer_chain::layer_chain;
use super::summary;
use figures::diagrams::Architecture;
use networks::nn::Model;

/// What the figures of papers need of `model`, read from one forward pass on zeros of this shape,
/// batch included: layers, skip connections, parameters, multiply-adds. No parameter is kept, so the
/// model may go before the figure is drawn, which matters where several large ones are compared:
///
/// ```
/// use helpers::prelude::*;
/// let mut networks = vec![];
/// for depths in [18, 34] {
///     let params = Parameters::new(&Device::Cpu);
///     let model = match depths {
///         18 => models::resnet18(10, &params)?,
///         _ => models::resnet34(10, &params)?,
///     };
///     networks.push(inspect::read(&format!("{depths}-layer"), &model, (1, 3, 64, 64))?);
/// } // the model ends here
/// let figure = inspect::columns(&networks)?.title("Two ResNets");
/// # assert!(figure.svg()?.contains("34-layer"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A shape without a batch, what the model says of such an input, an output that is not made from
/// the input, more than 160 layers.
pub fn read(name: &str, model: &impl Model, input_shape: impl Into<Shape>) -> Result<Architecture> {
    let shape = input_shape.into();
    let graph = computation_graph::of_model(model, shape.clone())?;
    let chain = layer_chain(&graph)?;
    let totals = summary::of_graph(&graph, shape.dims().to_vec());
    Ok(Architecture {
        name: name.to_string(),
        input: shape.into_dims(),
        layers: chain.layers,
        skips: chain.skips,
        parameters: totals.parameters,
        multiply_adds: totals.multiply_adds,
        marked: false,
    })
}
