//! How a check runs: case by case, until the first one that comes out wrong.

use std::fmt::Debug;

use candle_core::{Error, Result, Tensor, bail};

use super::card::one_line;
use super::{Card, Status};
use candle_functional::errors::first_line;
use candle_functional::stop::check_stop;
use candle_functional::{panics, random, values};

/// Tries a student's answer and says on a card how it went; it never fails and never panics.
///
/// `tests` compares the answer with the truth, case by case; the first `?` that fails ends it. A
/// `todo!()` makes the card grey; a wrong case, an error or any other panic makes it red; it is
/// green when all cases came out right, and then says that `verified` holds.
///
/// A check draws from its own random stream: its values are the same in every run, and the
/// notebook's stream goes on as if there had been no check.
///
/// ```
/// use helpers::prelude::*;
/// let square = |x: f64| x * x; // the student's
/// let card = exercise::check("The square", "x times x", |cases| {
///     for x in [0.0, 1.5, -2.0] {
///         cases.close(&format!("square({x})"), || Ok(square(x)), x * x)?;
///     }
///     Ok(())
/// });
/// assert_eq!(card.to_string(), "✓ The square: verified. x times x (3 cases)");
/// ```
pub fn check(name: &str, verified: &str, tests: impl FnOnce(&mut Cases) -> Result<()>) -> Card {
    let mut cases = Cases::new();
    let outcome = random::aside(random::seeded(0), || panics::silently(|| tests(&mut cases)));

    let red = |what: &str| {
        let what = one_line(what, 500);
        (
            Status::Wrong,
            format!("{what}. Stuck? Open {}.", cases.hint),
        )
    };
    let (status, message) = match outcome {
        Ok(Err(_)) if check_stop().is_err() => (
            Status::Wrong,
            "The check was stopped before its end; run this cell again.".to_string(),
        ),
        Ok(Ok(())) if cases.count == 0 => (Status::Wrong, "The check tried no case.".to_string()),
        Ok(Ok(())) if cases.count == 1 => (Status::Right, format!("{verified} (1 case)")),
        Ok(Ok(())) => (Status::Right, format!("{verified} ({} cases)", cases.count)),
        Ok(Err(error)) => red(&first_line(&error)),
        Err(panic) if is_hole(&panic) => (
            Status::Unwritten,
            "Replace the todo!() by your code, then run its cell and this one again.".to_string(),
        ),
        Err(panic) if cases.current.is_empty() => red(&format!("it panicked: {panic}")),
        Err(panic) => red(&format!("{}: it panicked: {panic}", cases.current)),
    };
    Card::new(name, status, &message)
}

/// `todo!()`, with or without a message, and its twin `unimplemented!()`.
fn is_hole(panic: &str) -> bool {
    // candle has a todo!() of its own, for ln, sqrt and the like of whole numbers.
    let candles = panic.contains("unary function");
    panic.starts_with("not yet implemented") && !candles || panic.starts_with("not implemented")
}

/// The cases of one check: each compares what the student's function gives with what is right.
///
/// `input` is how the call reads, `neuron(x = (1, 2), w = (3, -1), b = 0.5)`; the card quotes it.
#[derive(Debug)]
pub struct Cases {
    count: usize,
    current: String,
    hint: String,
}

impl Cases {
    fn new() -> Cases {
        Cases {
            count: 0,
            current: String::new(),
            hint: "the hint".to_string(),
        }
    }

    /// Names the hint to open when one of the cases from here on comes out wrong, as it stands in
    /// the notebook: `cases.hint("Hint 2")`. Before, the card says "the hint".
    pub fn hint(&mut self, title: &str) {
        self.hint = title.to_string();
    }

    /// One case whose output is a number: within 0.0001 of the truth, relative, or 0.00001,
    /// absolute. NaN is never right.
    pub fn close(
        &mut self,
        input: &str,
        got: impl FnOnce() -> Result<f64>,
        expected: f64,
    ) -> Result<()> {
        let got = self.run(input, got)?;
        if !is_close(got, expected) {
            return wrong(input, &number(expected), &number(got));
        }
        Ok(())
    }

