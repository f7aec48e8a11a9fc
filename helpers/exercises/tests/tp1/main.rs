//! The checks of the first practical, by notebook: right answers are green, the mistakes that students
//! make are red.
// `todo!` is the hole that the checks must recognise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::todo, missing_docs)]

mod data;
mod gradient_descent;
mod loss_by_hand;
mod mlp;
mod perceptron;
mod training_well;

use exercise::{Card, Status, tp1};
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
