//! What `cargo lab test` does with a notebook beyond running it: exercises tried with and without
//! their solutions, marked numbers of the prose compared with the outputs, variants run.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cells::{cells, exercise, is_code};
use crate::notebooks::{self, Outcome};
use crate::project::Project;
use crate::{exercises, prose, solutions, variant};

/// What can be seen without running it: missing parts, numbers unlike the saved outputs.
pub fn look(notebook: &Path) -> Result<Vec<String>> {
    let notebook = read(notebook)?;
    let (_, mut problems) = exercises::find(&notebook);
    problems.extend(prose::compare(&notebook));
    problems.extend(variant::find(&notebook).1);
    Ok(problems)
}

/// Executes a copy of the notebook in which each exercise is also solved.
pub fn examine(project: &Project, path: &Path, timeout: u64) -> Result<Outcome> {
    let notebook = read(path)?;
    let (tried, mut problems) = exercises::find(&notebook);
    let folder = project.lab().join("examined");
    fs::create_dir_all(&folder)?;
    let copy = folder.join(project.relative(path).replace(['/', '\\', ':'], "_"));
    let solved = solutions::with_solutions(&notebook, &tried);
    fs::write(&copy, solved.to_string())?;

    let home = path.parent().unwrap_or(project.root()).as_os_str();
    let arguments = ["--keep".as_ref(), "--folder".as_ref(), home];
    let mut outcome = notebooks::execute(project, &copy, timeout, &arguments)?;
    let executed = read(&copy)?;
    let ran: Vec<&Value> = cells(&executed)
        .iter()
        .filter(|cell| is_code(cell))
        .collect();
    let put_in = |cells: &[&Value]| {
        cells
            .iter()
            .filter(|cell| solutions::is_put_in(cell))
            .count()
    };
    outcome.cells -= put_in(&ran) as u64;

    // A cell of an exercise that does not run is told by its exercise, the others by their number.
    let mut wrong: Vec<(String, String)> = Vec::new();
    outcome.failures.retain_mut(|failure| {
        let before = &ran[..ran.len().min(failure.cell as usize)];
        match before.last().and_then(|cell| exercise(cell)) {
            Some((id, part)) => {
                let what = format!("the {part} does not run: {}", failure.message);
                wrong.push((id, what));
                false
            }
            None => {
                failure.cell -= put_in(before) as u64;
                true
            }
        }
    });
    wrong.extend(solutions::judge(&executed));
    // What comes after the first is its consequence.
    for (index, (id, what)) in wrong.iter().enumerate() {
        if !wrong[..index].iter().any(|(earlier, _)| earlier == id) {
            problems.push(format!("exercise {id}: {what}"));
        }
    }
    if outcome.failures.is_empty() {
        problems.extend(prose::compare(&executed));
    }
    let (variants, wrong) = variant::find(&notebook);
    problems.extend(wrong);
    for variant in variants {
        if !variant.can_run(&variant::downloads(project.root())) {
            println!("      {} is not tried: not downloaded", variant.becomes);
            continue;
        }
        fs::write(&copy, variant.notebook.to_string())?;
        let ran = notebooks::execute(project, &copy, timeout, &arguments)?;
        outcome.time += ran.time;
        let failed = ran.failures.iter().map(|failure| {
            let (cell, message) = (failure.cell, &failure.message);
            format!("with {}, cell {cell}: {message}", variant.becomes)
        });
        problems.extend(failed);
    }
    outcome.problems = problems;
    Ok(outcome)
}

fn read(path: &Path) -> Result<Value> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no notebook", path.display()))
}
