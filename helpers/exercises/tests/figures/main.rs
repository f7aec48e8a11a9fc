//! The checks of TP2's notebook 2: a right answer is green, the usual wrong ones are red.
// `todo!` is the hole that the checks must recognise.
#![allow(clippy::unwrap_used, clippy::todo, missing_docs)]

mod bottleneck;
mod figure_to_code;
mod three_networks;
mod wrong_programs;

use exercise::{Card, Status};
use helpers::prelude::*;

fn green(card: &Card) {
    assert_eq!(card.status(), Status::Right, "{card}");
}

fn red(card: &Card, expected: &str) {
    assert_eq!(card.status(), Status::Wrong, "{card}");
    assert!(card.message().contains(expected), "{card}");
}

fn grey(card: &Card) {
    assert_eq!(card.status(), Status::Unwritten, "{card}");
}
