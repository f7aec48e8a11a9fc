//! Numbers in the prose of a notebook that must equal the numbers in its outputs.
//!
//! The author marks a number by a comment behind it, which no reader sees: `0.925<!--= accuracy -->`
//! must be the first number behind the word "accuracy" in what the nearest cell printed: the nearest
//! above that printed the word, or else below. `0.925<!--=-->`, without words, must be any of the
//! numbers that the nearest cell above printed.

use serde_json::Value;

use crate::cells::{cells, exercise, is_code, printed, source};
use crate::solutions;

const OPENS: &str = "<!--=";
const CLOSES: &str = "-->";

/// What differs, a line for each marked number.
pub fn compare(notebook: &Value) -> Vec<String> {
    let cells = cells(notebook).iter();
    let cells: Vec<&Value> = cells.filter(|cell| !solutions::is_put_in(cell)).collect();
    // A card is about the student's answer; the prose is not.
    let output = |cell: &&Value| match exercise(cell) {
        Some(_) => String::new(),
        None => printed(cell),
    };
    let outputs: Vec<String> = cells.iter().map(output).collect();
    let mut problems = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        if cell["cell_type"] != "markdown" {
            continue;
        }
        let above = outputs[..index].iter().rev().map(String::as_str);
        let below = outputs[index..].iter().map(String::as_str);
        let outputs: Vec<&str> = above.chain(below).collect();
        let text = source(cell);
        let mut behind = 0;
        while let Some(at) = text[behind..].find(OPENS) {
            let (before, rest) = (
                &text[behind..behind + at],
                &text[behind + at + OPENS.len()..],
            );
            let Some(end) = rest.find(CLOSES) else {
                problems.push(format!("a mark {OPENS} has no end {CLOSES}"));
                break;
            };
            let words = rest[..end].trim();
            behind = text.len() - rest.len() + end + CLOSES.len();
            if let Err(problem) = check(before, words, &outputs) {
                let place = cells[..index].iter().filter(|cell| is_code(cell)).count();
                problems.push(format!("text after code cell {place}: {problem}"));
            }
        }
    }
    problems
}

/// Checks the number at the end of `before` against the outputs, the nearest first.
fn check(before: &str, words: &str, outputs: &[&str]) -> Result<(), String> {
    let mark = format!("{OPENS} {words} {CLOSES}");
    // "**92.5 %**" and "$0.5$" are numbers too.
    let bare = before.trim_end_matches([' ', '%', '\\', '$', '*', '_', '`', ')', '}']);
    let is_percentage = before[bare.len()..].contains('%');
    let last = numbers(bare).pop();
    let Some(said) = last.filter(|number| number.end == bare.len()) else {
        return Err(format!("no number stands before {mark}"));
    };
    let agrees = |output: &Number| {
        said.agrees(output.value) || is_percentage && said.rounds(100.0 * output.value)
    };
    if words.is_empty() {
        let mut printed = outputs.iter().map(|output| numbers(output));
        let printed = printed
            .find(|numbers| !numbers.is_empty())
            .unwrap_or_default();
        return match printed.iter().any(agrees) {
            true => Ok(()),
            false => Err(format!("{} is not in the nearest output", said.text)),
        };
    }
    let Some(output) = outputs.iter().find(|output| output.contains(words)) else {
        return Err(format!("no output has the words of {mark}"));
    };
    let mut places = output.match_indices(words);
    let first = places.next().map_or(0, |(at, _)| at + words.len());
    if places.next().is_some() {
        return Err(format!("the output has the words of {mark} more than once"));
    }
    match numbers(&output[first..]).first() {
        Some(number) if agrees(number) => Ok(()),
        Some(number) => Err(format!(
            "the text says {}, the output {words} {}",
            said.text, number.text
        )),
        None => Err(format!(
            "no number follows in the output the words of {mark}"
        )),
    }
}

/// A number in a text.
#[derive(Debug)]
struct Number<'a> {
    text: &'a str,
    value: f64,
    /// The size of one unit of its last digit: 0.01 for 3.25.
    unit: f64,
    end: usize,
}

impl Number<'_> {
    /// Equal, or for a number with decimals: equal when rounded to as many.
    fn agrees(&self, output: f64) -> bool {
        self.value == output || self.unit != 1.0 && self.rounds(output)
    }

    fn rounds(&self, output: f64) -> bool {
        (self.value - output).abs() <= 0.5 * self.unit * (1.0 + 1e-6)
    }
}

