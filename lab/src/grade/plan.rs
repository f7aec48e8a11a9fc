//! What is run to grade a submission. Of the student's notebook only the answers are taken, items
//! by name; all else comes from the course's own notebook: the set-up cell, what the answers use of
//! earlier cells, and the check. A changed check, a forged output or a deleted cell then counts for nothing.

use std::collections::BTreeSet;

use super::course::{Course, Exercise, from_root};
use super::items::{Item, Kind, tokens};
use super::submission::{Cell, Submission, keep_last};
use super::suspicion::out_of_place;

/// Names that a check may use and no lesson defines.
const ANYWHERE: [&str; 4] = ["Ok", "Err", "Some", "None"];

/// What is to be done for one exercise of one submission.
#[derive(Debug)]
pub enum Task {
    /// There is nothing to run: the hole is still there, or the answer is not, or is no Rust.
    Missing,
    Unwritten,
    Broken(String),
    Run(Cells),
}

/// Cells to run in this order, and what is to be said of them.
#[derive(Debug, Default)]
pub struct Cells {
    /// The notebook's own items that the answer or the check needs.
    pub given: String,
    pub answer: String,
    /// Items of the check cell, and the expression that gives the card.
    pub check: String,
    pub card: String,
    /// What in the answer leaves the notebook or the check.
    pub suspicious: Vec<String>,
    pub notes: Vec<String>,
}

/// What is to be run for one exercise.
pub fn task(course: &Course, wanted: &Exercise, submission: &Submission) -> Task {
    let marked = |cell: &&Cell| cell.exercise.as_deref() == Some(wanted.id.as_str());
    let holes: Vec<&Cell> = submission.cells.iter().filter(marked).collect();
    let mut own: Vec<&Item> = holes.iter().flat_map(|cell| &cell.items).collect();
    let is_there = |own: &[&Item]| own.iter().any(|item| wanted.names.contains(&item.name));
    let mut notes = Vec::new();
    if !is_there(&own) {
        if let Some(what) = holes.iter().find_map(|cell| cell.broken.clone()) {
            return Task::Broken(what);
        }
        own.extend(
            wanted
                .names
                .iter()
                .flat_map(|name| submission.with_impls(name)),
        );
        notes.push("found by the name of its function, not by its cell".to_string());
    }
    if !is_there(&own) {
        return Task::Missing;
    }
    if tokens(&texts(&own))
        == tokens(&texts(
            &course.items_of_hole(wanted).iter().collect::<Vec<_>>(),
        ))
    {
        return Task::Unwritten;
    }
    keep_last(&mut own);
    let check = words_of_check(wanted);
    let (given, needed) = gather(course, wanted, submission, &check, &mut own);
    let mut suspicious = BTreeSet::new();
    for item in &own {
        suspicious.extend(out_of_place(&item.text));
        suspicious.extend(taken(course, wanted, &check, item));
    }
    let uses = submission.uses(&own, &needed);
    suspicious.extend(uses.iter().flat_map(|item| out_of_place(&item.text)));
    own.retain(|item| item.kind != Kind::Use);
    let answer: Vec<&Item> = uses.into_iter().chain(own).collect();
    Task::Run(Cells {
        given: texts(&given),
        answer: texts(&answer),
        check: texts(&wanted.parsed.items.iter().collect::<Vec<_>>()),
        card: from_root(&wanted.parsed.expression),
        suspicious: suspicious.into_iter().collect(),
        notes,
    })
}

fn texts(items: &[&Item]) -> String {
    let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
    texts.join("\n\n")
}

fn words_of_check(wanted: &Exercise) -> BTreeSet<String> {
    let of_items = wanted
        .parsed
        .items
        .iter()
        .flat_map(|item| item.words.clone());
    of_items.chain(tokens(&wanted.parsed.expression)).collect()
}

/// What the answer and the check name, and what that names in turn: of the lesson, in its order, with
/// its imports. What only the answer names, and no lesson defines, comes from the student's other cells
/// and goes to `own`. And all names in the answer.
fn gather<'a>(
    course: &'a Course,
    wanted: &Exercise,
    submission: &'a Submission,
    check: &BTreeSet<String>,
    own: &mut Vec<&'a Item>,
) -> (Vec<&'a Item>, BTreeSet<String>) {
    let defines = |own: &[&Item], word: &String| {
        let mut definitions = own.iter().filter(|item| item.kind == Kind::Definition);
        definitions.any(|item| item.name == *word)
    };
    let words = |item: &&Item| item.words.clone();
    let mut open: Vec<String> = own.iter().flat_map(words).collect();
    let mut needed = BTreeSet::new();
    while let Some(word) = open.pop() {
        let is_known = |own: &[&Item]| {
            defines(own, &word) || !course.definition(&word, wanted.place).is_empty()
        };
        if needed.insert(word.clone()) && !is_known(own) {
            let others = submission.with_impls(&word);
            open.extend(others.iter().flat_map(words));
            own.extend(others);
        }
    }
    keep_last(own);
    open.extend(check.union(&needed).cloned());
    let (mut seen, mut places) = (BTreeSet::new(), BTreeSet::new());
    while let Some(word) = open.pop() {
        if seen.insert(word.clone()) && !defines(own, &word) {
            for place in course.definition(&word, wanted.place) {
                places.insert(place);
                open.extend(course.item(place).words.clone());
            }
        }
    }
    let before = course
        .lesson
        .iter()
        .filter(|(place, _)| *place < wanted.place);
    let imports = before
        .flat_map(|(_, items)| items)
        .filter(|item| item.kind == Kind::Use);
    let given = imports.chain(places.into_iter().map(|place| course.item(place)));
    (given.collect(), needed)
}

