//! A network by what a figure of it needs.

use super::layer::{Layer, Skip};

/// A network read from a forward pass: its layers on the longest way through it, and its totals. It
/// holds no parameters, so that the model may go before the figure is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// Its name, which stands above it.
    pub name: String,
    /// The shape of its input, batch included.
    pub input: Vec<usize>,
    /// Its layers, the input first.
    pub layers: Vec<Layer>,
    /// The skip connections around them.
    pub skips: Vec<Skip>,
    /// How many numbers it trains.
    pub parameters: usize,
    /// Products of two numbers, each followed by a sum.
    pub multiply_adds: usize,
    /// Whether it stands out beside others.
    pub marked: bool,
}

impl Architecture {
    /// The same, standing out where it is drawn beside others.
    pub fn marked(mut self) -> Architecture {
        self.marked = true;
        self
    }

    /// The layers that have weights, as papers count depth: convolutions and fully connected ones.
    pub(super) fn depth(&self) -> usize {
        use super::layer::LayerKind::{Convolution, FullyConnected};
        let weighted = |l: &&Layer| matches!(l.kind, Convolution | FullyConnected);
        self.layers.iter().filter(weighted).count()
    }
}
