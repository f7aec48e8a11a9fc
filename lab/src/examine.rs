//! What `cargo lab test` does with a notebook beyond running it: exercises tried with and without
//! their solutions, marked numbers of the prose compared with the outputs, variants run.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cells::{cells, exercise, is_code};
use crate::notebooks::{self, Failure, Outcome};
use crate::project::Project;
use crate::variant::{self, Variant};
use crate::{exercises, prose, solutions};

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
    let mut solved = solutions::with_solutions(&notebook, &tried);
    let own = cells(&solved).len();
    let (mut variants, wrong) = variant::find(&notebook);
    problems.extend(wrong);
    variants.retain(|variant| {
        let can_run = variant.can_run(&variant::downloads(project.root()));
        if !can_run {
            println!("      {} is not tried: not downloaded", variant.becomes);
        }
        can_run
    });
    if let Some(all) = solved["cells"].as_array_mut() {
        all.extend(variants.iter().flat_map(|variant| variant.cells.clone()));
    }
    fs::write(&copy, solved.to_string())?;

    let home = path.parent().unwrap_or(project.root()).as_os_str();
    let arguments = ["--keep".as_ref(), "--folder".as_ref(), home];
    let mut outcome = notebooks::execute(project, &copy, timeout, &arguments)?;
    let mut executed = read(&copy)?;
    problems.extend(of_variants(&mut executed, own, &variants, &mut outcome));
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
    outcome.problems = problems;
    Ok(outcome)
}

/// Takes the cells of variants, which follow the notebook's `own`, out of what was executed and out
/// of the outcome. What went wrong in them.
fn of_variants(
    executed: &mut Value,
    own: usize,
    variants: &[Variant],
    outcome: &mut Outcome,
) -> Vec<String> {
    let Some(all) = executed["cells"].as_array_mut() else {
        return Vec::new();
    };
    all.truncate(own);
    let code = |cells: &[Value]| cells.iter().filter(|cell| is_code(cell)).count() as u64;
    let mut before = code(all);
    let mut problems = Vec::new();
    for variant in variants {
        let count = code(&variant.cells);
        let of_this = |failure: &&Failure| (before..before + count).contains(&(failure.cell - 1));
        problems.extend(outcome.failures.iter().filter(of_this).map(|failure| {
            let (source, message) = (&failure.source, &failure.message);
            format!("with {}, the cell {source}: {message}", variant.becomes)
        }));
        before += count;
        outcome.cells -= count;
    }
    let own = code(all);
    outcome.failures.retain(|failure| failure.cell <= own);
    problems
}

fn read(path: &Path) -> Result<Value> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no notebook", path.display()))
}