/// The name, if the item puts something of its own in the place of what the check uses.
fn taken(
    course: &Course,
    wanted: &Exercise,
    check: &BTreeSet<String>,
    item: &Item,
) -> Option<String> {
    let is_of_check = |word: &&String| {
        let is_known = || {
            ANYWHERE.contains(&word.as_str()) || !course.definition(word, wanted.place).is_empty()
        };
        check.contains(*word) && !wanted.names.contains(*word) && is_known()
    };
    let name = match item.kind {
        Kind::Use => item.words.iter().find(is_of_check),
        Kind::Definition => Some(&item.name).filter(is_of_check),
        Kind::Impl => None,
    };
    name.map(|name| format!("its own {name}, which the check uses"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};

    fn cell(part: &str, source: &str) -> Value {
        let metadata = match part {
            "" => json!({}),
            part => json!({"exercise": {"id": "1", "part": part}}),
        };
        json!({"cell_type": "code", "source": source, "metadata": metadata})
    }

    const HOLE: &str = "fn f(net: &Net) -> f64 {\n    todo!(\"exercise 1\")\n}";

    fn notebook(hole: &str, more: &[Value]) -> Value {
        let lesson = "use std::time::Instant;\nstruct Net(f64);\nimpl Net {\n    fn of(&self) -> f64 { scaled(self.0) }\n}";
        let mut cells = vec![
            cell(
                "",
                ":dep helpers = { path = \"../../helpers\" }\nuse helpers::prelude::*;\nmanual_seed(1);",
            ),
            cell(
                "",
                "fn scaled(x: f64) -> f64 { 3.0 * x }\nfn unused() {}\nlet n = 3;",
            ),
            cell("", lesson),
        ];
        cells.extend(more.iter().cloned());
        cells.extend([
            cell("hole", hole),
            cell("check", "exercise::tp1::f(f, scaled)"),
        ]);
        cells.push(cell("", "fn scaled(x: f64) -> f64 { 4.0 * x }"));
        json!({ "cells": cells })
    }

    fn task(submitted: &Value) -> Task {
        let course = Course::read("tp1/1_x", &notebook(HOLE, &[])).unwrap();
        assert_eq!(course.setup, "use helpers::prelude::*;\nmanual_seed(1);");
        super::task(&course, &course.exercises[0], &Submission::read(submitted))
    }

    fn cells_of(submitted: &Value) -> Cells {
        match task(submitted) {
            Task::Run(cells) => cells,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn the_answer_stands_behind_what_it_needs_of_the_lesson() {
        let run = cells_of(&notebook(
            "fn f(net: &Net) -> f64 { net.of() }\nf(&Net(1.0));",
            &[],
        ));
        assert_eq!(run.answer, "fn f(net: &Net) -> f64 { net.of() }");
        assert_eq!(run.card, "::helpers::exercise::tp1::f(f, scaled)");
        assert!(
            run.given
                .starts_with("use std::time::Instant;\n\nfn scaled(x: f64) -> f64 { 3.0 * x }")
        );
        assert!(
            run.given.contains("struct Net")
                && run.given.contains("impl Net")
                && !run.given.contains("unused")
        );
        assert!(run.suspicious.is_empty() && run.notes.is_empty(), "{run:?}");
    }

    #[test]
    fn what_need_not_run_does_not() {
        assert!(matches!(
            task(&notebook(&HOLE.replace("1\")", "1\") // later"), &[])),
            Task::Unwritten
        ));
        assert!(matches!(task(&notebook("let x = 3;", &[])), Task::Missing));
        assert!(matches!(task(&notebook("fn f(", &[])), Task::Broken(_)));
    }

    #[test]
    fn helpers_of_the_student_come_along_and_copies_of_the_lesson_do_not() {
        let more = [
            cell(
                "",
                "fn scaled(x: f64) -> f64 { 0.0 }\nuse std::f64::consts::PI;",
            ),
            cell("", "fn own() -> f64 { PI }"),
        ];
        let run = cells_of(&notebook(
            "fn f(net: &Net) -> f64 { own() * scaled(1.0) }",
            &more,
        ));
        assert_eq!(
            run.answer,
            "use std::f64::consts::PI;\n\nfn f(net: &Net) -> f64 { own() * scaled(1.0) }\n\nfn own() -> f64 { PI }"
        );
        assert!(
            run.suspicious.is_empty() && run.given.contains("3.0 * x"),
            "{run:?}"
        );
        let run = cells_of(&notebook(
            "fn f(net: &Net) -> f64 { 1.0 }\nfn scaled(x: f64) -> f64 { 0.0 }",
            &[],
        ));
        assert_eq!(run.suspicious, ["its own scaled, which the check uses"]);
        let run = cells_of(&notebook(
            "fn f(net: &Net) -> f64 { 1.0 }\nuse std::f64::consts::PI as scaled;",
            &[],
        ));
        assert_eq!(run.suspicious, ["its own scaled, which the check uses"]);
    }

    #[test]
    fn an_answer_without_metadata_is_found_by_its_name_and_the_last_counts() {
        let mut submitted = notebook(
            "fn f(net: &Net) -> f64 { 1.0 }",
            &[cell("", "fn f(net: &Net) -> f64 { 2.0 }")],
        );
        submitted["cells"][4]["metadata"] = json!({});
        let run = cells_of(&submitted);
        assert_eq!(run.answer, "fn f(net: &Net) -> f64 { 1.0 }");
        assert_eq!(run.notes.len(), 1);
    }
}
