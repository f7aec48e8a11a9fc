//! Data sets by name: real ones that ship with the course, and synthetic ones drawn on the spot.

mod digits;
mod synthetic;

pub use digits::digits;
pub use synthetic::blobs;
