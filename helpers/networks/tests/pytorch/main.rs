//! What PyTorch computed, in f32 and in f64: `fixtures/layers.py` wrote the references.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../common/mod.rs"]
mod common;

mod layers;
mod losses;
mod optimizers;
