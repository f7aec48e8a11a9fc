//! The exercises of a notebook: that each has all its parts.
//!
//! A cell names its exercise and its part in its metadata. A coded exercise has a statement, a
//! hole, a check, a hint and a solution; an open question has a question and an answer.

use serde_json::Value;

use crate::cells::{cells, exercise, is_code, source};

const CODED: [&str; 5] = ["statement", "hole", "check", "hint", "solution"];
const OPEN: [&str; 2] = ["question", "answer"];
/// An exercise that can be tried: where its hole and its check are, and the code that solves it.
pub struct Exercise {
    pub id: String,
    pub hole: usize,
    pub check: usize,
    pub solution: String,
}

/// The coded exercises that can be tried, and what is wrong with any exercise, in one line each.
pub fn find(notebook: &Value) -> (Vec<Exercise>, Vec<String>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let mut exercises: Vec<(String, Vec<(usize, String)>)> = Vec::new();
    for (index, cell) in cells(notebook).iter().enumerate() {
        let Some((id, part)) = exercise(cell) else {
            let source = source(cell);
            if is_code(cell) && (source.contains("todo!(") || source.contains("exercise::")) {
                let first = source.lines().next().unwrap_or_default();
                problems.push(format!("no exercise is named in the metadata of: {first}"));
            }
            continue;
        };
        match exercises.iter_mut().find(|(known, _)| *known == id) {
            Some((_, parts)) => parts.push((index, part)),
            None => exercises.push((id, vec![(index, part)])),
        }
    }
    for (id, parts) in exercises {
        let wrong = look(notebook, &parts);
        problems.extend(wrong.iter().map(|what| format!("exercise {id}: {what}")));
        let only = |name: &str| {
            let mut named = parts.iter().filter(|(_, part)| part == name);
            named.next().filter(|_| named.next().is_none())
        };
        if let (Some(hole), Some(check), Some(solution)) =
            (only("hole"), only("check"), only("solution"))
        {
            let solution = rust_code(&source(&cells(notebook)[solution.0]));
            let (hole, check) = (hole.0, check.0);
            if !solution.is_empty() {
                found.push(Exercise {
                    id,
                    hole,
                    check,
                    solution,
                });
            }
        }
    }
    (found, problems)
}

/// What is wrong with the parts of one exercise.
fn look(notebook: &Value, parts: &[(usize, String)]) -> Vec<String> {
    let is_open = parts.iter().any(|(_, part)| OPEN.contains(&part.as_str()));
    let wanted: &[&str] = if is_open { &OPEN } else { &CODED };
    let (mut problems, mut places) = (Vec::new(), Vec::new());
    for part in wanted {
        let mut named = parts.iter().filter(|(_, name)| name == part);
        match (named.next(), named.count()) {
            (None, _) => problems.push(format!("has no {part}")),
            (Some(_), more @ 1..) if !["statement", "hint"].contains(part) => {
                problems.push(format!("has {} cells that are its {part}", more + 1));
            }
            (Some((index, _)), _) => places.push(*index),
        }
    }
    if !places.is_sorted() {
        problems.push(format!(
            "its parts must come in the order {}",
            wanted.join(", ")
        ));
    }
    for (index, part) in parts {
        let (cell, part) = (&cells(notebook)[*index], part.as_str());
        let text = source(cell);
        let is_code_part = ["hole", "check"].contains(&part);
        let is_folded = ["hint", "solution", "answer"].contains(&part);
        if !wanted.contains(&part) {
            let wanted = wanted.join(", ");
            problems.push(format!("has a part \"{part}\"; its parts are {wanted}"));
        } else if is_code_part != is_code(cell) {
            let kind = if is_code_part { "code" } else { "text" };
            problems.push(format!("its {part} must be a cell of {kind}"));
        } else if part == "hole" && !text.contains("todo!(") {
            problems.push("its hole has no todo!()".to_string());
        } else if is_folded && !(text.contains("<details>") && text.contains("</details>")) {
            problems.push(format!("its {part} is not folded (<details>)"));
        } else if part == "solution" && rust_code(&text).is_empty() {
            problems.push("its solution has no code (```rust)".to_string());
        }
    }
    problems
}

