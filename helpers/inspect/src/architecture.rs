//! A model drawn as papers draw it: stacked feature maps, blocks, or neurons.

use candle_core::{Result, Shape, bail};

use super::computation_graph;
use super::layer_chain::layer_chain;
use figures::Figure;
use figures::diagrams::{Layer, block_diagram, feature_map_diagram, mlp_diagram};
use networks::nn::Model;

/// The architecture of `model` for an input of this shape, batch included, drawn as papers draw it:
///
/// - a short network of convolutions as LeNet's: stacks of feature maps, each with its size, and at
///   each step the kernel as a square on the maps it moves over;
/// - a deep one as VGG's: a block per layer, as high as its maps and as thick as they are many; skip
///   connections are arcs, and equal blocks are drawn once, as in ResNet;
/// - one of fully connected layers as neurons.
///
/// All is read from one forward pass on zeros: figure and code cannot disagree. Activations and
/// normalisations are named with the layer they follow.
///
/// ```
/// use helpers::prelude::*;
/// let model = models::lenet5(&Parameters::new(&Device::Cpu))?;
/// let figure = inspect::architecture(&model, (1, 1, 32, 32))?.title("LeNet-5");
/// # assert!(figure.svg()?.contains("16@10×10"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A shape without a batch, what the model says of such an input, an output that is not made from
/// the input, more than 160 layers.
pub fn architecture(model: &impl Model, input_shape: impl Into<Shape>) -> Result<Figure> {
    let chain = layer_chain(&computation_graph::of_model(model, input_shape)?)?;
    if chain.layers.len() < 2 {
        bail!("architecture: no layer was found between input and output");
    }
    let flat = |layer: &Layer| layer.size.is_empty();
    Ok(match chain.skips.is_empty() {
        true if chain.layers.iter().all(flat) => mlp_diagram(&chain.layers),
        true if chain.layers.len() <= 10 => feature_map_diagram(&chain.layers),
        _ => block_diagram(&chain.layers, &chain.skips),
    })
}
