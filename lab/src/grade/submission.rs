//! A submitted notebook, of which only the items of its cells are looked at.

use std::collections::BTreeSet;

use serde_json::Value;

use super::items::{self, Item, Kind, tokens};
use crate::cells::{cells, exercise, is_code, source};

/// A submitted notebook: its code cells but for checks.
pub struct Submission {
    pub cells: Vec<Cell>,
    pub checks: Vec<Vec<String>>,
}

pub struct Cell {
    /// Whose hole it says it is.
    pub exercise: Option<String>,
    pub items: Vec<Item>,
    /// Why it is no Rust.
    pub broken: Option<String>,
}

impl Submission {
    pub fn read(notebook: &Value) -> Submission {
        let mut read = Submission {
            cells: Vec::new(),
            checks: Vec::new(),
        };
        for cell in cells(notebook).iter().filter(|cell| is_code(cell)) {
            let part = exercise(cell);
            let text = source(cell);
            match part {
                Some((_, part)) if part == "check" => read.checks.push(tokens(&text)),
                part => {
                    if text.len() < 2000 {
                        read.checks.push(tokens(&text)); // where the metadata is gone
                    }
                    let (items, broken) = match items::parse(&text) {
                        Ok(parsed) => (parsed.items, None),
                        Err(what) => (Vec::new(), Some(what)),
                    };
                    let exercise = part.filter(|(_, part)| part == "hole").map(|(id, _)| id);
                    read.cells.push(Cell {
                        exercise,
                        items,
                        broken,
                    });
                }
            }
        }
        read
    }

    /// The last definition of a name.
    pub fn last(&self, name: &str) -> Option<&Item> {
        let all = self
            .cells
            .iter()
            .rev()
            .flat_map(|cell| cell.items.iter().rev());
        all.into_iter()
            .find(|item| item.kind == Kind::Definition && item.name == name)
    }

    /// The last definition of a name, and the impls of that type.
    pub fn with_impls(&self, name: &str) -> Vec<&Item> {
        let Some(last) = self.last(name) else {
            return Vec::new();
        };
        let all = self.cells.iter().flat_map(|cell| &cell.items);
        let impls = all.filter(|item| item.kind == Kind::Impl && item.name == name);
        let mut found: Vec<&Item> = std::iter::once(last).chain(impls).collect();
        keep_last(&mut found);
        found
    }

    /// The imports that stand in the cell of one of these items, or whose names are needed.
    pub fn uses<'a>(&'a self, own: &[&Item], needed: &BTreeSet<String>) -> Vec<&'a Item> {
        let mut found: Vec<&Item> = Vec::new();
        for cell in &self.cells {
            let is_in = cell
                .items
                .iter()
                .any(|item| own.iter().any(|one| std::ptr::eq(*one, item)));
            for item in cell.items.iter().filter(|item| item.kind == Kind::Use) {
                let names = tokens(&item.text);
                let last = names
                    .iter()
                    .rev()
                    .find(|word| word.chars().any(char::is_alphabetic));
                let is_known = item.text.contains("helpers::prelude")
                    || found.iter().any(|known| known.text == item.text);
                if !is_known && (is_in || last.is_some_and(|name| needed.contains(name))) {
                    found.push(item);
                }
            }
        }
        found
    }
}

/// Of several definitions of a name, and impls of the same trait for it, the last: as in a notebook.
pub fn keep_last(items: &mut Vec<&Item>) {
    let head = |item: &Item| match item.kind {
        Kind::Impl => item
            .text
            .split('{')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect(),
        _ => item.name.clone(),
    };
    let all: Vec<(Kind, String)> = items
        .iter()
        .map(|item| (item.kind.clone(), head(item)))
        .collect();
    let mut place = 0;
    items.retain(|item| {
        place += 1;
        item.kind == Kind::Use || !all[place..].contains(&all[place - 1])
    });
}
