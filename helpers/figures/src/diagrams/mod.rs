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

mod architecture;
mod architecture_rows;
mod architecture_table;
mod block_arcs;
mod block_diagram;
mod block_labels;
mod block_layout;
mod block_legend;
mod block_rows;
mod bottom_up;
mod columns;
mod columns_layout;
mod cuboid;
mod feature_map_diagram;
mod graph_diagram;
mod layer;
mod layered_layout;
mod mlp_diagram;
mod network;
mod repeated_blocks;
mod residual_blocks;
mod skip_rows;
mod skips;
mod spanning_table;
mod stack_layout;
mod stack_words;
mod tower_layout;
mod tower_rows;
mod tower_words;
mod towers;

pub use architecture::Architecture;
pub use architecture_table::architecture_table;
pub use block_diagram::block_diagram;
pub use bottom_up::bottom_up;
pub use columns::columns;
pub use feature_map_diagram::{feature_map_diagram, stacks};
pub use graph_diagram::{GraphNode, GraphNodeKind, graph_diagram};
pub use layer::{Layer, LayerKind, Skip};
pub use mlp_diagram::mlp_diagram;
pub use network::network;
pub use residual_blocks::residual_blocks;
pub use skips::skips;
pub use towers::{single_tower, towers};
