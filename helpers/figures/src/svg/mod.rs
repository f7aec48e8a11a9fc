//! An SVG in the making: shapes, texts and pixels.

mod canvas;
pub(crate) mod font;
mod glyphs;
mod indexed;
mod palette;
mod path;
mod raster;

pub(crate) use canvas::Canvas;
pub(crate) use glyphs::Anchor;
pub(crate) use indexed::Indexed;
pub(crate) use palette::{PATCH, quantise};
pub(crate) use path::{PathData, polyline, stroke};
pub(crate) use raster::{Raster, base64};
