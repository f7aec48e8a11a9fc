//! The last expression of a cell, whatever it is.
//!
//! evcxr ends a cell with `(expression).evcxr_display();` and compiles it once more, with `Debug`
//! instead, where there is no such method. Here every value has one: a cell is compiled once, and a
//! tensor is shown with its numbers. Figures and tables have a method of their own, which comes first.

use std::any::Any;
use std::fmt::Debug;

use candle_core::{Tensor, Var};

use figures::display::by_debug;

use super::tensor;

/// What the notebook calls for the last expression of a cell.
///
/// A reference that does not live for ever inside a type, as in `Option<&f32>`, is left to evcxr's
/// second try.
#[doc(hidden)]
pub trait Show {
    /// Prints the value for the notebook.
    #[doc(hidden)]
    fn evcxr_display(&self);
}

impl<T: Debug + 'static> Show for T {
    fn evcxr_display(&self) {
        // What a loop gives is not meant to be seen.
        if (self as &dyn Any).is::<()>() {
            return;
        }
        match tensors(self) {
            Some(tensors) => tensor::show(&tensors),
            None => by_debug(self),
        }
    }
}

impl Show for str {
    fn evcxr_display(&self) {
        by_debug(&self);
    }
}

impl<T: Debug> Show for [T] {
    fn evcxr_display(&self) {
        by_debug(&self);
    }
}

/// The tensors that a value consists of, if it is nothing else.
fn tensors(value: &dyn Any) -> Option<Vec<&Tensor>> {
    if let Some(tensor) = value.downcast_ref::<Tensor>() {
        Some(vec![tensor])
    } else if let Some(var) = value.downcast_ref::<Var>() {
        Some(vec![var.as_tensor()])
    } else if let Some(Some(tensor)) = value.downcast_ref::<Option<Tensor>>() {
        Some(vec![tensor])
    } else if let Some(tensors) = value.downcast_ref::<Vec<Tensor>>() {
        Some(tensors.iter().collect()).filter(|tensors: &Vec<_>| !tensors.is_empty())
    } else if let Some((a, b)) = value.downcast_ref::<(Tensor, Tensor)>() {
        Some(vec![a, b])
    } else if let Some((a, b, c)) = value.downcast_ref::<(Tensor, Tensor, Tensor)>() {
        Some(vec![a, b, c])
    } else {
        None
    }
}
