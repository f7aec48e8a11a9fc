//! What a cell may hold, under the name that the source of every cell has.

use helpers::prelude::*;

/// Panics in this file.
pub fn in_the_cell() {
    let (numbers, place) = (vec![1, 2, 3], 10);
    println!("{}", numbers[place]); // out of bounds
}

#[allow(clippy::unnecessary_literal_unwrap)]
/// Panics in a method of the standard library that says where it was called.
pub fn unwrap() {
    let answer: Result<f32> = Err(Error::Msg("no\nnumber".into()));
    let _ = answer.unwrap();
}

/// Panics in a line that is too long to be quoted whole.
pub fn long() {
    #[rustfmt::skip]
    let _ = "a very long line indeed, as students write them when nothing tells them not to, with a panic somewhere in it".parse::<u32>().unwrap();
}