    /// One case whose output is a list of numbers: as many, and each as in [`close`](Self::close).
    pub fn close_list(
        &mut self,
        input: &str,
        got: impl FnOnce() -> Result<Vec<f64>>,
        expected: &[f64],
    ) -> Result<()> {
        let got = self.run(input, got)?;
        if got.len() != expected.len() {
            let right = format!("{} numbers", expected.len());
            return wrong(input, &right, &got.len().to_string());
        }
        compare(input, &got, expected, &[expected.len()])
    }

    /// One case whose output is a tensor: the shape must be equal, the numbers as in
    /// [`close`](Self::close).
    pub fn close_tensor(
        &mut self,
        input: &str,
        got: impl FnOnce() -> Result<Tensor>,
        expected: &Tensor,
    ) -> Result<()> {
        let got = self.run(input, got)?;
        let dims = expected.dims();
        if got.dims() != dims {
            let right = format!("the shape {dims:?}");
            return wrong(input, &right, &format!("{:?}", got.dims()));
        }
        compare(input, &values(&got)?, &values(expected)?, dims)
    }

    /// One case whose output must be equal: a whole number, a shape, a list of names.
    pub fn equal<T: PartialEq + Debug>(
        &mut self,
        input: &str,
        got: impl FnOnce() -> Result<T>,
        expected: T,
    ) -> Result<()> {
        let got = self.run(input, got)?;
        if got != expected {
            return wrong(input, &format!("{expected:?}"), &format!("{got:?}"));
        }
        Ok(())
    }

    /// One case that compares a program with a figure; both say what stands at this place.
    pub(crate) fn agree(&mut self, place: &str, figure: &str, code: &str) -> Result<()> {
        self.count += 1;
        if code != figure {
            bail!("{place}: the figure has {figure}, your code {code}");
        }
        Ok(())
    }

    /// Calls the student's function, so that a panic or an error can be laid to this input.
    pub(crate) fn run<T>(&mut self, input: &str, got: impl FnOnce() -> Result<T>) -> Result<T> {
        check_stop()?;
        self.count += 1;
        self.current = input.to_string();
        let got = got().map_err(|e| Error::Msg(format!("{input}: {}", first_line(&e))))?;
        self.current.clear();
        Ok(got)
    }
}

/// The counter-example; each part is cut, so that all three show.
fn wrong(input: &str, expected: &str, got: &str) -> Result<()> {
    let (input, expected) = (one_line(input, 220), one_line(expected, 120));
    bail!("{input}: expected {expected}, got {}", one_line(got, 120));
}

/// Compares number by number; the error names the place of the first that is wrong.
fn compare(input: &str, got: &[f64], expected: &[f64], dims: &[usize]) -> Result<()> {
    let mut pairs = got.iter().zip(expected);
    if let Some(index) = pairs.position(|(got, right)| !is_close(*got, *right)) {
        let place = format!("{} at {:?}", one_line(input, 200), place(index, dims));
        return wrong(&place, &number(expected[index]), &number(got[index]));
    }
    Ok(())
}

fn is_close(got: f64, expected: f64) -> bool {
    // An infinite truth has an infinite tolerance; only equality is right then.
    got == expected
        || (got - expected).abs() <= 1e-5 + 1e-4 * expected.abs() && expected.is_finite()
}

/// A number as a student would write it: six decimals at most, no trailing zeros.
fn number(value: f64) -> String {
    let size = value.abs();
    if value != 0.0 && !(1e-4..1e7).contains(&size) {
        return format!("{value:.4e}");
    }
    let text = format!("{:.6}", value + 0.0); // -0 becomes 0
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// The place of the element number `index` in a tensor of this shape.
fn place(mut index: usize, dims: &[usize]) -> Vec<usize> {
    let mut place = Vec::new();
    for &dim in dims.iter().rev() {
        place.push(index % dim.max(1));
        index /= dim.max(1);
    }
    place.reverse();
    place
}
