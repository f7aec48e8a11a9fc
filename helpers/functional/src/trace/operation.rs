//! What a step computed, with its numbers.

/// The operation of a [`Step`](super::Step). Layers and functions share one: `Conv2d` and `conv2d`
/// are both a [`Conv`](Operation::Conv).
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)] // numbers named as in PyTorch
pub enum Operation {
    /// A convolution, over one to three dimensions.
    Conv {
        window: Window,
        groups: usize,
    },
    /// A transposed convolution.
    ConvTranspose {
        window: Window,
        output_padding: usize,
    },
    /// The largest number of each window.
    MaxPool(Window),
    /// The mean of each window.
    AvgPool(Window),
    /// Means over a grid of windows, of this height and width.
    AdaptiveAvgPool {
        size: (usize, usize),
    },
    /// Each output is the nearest input.
    UpsampleNearest {
        size: (usize, usize),
    },
    /// Each output lies on a line between inputs.
    UpsampleBilinear {
        size: (usize, usize),
        align_corners: bool,
    },
    /// The windows as columns of a matrix.
    Unfold(Window),
    /// A fully connected layer.
    Linear,
    Relu,
    Sigmoid,
    Tanh,
    /// Probabilities along a dimension.
    Softmax {
        dim: usize,
    },
    /// Their logarithms.
    LogSoftmax {
        dim: usize,
    },
    /// `train` is known to the function, which a layer calls.
    Dropout {
        p: f64,
        train: Option<bool>,
    },
    /// `momentum` is that of a layer, which keeps running statistics.
    BatchNorm {
        eps: f64,
        momentum: Option<f64>,
    },
    LayerNorm {
        eps: f64,
    },
    OneHot {
        classes: usize,
    },
    /// Everything but the batch in one row.
    Flatten,
    /// Layers one after another; they are steps themselves.
    Sequential,
    /// A loss, with the number it was told, if any: `("margin", 1.0)`.
    Loss(Option<(&'static str, f64)>),
    /// What none of these describes.
    Other,
}

/// How a kernel, or the window of a pooling, moves over its input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The side of the window.
    pub kernel_size: usize,
    /// Elements between two places of the window.
    pub stride: usize,
    /// Elements added on each side of the input.
    pub padding: usize,
    /// Elements from one of the window's to the next.
    pub dilation: usize,
}

impl Operation {
    /// The window that moves over the input, if there is one.
    pub fn window(&self) -> Option<Window> {
        use Operation::{AvgPool, Conv, ConvTranspose, MaxPool, Unfold};
        match *self {
            Conv { window, .. } | ConvTranspose { window, .. } => Some(window),
            MaxPool(window) | AvgPool(window) | Unfold(window) => Some(window),
            _ => None,
        }
    }

    /// Its numbers by name, as a step prints them: `("stride", "2")`. The size of a convolution's
    /// kernel is not among them: the step prints the kernel's shape.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        match *self {
            Operation::Conv { window: w, groups } => counts(&[
                ("stride", w.stride),
                ("padding", w.padding),
                ("dilation", w.dilation),
                ("groups", groups),
            ]),
            Operation::ConvTranspose {
                window: w,
                output_padding,
            } => counts(&[
                ("stride", w.stride),
                ("padding", w.padding),
                ("output_padding", output_padding),
            ]),
            Operation::MaxPool(w) | Operation::AvgPool(w) => counts(&[
                ("kernel_size", w.kernel_size),
                ("stride", w.stride),
                ("padding", w.padding),
            ]),
            Operation::Unfold(w) => counts(&[
                ("kernel_size", w.kernel_size),
                ("stride", w.stride),
                ("padding", w.padding),
                ("dilation", w.dilation),
            ]),
            Operation::AdaptiveAvgPool { size } | Operation::UpsampleNearest { size } => {
                vec![("size", format!("{size:?}"))]
            }
            Operation::UpsampleBilinear {
                size,
                align_corners,
            } => vec![
                ("size", format!("{size:?}")),
                ("align_corners", align_corners.to_string()),
            ],
            Operation::Softmax { dim } | Operation::LogSoftmax { dim } => counts(&[("dim", dim)]),
            Operation::Dropout { p, train } => {
                let train = train.map(|train| ("train", train.to_string()));
                [("p", p.to_string())].into_iter().chain(train).collect()
            }
            Operation::BatchNorm { eps, momentum } => {
                let momentum = momentum.map(|momentum| ("momentum", momentum.to_string()));
                let eps = ("eps", eps.to_string());
                [eps].into_iter().chain(momentum).collect()
            }
            Operation::LayerNorm { eps } => vec![("eps", eps.to_string())],
            Operation::OneHot { classes } => counts(&[("classes", classes)]),
            Operation::Loss(Some((name, value))) => vec![(name, value.to_string())],
            _ => Vec::new(),
        }
    }
}

fn counts(numbers: &[(&'static str, usize)]) -> Vec<(&'static str, String)> {
    let texts = numbers.iter().map(|&(name, n)| (name, n.to_string()));
    texts.collect()
}
