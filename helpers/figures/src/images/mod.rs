//! Figures of images, laid out in a grid.

pub(crate) mod image_batch;
pub(crate) mod image_grid;
pub(crate) mod kernels;
pub(crate) mod layout;
pub(crate) mod overlay;
pub(crate) mod worst_mistakes;