/// The numbers of a text: -3, 0.25, 1,797, 2.5e-3; not the digits of names such as `w0` or `f32`.
fn numbers(text: &str) -> Vec<Number<'_>> {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (head, first) = (&text[..at], at);
        at += digits(at);
        // 1,797: behind at most three digits a comma and three digits, as often as it comes.
        let may_group = at - first <= 3;
        while may_group && bytes.get(at) == Some(&b',') && digits(at + 1) == 3 {
            at += 4;
        }
        let mut decimals = 0;
        if bytes.get(at) == Some(&b'.') {
            decimals = digits(at + 1);
            at += if decimals > 0 { 1 + decimals } else { 0 };
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            let sign = usize::from(matches!(bytes.get(at + 1), Some(b'-' | b'+')));
            let size = digits((at + 1 + sign).min(bytes.len()));
            at += if size > 0 { 1 + sign + size } else { 0 };
        }
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        if head.ends_with(is_name) {
            continue;
        }
        let unsigned = head.trim_end_matches(['-', '−']);
        let is_negative = head.len() > unsigned.len() && !unsigned.ends_with(is_name);
        let plain = text[first..at].replace(',', "");
        let exponent = plain.split(['e', 'E']).nth(1).and_then(|e| e.parse().ok());
        let unit = 10f64.powi(exponent.unwrap_or(0) - decimals as i32);
        if let Ok(size) = plain.parse::<f64>() {
            let start = if is_negative { unsigned.len() } else { first };
            let value = if is_negative { -size } else { size };
            found.push(Number {
                text: &text[start..at],
                value,
                unit,
                end: at,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(printed: &[&str], prose: &str) -> Vec<String> {
        let cell = |text: &&str| {
            json!({"cell_type": "code", "source": "run()", "outputs":
                [{"output_type": "stream", "name": "stdout", "text": [text]}]})
        };
        let mut cells: Vec<Value> = printed.iter().map(cell).collect();
        cells.push(json!({"cell_type": "markdown", "source": [prose]}));
        compare(&json!({ "cells": cells }))
    }

    #[test]
    fn numbers_are_read_as_a_reader_does() {
        let read = |text| -> Vec<f64> { numbers(text).iter().map(|n| n.value).collect() };
        assert_eq!(
            read("z = -1.5, w0 = 3; f32 8x8 [2, 10]"),
            [-1.5, 3.0, 8.0, 2.0, 10.0]
        );
        assert_eq!(
            read("1,797 of 61,706,000; (1,2); 12345,678"),
            [1797.0, 61_706_000.0, 1.0, 2.0, 12345.0, 678.0]
        );
        assert_eq!(
            read("−0.25 2e-3 1.5E+2 3 - 4 5-6 7. 8e"),
            [-0.25, 0.002, 150.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
        );
        assert!(read("").is_empty() && read("no é number").is_empty());
    }

    #[test]
    fn a_marked_number_is_looked_up_behind_its_words() {
        let printed = [
            "accuracy 0.175, loss 1.0367\n",
            "accuracy 0.925\nstep 20: loss 0.1968 -> 0.15\n",
        ];
        let right = [
            "It is 0.925<!--= accuracy -->.",
            "It is **0.93**<!--= accuracy --> and 0.2<!--= step 20: loss --> after $20$<!--= step -->",
            "92.5 %<!--= accuracy -->, $93\\%$<!--= accuracy -->, then 0.15<!--= -> -->",
            "any of them: 0.1968<!--=-->",
            "unmarked: 7 <!-- a comment -->",
            "of an earlier cell: 0.175<!--= accuracy 0.175, loss 1.0367 -->",
        ];
        for prose in &right[..5] {
            assert_eq!(problems(&printed, prose), [""; 0], "{prose}");
        }
        let wrong = [
            (
                "0.926<!--= accuracy -->",
                "the text says 0.926, the output accuracy 0.925",
            ),
            ("21<!--= step -->", "the text says 21, the output step 20"),
            (
                "93<!--= accuracy -->",
                "the text says 93, the output accuracy 0.925",
            ),
            ("0.175<!--=-->", "0.175 is not in the nearest output"),
            (
                "0.9<!--= precision -->",
                "no output has the words of <!--= precision -->",
            ),
            ("0.2<!--= 0.1 -->", "more than once"),
            (
                "0.925 or so<!--= accuracy -->",
                "no number stands before <!--= accuracy -->",
            ),
            ("0.925<!--= accuracy", "has no end"),
            (right[5], "no number follows"),
        ];
        for (prose, expected) in wrong {
            let found = problems(&printed, prose);
            assert_eq!(found.len(), 1, "{prose}: {found:?}");
            assert!(found[0].contains(expected), "{prose}: {found:?}");
        }
        let both = problems(
            &printed,
            "0.5<!--= accuracy --> 0.925<!--= accuracy --> 0.6<!--=-->",
        );
        assert_eq!(both.len(), 2, "{both:?}");
        assert!(both[0].starts_with("text after code cell 2: "));
    }

    #[test]
    fn a_number_said_before_its_cell_is_looked_up_below() {
        let notebook = |said: &str| {
            json!({"cells": [
                {"cell_type": "markdown", "source": format!("Expect {said}<!--= loss -->")},
                {"cell_type": "code", "source": "loss", "outputs":
                    [{"output_type": "execute_result", "data": {"text/plain": "loss 0.693"}}]},
            ]})
        };
        assert_eq!(compare(&notebook("0.69")), [""; 0]);
        assert_eq!(compare(&notebook("0.7")), [""; 0]);
        assert_eq!(compare(&notebook("0.68")).len(), 1);
    }
}