/// What stands between the lines "```rust" and "```" of a text.
fn rust_code(text: &str) -> String {
    let mut inside = false;
    let lines = text.lines().filter(|line| match line.trim() {
        "```rust" => {
            inside = true;
            false
        }
        "```" => {
            inside = false;
            false
        }
        _ => inside,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cell(id: &str, part: &str, source: &str) -> Value {
        let kind = ["hole", "check"].contains(&part);
        json!({"cell_type": if kind { "code" } else { "markdown" }, "source": [source],
            "metadata": {"exercise": {"id": id, "part": part}}})
    }

    /// A right exercise, with one part changed, or left out where the change is empty.
    fn exercise_but(changed: &str, change: &str) -> Value {
        let parts = [
            ("statement", "### Exercise"),
            ("hole", "fn f() -> u8 {\n    todo!(\"exercise\")\n}"),
            ("check", "exercise::tp1::f(f)"),
            ("hint", "<details><summary>Hint</summary>Why?</details>"),
            (
                "solution",
                "<details>\n\n```rust\nfn f() -> u8 {\n    3\n}\n```\n</details>",
            ),
        ];
        let of = |(part, source)| (part, if part == changed { change } else { source });
        let parts = parts
            .into_iter()
            .map(of)
            .filter(|(_, source)| !source.is_empty());
        let cells: Vec<Value> = parts
            .map(|(part, source)| cell("1", part, source))
            .collect();
        json!({ "cells": cells })
    }

    #[test]
    fn a_whole_exercise_is_found_with_its_solution() {
        let (found, problems) = find(&exercise_but("", ""));
        assert_eq!(problems, [""; 0]);
        let [exercise] = &found[..] else {
            unreachable!("one exercise");
        };
        assert_eq!(
            (exercise.id.as_str(), exercise.hole, exercise.check),
            ("1", 1, 2)
        );
        assert_eq!(exercise.solution, "fn f() -> u8 {\n    3\n}");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let cases = [
            ("statement", "", "has no statement"),
            ("hole", "", "has no hole"),
            ("check", "", "has no check"),
            ("hint", "", "has no hint"),
            ("solution", "", "has no solution"),
            ("hole", "fn f() -> u8 { 3 }", "its hole has no todo!()"),
            ("hint", "Hint: why?", "its hint is not folded (<details>)"),
            (
                "hint",
                "<details>Why?",
                "its hint is not folded (<details>)",
            ),
            (
                "solution",
                "```rust\n3\n```",
                "its solution is not folded (<details>)",
            ),
            (
                "solution",
                "<details>3</details>",
                "its solution has no code (```rust)",
            ),
        ];
        for (part, change, expected) in cases {
            let (found, problems) = find(&exercise_but(part, change));
            assert_eq!(problems, [format!("exercise 1: {expected}")]);
            let lacks = ["has no hole", "has no check", "has no solution"].contains(&expected);
            assert_eq!(
                found.is_empty(),
                lacks || expected.ends_with("(```rust)"),
                "{expected}"
            );
        }
    }

    #[test]
    fn parts_are_known_single_and_in_order() {
        let mut notebook = exercise_but("", "");
        notebook["cells"][3] = cell("1", "hnit", "<details>Why?</details>");
        let (_, problems) = find(&notebook);
        let known = "statement, hole, check, hint, solution";
        let expected = format!("exercise 1: has a part \"hnit\"; its parts are {known}");
        assert_eq!(problems, ["exercise 1: has no hint".to_string(), expected]);

        let mut notebook = exercise_but("", "");
        let twice = notebook["cells"][2].clone();
        notebook["cells"]
            .as_array_mut()
            .unwrap_or(&mut vec![])
            .push(twice);
        assert_eq!(
            find(&notebook).1,
            ["exercise 1: has 2 cells that are its check"]
        );

        let mut notebook = exercise_but("", "");
        notebook["cells"]
            .as_array_mut()
            .unwrap_or(&mut vec![])
            .reverse();
        let expected = format!("exercise 1: its parts must come in the order {known}");
        assert_eq!(find(&notebook).1, [expected]);
    }

    #[test]
    fn an_open_question_has_a_folded_answer_and_no_code() {
        let open = |answer| json!({"cells": [cell("2", "question", "Why?"), answer]});
        let (found, problems) = find(&open(cell("2", "answer", "<details>So.</details>")));
        assert!(found.is_empty() && problems.is_empty(), "{problems:?}");
        let (_, problems) = find(&open(cell("2", "answer", "So.")));
        assert_eq!(
            problems,
            ["exercise 2: its answer is not folded (<details>)"]
        );
        let (_, problems) = find(&open(cell("3", "answer", "<details>So.</details>")));
        assert_eq!(
            problems,
            ["exercise 2: has no answer", "exercise 3: has no question"]
        );
    }

    #[test]
    fn a_hole_or_a_check_without_metadata_is_found() {
        let code = |text| json!({"cells": [{"cell_type": "code", "source": text, "metadata": {}}]});
        assert_eq!(find(&code("let x = 3;")).1, [""; 0]);
        for text in ["fn f() { todo!() }", "exercise::tp1::neuron(f)"] {
            let expected = format!("no exercise is named in the metadata of: {text}");
            assert_eq!(find(&code(text)).1, [expected]);
        }
    }
}
