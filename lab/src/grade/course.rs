//! A notebook of the course, read for grading: its exercises, and what its lesson defines.

use std::collections::BTreeSet;

use serde_json::Value;

use super::items::{self, Item, Kind, Parsed, tokens};
use super::submission::Submission;
use crate::cells::{cells, exercise, is_code, source};

/// How a notebook marks what is beyond the core path.
const OPTIONAL: &str = "*Optional.*";

/// A notebook of the course, read for grading.
pub struct Course {
    pub name: String,
    /// The first code cell, which loads the helpers; the kernel has them already.
    pub setup: String,
    /// Place and items of the code cells that belong to no exercise.
    pub lesson: Vec<(usize, Vec<Item>)>,
    pub exercises: Vec<Exercise>,
}

pub struct Exercise {
    pub id: String,
    /// Whether its statement says so.
    pub is_optional: bool,
    hole: String,
    /// What the hole defines.
    pub names: BTreeSet<String>,
    check: String,
    /// Where its check is.
    pub place: usize,
    pub parsed: Parsed,
}

impl Course {
    pub fn read(name: &str, notebook: &Value) -> Result<Course, String> {
        let (mut setup, mut lesson, mut exercises) = (None, Vec::new(), Vec::new());
        let mut hole: Option<(String, String)> = None;
        let mut optional = BTreeSet::new();
        for (place, cell) in cells(notebook).iter().enumerate() {
            let text = source(cell);
            let part = exercise(cell);
            if !is_code(cell) {
                optional.extend(part.map(|(id, _)| id).filter(|_| text.contains(OPTIONAL)));
                continue;
            }
            let parsed =
                || items::parse(&text).map_err(|what| format!("{name}, cell {place}: {what}"));
            match part.as_ref().map(|(id, part)| (id.clone(), part.as_str())) {
                _ if setup.is_none() => setup = Some(without_helpers(&text)),
                Some((id, "hole")) => hole = Some((id, text)),
                Some((id, "check")) => {
                    let (of, hole) = hole.take().unwrap_or_default();
                    if of != id {
                        return Err(format!(
                            "{name}: exercise {id} has no hole before its check"
                        ));
                    }
                    let names = items::parse(&hole)?.items.into_iter().map(|item| item.name);
                    let names = names.filter(|name| !name.is_empty()).collect();
                    let parsed = parsed()?;
                    exercises.push(Exercise {
                        is_optional: optional.contains(&id),
                        id,
                        hole,
                        names,
                        check: text,
                        place,
                        parsed,
                    });
                }
                _ => lesson.push((place, parsed()?.items)),
            }
        }
        let setup = setup.unwrap_or_default();
        Ok(Course {
            name: name.to_string(),
            setup,
            lesson,
            exercises,
        })
    }

    /// How much of this notebook a submission has: which notebook it answers is told by that.
    pub fn likeness(&self, submission: &Submission) -> usize {
        let has = |exercise: &&Exercise| {
            submission.checks.contains(&tokens(&exercise.check))
                || exercise
                    .names
                    .iter()
                    .any(|name| submission.last(name).is_some())
        };
        self.exercises.iter().filter(has).count()
    }

    /// Where the lesson defines a name last before `place`, and the impls since; none of a hole.
    pub fn definition(&self, name: &str, place: usize) -> BTreeSet<(usize, usize)> {
        let all = self
            .lesson
            .iter()
            .enumerate()
            .filter(|(_, (cell, _))| *cell < place);
        let all = all.flat_map(|(cell, (_, items))| {
            items
                .iter()
                .enumerate()
                .map(move |(n, item)| ((cell, n), item))
        });
        let named: Vec<_> = all
            .filter(|(_, item)| item.name == name && item.kind != Kind::Use)
            .collect();
        let last = named
            .iter()
            .rev()
            .find(|(_, item)| item.kind == Kind::Definition)
            .map(|(at, _)| *at);
        let Some(last) = last else {
            return BTreeSet::new();
        };
        // An impl may stand before its struct, in the same cell.
        let of_last =
            |at: &(usize, usize), kind: &Kind| *at == last || *kind == Kind::Impl && at.0 >= last.0;
        named
            .into_iter()
            .filter(|(at, item)| of_last(at, &item.kind))
            .map(|(at, _)| at)
            .collect()
    }

    /// The items that a hole is submitted with when nothing was written.
    pub fn items_of_hole(&self, wanted: &Exercise) -> Vec<Item> {
        items::parse(&wanted.hole).unwrap_or_default().items
    }

    pub fn item(&self, place: (usize, usize)) -> &Item {
        &self.lesson[place.0].1[place.1]
    }
}

/// Without the line that loads the helpers: its path is that of another folder, and they are there.
fn without_helpers(setup: &str) -> String {
    let lines = setup
        .lines()
        .filter(|line| !line.trim_start().starts_with(":dep helpers"));
    lines.collect::<Vec<_>>().join("\n")
}

/// With paths that no module or import of the student's can stand in for.
pub fn from_root(expression: &str) -> String {
    let mut text = String::new();
    for (at, part) in expression.split("exercise::").enumerate() {
        if at > 0 {
            text += if text.ends_with("::") {
                "exercise::"
            } else {
                "::helpers::exercise::"
            };
        }
        text += part;
    }
    text
}
