//! Figures that follow one another, to be played or gone through by hand.

mod data;
mod layers;
pub(crate) mod player;
