//! A step of a trace, and the parameters it keeps.

use std::fmt;
use std::sync::Weak;

use candle_core::{Tensor, Var};

use super::operation::Operation;
use crate::errors::display_shape;

/// A tensor that a layer trains, as a step keeps it.
#[derive(Clone)]
pub struct Trained {
    /// Its full name: `fc.weight`.
    pub name: String,
    /// The variable behind it.
    pub var: Var,
    /// Whether it stays as it is.
    pub frozen: bool,
    /// Where it is kept.
    pub store: Weak<dyn ParameterStore>,
}

impl fmt::Debug for Trained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frozen = if self.frozen { ", frozen" } else { "" };
        let shape = display_shape(self.var.dims());
        write!(f, "{} {shape}{frozen}", self.name)
    }
}

/// What keeps the tensors that a model trains.
pub trait ParameterStore: Send + Sync {
    /// All that it keeps, in order.
    fn trained(&self) -> Vec<Trained>;
}

/// What can be kept as a [`Trained`] tensor.
pub trait AsTrained {
    /// What a step keeps of it.
    fn as_trained(&self) -> Trained;
}

/// One function or layer that ran: what it was, what went in and what came out.
#[derive(Clone)]
pub struct Step {
    /// The function or layer: `conv2d`, `Conv2d`, `cross_entropy`.
    pub what: &'static str,
    /// The layer's name, `features.0`; empty for a function.
    pub name: String,
    /// How many steps contain it: 0 outermost, 1 for the functions that such a layer calls, ...
    pub depth: usize,
    /// The tensors that went in; for a function the kernels and biases too.
    pub inputs: Vec<Tensor>,
    /// The tensor that came out.
    pub output: Tensor,
    /// The layer's own parameters.
    pub parameters: Vec<Trained>,
    /// What was computed, with its numbers.
    pub operation: Operation,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = if self.name.is_empty() { "" } else { " " };
        write!(f, "{}{gap}{}:", self.what, self.name)?;
        for input in &self.inputs {
            write!(f, " {:?}", input.dims())?;
        }
        write!(f, " -> {:?}", self.output.dims())?;
        for (key, value) in self.operation.settings() {
            write!(f, ", {key} {value}")?;
        }
        Ok(())
    }
}
