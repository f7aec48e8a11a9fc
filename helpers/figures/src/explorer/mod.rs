//! A convolution that answers the mouse, and the picture of it where no script runs.

pub(crate) mod convolution;
pub(crate) mod explore_convolution;
mod part;
mod scale;
mod still;
