//! `cargo lab test`: the project's own checks, from format to notebooks.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::project::Project;
use crate::{examine, jupyter, notebooks, process, setup};

#[derive(Args)]
pub struct Options {
    /// Check these notebooks (or folders of notebooks) only, and nothing else
    notebooks: Vec<PathBuf>,
    /// Run no notebook
    #[arg(long)]
    quick: bool,
    /// How many notebooks run side by side
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,
}

pub fn test(project: &Project, options: &Options) -> Result<ExitCode> {
    if options.notebooks.is_empty() {
        check_the_code(project)?;
    }
    let all = notebooks::find_all(project, &options.notebooks)?;
    if options.quick || options.notebooks.is_empty() {
        println!("== exercises, and numbers in the prose");
        look_at(project, &all)?;
    }
    if options.quick {
        return Ok(ExitCode::SUCCESS);
    }
    setup::set_up(project, &jupyter::registered_features(project))?;
    if options.notebooks.is_empty() {
        println!("== the notebook checker");
        check_the_checker(project)?;
    }
    println!("== notebooks");
    let examine = |notebook: &Path| examine::examine(project, notebook, 600);
    let failed = notebooks::for_all(project, &all, options.jobs.into(), examine)?;
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn check_the_code(project: &Project) -> Result<()> {
    cargo(
        project,
        "format",
        &["fmt", "--all", "--", "--check"],
        "cargo fmt --all",
    )?;
    let lints = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    cargo(project, "lints", &lints, "mend what clippy names above")?;
    cargo(
        project,
        "tests",
        &["test", "--workspace"],
        "mend the tests named above",
    )
}

/// What can be seen of the notebooks without a kernel.
fn look_at(project: &Project, all: &[PathBuf]) -> Result<()> {
    let mut wrong = 0;
    for path in all {
        let problems = examine::look(path)?;
        wrong += problems.len();
        notebooks::print_problems(&project.relative(path), &problems);
    }
    if wrong > 0 {
        bail!(
            "{wrong} things to mend in the notebooks (notebooks/README.md says how they are marked)"
        );
    }
    println!("  ok  {} notebooks", all.len());
    Ok(())
}

fn cargo(project: &Project, title: &str, arguments: &[&str], mend: &str) -> Result<()> {
    println!("== {title}: cargo {}", arguments.join(" "));
    let (tool, component) = match arguments[0] {
        "fmt" => ("fmt", "rustfmt"),
        "clippy" => ("clippy", "clippy"),
        _ => ("test", "cargo"),
    };
    if process::output_of(Command::new("cargo").args([tool, "--help"])).is_none() {
        bail!("cargo {tool} is not installed; to mend: rustup component add {component}");
    }
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(project.root());
    let status = command.status().context("cargo could not be started")?;
    if !status.success() {
        bail!("{title} failed; to mend: {mend}");
    }
    Ok(())
}

/// The notebooks in `lab/notebooks` pass, or fail in the cells and with the words that their
/// metadata names: a checker that never fails checks nothing.
fn check_the_checker(project: &Project) -> Result<()> {
    let mut wrong = 0;
    for path in notebooks::find(&project.root().join("lab").join("notebooks"))? {
        let name = project.relative(&path);
        let text = std::fs::read_to_string(&path)?;
        let notebook: Value = serde_json::from_str(&text).with_context(|| name.clone())?;
        let expected = &notebook["metadata"]["lab"];
        if cfg!(windows) && text.contains("std::os::unix") {
            continue;
        }
        let timeout = expected["timeout"].as_u64().unwrap_or(600);
        let outcome = examine::examine(project, &path, timeout)?;
        let failures = outcome.failures.iter();
        let cells: Vec<u64> = failures.clone().map(|failure| failure.cell).collect();
        let message = failures.map(|failure| failure.message.as_str()).next();
        let message = message.unwrap_or_default();
        let list = |name: &str| expected[name].as_array().cloned().unwrap_or_default();
        let cells_expected: Vec<u64> = list("fails").iter().filter_map(Value::as_u64).collect();
        let words = expected["words"].as_str().unwrap_or_default();
        // In order, each problem says what was expected of it.
        let problems = list("problems");
        let same = problems.len() == outcome.problems.len()
            && problems
                .iter()
                .zip(&outcome.problems)
                .all(|(expected, problem)| problem.starts_with(expected.as_str().unwrap_or("?")));
        if cells == cells_expected && message.contains(words) && same {
            println!("  ok  {name}: {}", verdict(&cells, problems.len()));
        } else {
            wrong += 1;
            let expected = verdict(&cells_expected, problems.len());
            let got = verdict(&cells, outcome.problems.len());
            println!("  !!  {name}: expected {expected}, got {got}: {message}");
            notebooks::print_problems(&name, &outcome.problems);
        }
    }
    if wrong > 0 {
        bail!("the notebook checker is wrong about {wrong} of its own notebooks");
    }
    Ok(())
}

fn verdict(cells: &[u64], problems: usize) -> String {
    match (cells, problems) {
        ([], 0) => "passes".into(),
        ([], problems) => format!("has {problems} problems"),
        (cells, _) => format!("fails in cell {cells:?}"),
    }
}
