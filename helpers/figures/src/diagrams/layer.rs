//! The layers of a network, as diagrams of it show them.

use crate::drawing::{colour, pale};
use crate::theme::Rgb;

/// A layer with what it gives: feature maps of one size, or a vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// What it is coloured by.
    pub kind: LayerKind,
    /// Its name: `conv1`.
    pub name: String,
    /// How many feature maps; for a vector, how many numbers.
    pub channels: usize,
    /// Their height and width; empty for a vector.
    pub size: Vec<usize>,
    /// What it does, in lines: `5×5 convolution`, `stride 2`.
    pub description: Vec<String>,
    /// The same in short: `5×5/2`.
    pub short: String,
    /// The side of the window that moves over the layer before.
    pub kernel: Option<usize>,
    /// Elements between two places of the window.
    pub stride: usize,
    /// Elements from one of the window's to the next.
    pub dilation: usize,
    /// The groups of maps that its kernels look at separately.
    pub groups: usize,
    /// How many maps, or numbers, each of its kernels sees.
    pub depth: usize,
    /// Its connections: for each number it gives, the numbers that this is computed from and the bias.
    pub links: usize,
    /// The side of what one of its numbers sees of the input; `None` where that is all of it.
    pub field: Option<usize>,
    /// What follows at once: `batch norm`, `ReLU`.
    pub then: Vec<&'static str>,
    /// Where a skip connection is added: how many of `then` come before.
    pub before_sum: Option<usize>,
    /// How many numbers it trains, those of a normalisation that follows included.
    pub parameters: usize,
}

/// What a layer does, as far as a diagram tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum LayerKind {
    Input,
    Convolution,
    Pooling,
    Upsampling,
    FullyConnected,
    Other,
}

/// A skip connection: the output of layer `from` is added to, or joined with, that of layer `to`.
#[derive(Clone, Debug, PartialEq)]
pub struct Skip {
    /// The place of the first layer.
    pub from: usize,
    /// The place of the second.
    pub to: usize,
    /// What happens in between, `1×1`; mostly nothing.
    pub label: String,
    /// How many numbers are trained in between.
    pub parameters: usize,
}

impl Layer {
    /// A layer of which no more is known.
    pub fn new(kind: LayerKind, name: &str, channels: usize, size: &[usize]) -> Layer {
        Layer {
            kind,
            name: name.to_string(),
            channels,
            size: size.to_vec(),
            description: Vec::new(),
            short: String::new(),
            kernel: None,
            stride: 1,
            dilation: 1,
            groups: 1,
            depth: 0,
            links: 0,
            field: None,
            then: Vec::new(),
            before_sum: None,
            parameters: 0,
        }
    }

    /// `56×56`.
    pub(super) fn sides(&self) -> String {
        let sides: Vec<String> = self.size.iter().map(usize::to_string).collect();
        sides.join("×")
    }

    /// `3×3`; nothing where no window moves.
    pub(super) fn window(&self) -> String {
        let sides = self.size.len().max(1);
        self.kernel
            .map_or_else(String::new, |k| vec![k.to_string(); sides].join("×"))
    }

    /// What one of its numbers sees of the input: `51×51`, or all of it.
    pub(super) fn sees(&self) -> String {
        let sides = self.size.len().max(1);
        match self.field {
            Some(side) => vec![side.to_string(); sides].join("×"),
            None => "all".to_string(),
        }
    }

    /// Whether it pools by the mean.
    pub(super) fn averages(&self) -> bool {
        self.description.iter().any(|line| line.contains("average"))
    }
}

impl LayerKind {
    /// All of them, in the order of legends.
    pub(super) const ALL: [LayerKind; 6] = [
        LayerKind::Input,
        LayerKind::Convolution,
        LayerKind::Pooling,
        LayerKind::Upsampling,
        LayerKind::FullyConnected,
        LayerKind::Other,
    ];

    /// Its name in legends.
    pub(super) fn name(self) -> &'static str {
        match self {
            LayerKind::Input => "input",
            LayerKind::Convolution => "convolution",
            LayerKind::Pooling => "pooling",
            LayerKind::FullyConnected => "fully connected",
            LayerKind::Upsampling => "upsampling",
            LayerKind::Other => "other",
        }
    }

    pub(super) fn colour(self) -> Rgb {
        match self {
            LayerKind::Input => [128, 134, 145],
            LayerKind::Convolution => colour(0),
            LayerKind::Pooling => colour(1),
            LayerKind::FullyConnected => colour(2),
            LayerKind::Upsampling => colour(3),
            LayerKind::Other => colour(6),
        }
    }

    pub(super) fn fill(self) -> Rgb {
        pale(self.colour(), 0.62)
    }
}
