//! `cargo lab release`: the notebooks as students get them, without solutions and outputs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::cells::{cells, exercise, source, text};
use crate::project::Project;
use crate::{exercises, notebooks};

/// Copies the notebooks without solutions, without the answers to open questions, and without outputs;
/// hints and checks stay. The folder gets the tree of notebooks/ (tp1, tp2) and must lie where notebooks/ lies: beside the
/// folder helpers of this or another clone, so that `:dep helpers` and the links are right.
#[derive(Args)]
pub struct Options {
    /// Where the copies go, for instance ../class/notebooks
    folder: PathBuf,
    /// The notebooks (or folders of notebooks) to copy; all of notebooks/ when none is named
    notebooks: Vec<PathBuf>,
}

/// Parts that are not given to students.
const KEPT_BACK: [&str; 2] = ["solution", "answer"];

pub fn release(project: &Project, options: &Options) -> Result<ExitCode> {
    let folder = real(&options.folder)?;
    let own = project.notebooks().canonicalize()?;
    if folder.starts_with(&own) || own.starts_with(&folder) {
        bail!(
            "{} holds the notebooks themselves; name another folder",
            folder.display()
        );
    }
    let all = notebooks::find_all(project, &options.notebooks)?;
    for path in &all {
        let below = path.canonicalize()?;
        let below = below
            .strip_prefix(&own)
            .with_context(|| format!("{} is not in notebooks/", path.display()))?;
        let notebook: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
        let released = without_solutions(&notebook);
        let left = left_over(&notebook, &released);
        if !left.is_empty() {
            bail!("{}: {}", below.display(), left.join("; "));
        }
        write(&folder.join(below), &format!("{released:#}\n"))?;
    }
    if options.notebooks.is_empty() {
        write(
            &folder.join("README.md"),
            &fs::read_to_string(own.join("README.md"))?,
        )?;
    }
    println!(
        "  ok  {} notebooks without solutions and outputs in {}",
        all.len(),
        folder.display()
    );
    if !folder.with_file_name("helpers").join("Cargo.toml").exists() {
        println!(
            "      There is no folder helpers beside it: put it into a clone, as its folder notebooks, before it is used."
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Where a folder is, also one that is not there yet.
fn real(folder: &Path) -> Result<PathBuf> {
    let folder = std::path::absolute(folder)?;
    match (folder.canonicalize(), folder.parent(), folder.file_name()) {
        (Ok(folder), _, _) => Ok(folder),
        (_, Some(parent), Some(name)) => Ok(real(parent)?.join(name)),
        (_, _, _) => bail!("no folder can be made at {}", folder.display()),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The notebook as students get it.
pub fn without_solutions(notebook: &Value) -> Value {
    let kept_back =
        |cell: &Value| exercise(cell).is_some_and(|(_, part)| KEPT_BACK.contains(&part.as_str()));
    let kept = cells(notebook).iter().filter(|cell| !kept_back(cell));
    let kept = kept.cloned().map(|mut cell| {
        if cell["cell_type"] == "code" {
            cell["outputs"] = json!([]);
            cell["execution_count"] = Value::Null;
        }
        cell
    });
    let kept: Vec<Value> = kept.collect();
    let mut released = notebook.clone();
    released["cells"] = Value::Array(kept);
    released
}

/// What of the solutions, or of the outputs, is still in a released notebook.
pub fn left_over(notebook: &Value, released: &Value) -> Vec<String> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let texts: Vec<String> = cells(released)
        .iter()
        .map(|cell| plain(&source(cell)))
        .collect();
    let (tried, _) = exercises::find(notebook);
    let mut left = Vec::new();
    for exercise in tried {
        if texts
            .iter()
            .any(|text| text.contains(&plain(&exercise.solution)))
        {
            left.push(format!(
                "the solution of exercise {} stands in another cell too",
                exercise.id
            ));
        }
    }
    for cell in cells(released) {
        let text = text(&cell["source"]);
        let folded = ["<summary>Solution", "<summary>Answer"]
            .iter()
            .any(|title| text.contains(title));
        let has_output = cell["outputs"]
            .as_array()
            .is_some_and(|outputs| !outputs.is_empty());
        if folded || has_output {
            let first = text.lines().next().unwrap_or_default();
            left.push(format!(
                "a cell keeps its {}: {first}",
                if folded { "solution" } else { "output" }
            ));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn notebook() -> Value {
        let cell = |kind: &str, part: &str, source: &str| {
            let mut cell = json!({"cell_type": kind, "source": source,
                "metadata": {"exercise": {"id": "1", "part": part}}});
            if kind == "code" {
                cell["outputs"] = json!([{"data": {"text/plain": "3"}}]);
                cell["execution_count"] = json!(2);
            }
            cell
        };
        json!({"nbformat": 4, "cells": [
            cell("code", "hole", "fn f() -> u8 {\n    todo!()\n}"),
            cell("code", "check", "exercise::tp1::f(f)"),
            cell("markdown", "hint", "<details><summary>Hint</summary>Why?</details>"),
            cell("markdown", "solution", "<details><summary>Solution</summary>\n\n```rust\nfn f() -> u8 {\n    3\n}\n```\n</details>"),
            cell("markdown", "answer", "<details><summary>Answer</summary>So.</details>"),
        ]})
    }

    #[test]
    fn solutions_answers_and_outputs_go_and_the_rest_stays() {
        let notebook = notebook();
        let released = without_solutions(&notebook);
        let parts: Vec<String> = cells(&released)
            .iter()
            .map(|cell| exercise(cell).unwrap().1)
            .collect();
        assert_eq!(parts, ["hole", "check", "hint"]);
        assert_eq!(cells(&released)[0]["outputs"], json!([]));
        assert_eq!(left_over(&notebook, &released), [""; 0]);
        let left = left_over(&notebook, &notebook);
        assert_eq!(
            left.len(),
            5,
            "the code, two folded texts, two outputs: {left:?}"
        );
    }

    #[test]
    fn a_solution_in_another_cell_is_found() {
        let mut notebook = notebook();
        notebook["cells"][2]["source"] = json!("Write `fn f() -> u8 { 3 }`.");
        let left = left_over(&notebook, &without_solutions(&notebook));
        assert_eq!(
            left,
            ["the solution of exercise 1 stands in another cell too"]
        );
    }

    #[test]
    fn the_course_keeps_no_solution_back_in_vain() {
        let notebooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../notebooks");
        for path in notebooks::find(&notebooks).unwrap() {
            let notebook: Value =
                serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let released = without_solutions(&notebook);
            assert_eq!(
                left_over(&notebook, &released),
                [""; 0],
                "{}",
                path.display()
            );
            let count = |notebook: &Value| cells(notebook).len();
            assert!(count(&released) < count(&notebook), "{}", path.display());
        }
    }
}
