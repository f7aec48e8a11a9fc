//! Checks of a student's answer: a grey, green or red card, and never a stopped notebook.
//!
//! A module per practical ([`tp1`], [`tp2`]) holds a check per exercise, beside its reference answer, so
//! that no answer stands in the notebook:
//!
//! ```
//! use helpers::prelude::*;
//! fn boundary(w: [f64; 2], b: f64) -> (f64, f64) {
//!     todo!("exercise 2")
//! }
//! let card = exercise::tp1::boundary(boundary);
//! assert_eq!(card.status(), exercise::Status::Unwritten);
//! ```

mod card;
mod check;
pub mod tp1;
pub mod tp2;

pub use card::{Card, Status};
pub use check::{Cases, check};
