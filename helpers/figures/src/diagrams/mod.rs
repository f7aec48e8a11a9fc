//! Networks and computations as papers draw them. A diagram is made from a description of plain
//! fields, and knows nothing of the model behind it.
//!
//! ```
//! use figures::diagrams::{Layer, LayerKind, mlp_diagram};
//! let input = Layer::new(LayerKind::Input, "input", 2, &[]);
//! let hidden = Layer::new(LayerKind::FullyConnected, "hidden", 4, &[]);
//! let figure = mlp_diagram(&[input, hidden]);
//! # assert!(figure.svg()?.contains("hidden"));
//! # Ok::<(), candle_core::Error>(())
//! ```

mod block_arcs;
mod block_diagram;
mod block_labels;
mod block_layout;
mod block_legend;
mod feature_map_diagram;
mod graph_diagram;
mod layer;
mod layered_layout;
mod mlp_diagram;
mod network;
mod repeated_blocks;

pub use block_diagram::block_diagram;
pub use feature_map_diagram::feature_map_diagram;
pub use graph_diagram::{GraphNode, GraphNodeKind, graph_diagram};
pub use layer::{Layer, LayerKind, Skip};
pub use mlp_diagram::mlp_diagram;
pub use network::network;
