//! What a failing cell prints: the message, and the student's own line.
//!
//! `src/lib.rs` here stands for the source of the running cell.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "src/lib.rs"]
mod cell;
#[path = "../common/child.rs"]
mod child;

use std::panic::catch_unwind;
use std::path::PathBuf;
use std::thread;

use helpers::notebook::{begin_cell, failed};
use helpers::prelude::*;

fn printed(case: &str) -> String {
    let tmpdir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cell");
    child::printed(case, Some(&tmpdir))
}

fn red(lines: &[&str]) -> String {
    lines
        .iter()
        .map(|line| format!("\x1b[31m{line}\x1b[0m\n"))
        .collect()
}

#[test]
fn a_panic_shows_the_line() {
    let printed = printed("panics_of_a_cell");
    let long = include_str!("src/lib.rs")
        .lines()
        .find(|line| line.contains("a very long"))
        .unwrap();
    let expected = [
        red(&[
            "panic: index out of bounds: the len is 3 but the index is 10",
            "    at: println!(\"{}\", numbers[place]); // out of bounds",
        ]),
        red(&[
            "panic: called `Result::unwrap()` on an `Err` value: no",
            "number",
            "    at: let _ = answer.unwrap();",
        ]),
        red(&[
            "panic: called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }",
            &format!(
                "    at: {}",
                long.trim().chars().take(120).collect::<String>()
            ),
        ]),
    ];
    assert_eq!(printed, expected.concat());
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn panics_of_a_cell() {
    begin_cell();
    for case in [cell::in_the_cell, cell::unwrap, cell::long] {
        assert!(catch_unwind(case).is_err());
        begin_cell();
    }
}

#[test]
fn a_panic_elsewhere_shows_its_message() {
    let printed = printed("panics_elsewhere");
    let expected = [
        red(&["panic: not in the cell,", "in two lines"]),
        red(&["panic in thread 'other': index out of bounds: the len is 3 but the index is 10"]),
    ];
    assert_eq!(printed, expected.concat());
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn panics_elsewhere() {
    begin_cell();
    assert!(catch_unwind(|| panic!("not in the cell,\nin two lines")).is_err());
    let other = thread::Builder::new()
        .name("other".into())
        .spawn(cell::in_the_cell);
    assert!(other.unwrap().join().is_err());
}

#[test]
fn a_check_stays_silent_whichever_hook_came_first() {
    assert_eq!(printed("check_before_the_first_cell"), "");
    assert_eq!(printed("check_in_a_cell"), "");
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn check_before_the_first_cell() {
    let check = || exercise::tp1::boundary(|_, _| panic!("a hole"));
    check();
    begin_cell();
    check();
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn check_in_a_cell() {
    begin_cell();
    exercise::tp1::boundary(|_, _| panic!("a hole"));
}

#[test]
fn a_failed_question_mark_shows_the_error_without_a_trace() {
    let printed = printed("errors");
    let expected = [
        red(&["error: two lines", "of text"]),
        red(&["error: with a trace"]),
        red(&["error: any text"]),
    ];
    assert_eq!(printed, expected.concat());
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn errors() {
    begin_cell();
    failed(&Error::Msg("two lines\nof text".into()));
    let traced = Error::Msg("with a trace".into()).bt();
    assert!(traced.to_string().lines().count() > 2);
    failed(&traced);
    failed(&"any text");
}
