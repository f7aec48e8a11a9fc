//! Figures of small matrices, each number in its square.

pub(crate) mod annotated_matrix;
pub(crate) mod confusion_matrix;
pub(crate) mod convolution;
pub(crate) mod im2col;
pub(crate) mod multi_channel;
pub(crate) mod number_matrix;
pub(crate) mod small_convolution;
pub(crate) mod small_layer;
