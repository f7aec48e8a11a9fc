//! Each row of docs/candle.md: what candle does today, and the right answer of the safe form. A test
//! that fails with "candle now ..." says that an upgrade has mended candle: mend the row as well.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod gradients;
mod layers;
mod numbers;
mod processes;

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use helpers::prelude::*;

/// What candle does today; `$mended` says what it does instead when this no longer holds.
macro_rules! today {
    ($holds:expr, $mended:literal) => {
        assert!($holds, "candle now {}: mend docs/candle.md", $mended)
    };
}
use today;

fn tensor<A: helpers::candle_core::NdArray>(values: A) -> Tensor {
    Tensor::new(values, &Device::Cpu).unwrap()
}

fn var<A: helpers::candle_core::NdArray>(values: A) -> Var {
    Var::new(values, &Device::Cpu).unwrap()
}

/// The numbers of a tensor, in order, whatever their type.
fn numbers(x: &Tensor) -> Vec<f64> {
    let x = x.to_dtype(DType::F64).unwrap();
    x.flatten_all().unwrap().to_vec1().unwrap()
}

/// The gradient of the sum of `y`, in order, if candle has one.
fn grad_of_sum(y: &Tensor, x: &Var) -> Option<Vec<f64>> {
    let grads = y.sum_all().unwrap().backward().unwrap();
    grads.get(x).map(numbers)
}

fn is_close(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5)
}

/// What `run` answers where overflow wraps, as in the notebooks' kernel; nothing where this build
/// looks for overflow and panics.
fn wrapped(run: impl FnOnce() -> Vec<f64>) -> Option<Vec<f64>> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(answer) => Some(answer),
        Err(payload) if message(payload.as_ref()).contains("overflow") => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// The message of the panic that `run` ends with, if it does.
fn panics<T>(run: impl FnOnce() -> T) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(run)).err()?;
    Some(message(payload.as_ref()))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or_default().to_string()
}

/// The first column of the page's tables and the names of the tests are the same.
#[test]
fn every_row_has_its_test() {
    let page = include_str!("../../../docs/candle.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    let sources = [
        include_str!("gradients.rs"),
        include_str!("layers.rs"),
        include_str!("numbers.rs"),
        include_str!("processes.rs"),
    ]
    .concat();
    let tests = sources.split("#[test]\nfn ").skip(1);
    let tests: Vec<&str> = tests.filter_map(|test| test.split('(').next()).collect();
    let unique = |names: &[&str]| names.iter().map(|n| n.to_string()).collect::<BTreeSet<_>>();
    assert_eq!(unique(&rows), unique(&tests), "rows left, tests right");
    assert_eq!(rows.len(), tests.len(), "a row or a test is there twice");
    assert!(page.lines().count() <= 100, "docs/candle.md is too long");
}
