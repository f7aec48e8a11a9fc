//! `cargo lab test`: the project's own checks, from format to notebooks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::grade::{made, sandbox, trial};
use crate::notebooks::Outcome;
use crate::project::Project;
use crate::{browser, examine, jupyter, notebooks, process, setup};

/// Memory of a kernel and of what it computes.
const GIGABYTES: f64 = 2.0;
const KERNEL: &str = include_str!("check_kernel.py");

#[derive(Args)]
pub struct Options {
    /// Check these notebooks (or folders of notebooks) only, and nothing else
    notebooks: Vec<PathBuf>,
    /// Run no notebook
    #[arg(long)]
    quick: bool,
    /// Only grade the made submissions, honest and hostile, all of them
    #[arg(long, conflicts_with = "notebooks")]
    grading: bool,
    /// Open notebooks in a browser, run them there, and check nothing else (needs Chromium and Playwright)
    #[arg(long, conflicts_with_all = ["quick", "grading"])]
    browser: bool,
    /// How many notebooks run side by side (otherwise as many as cores and memory allow)
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: Option<u8>,
}

pub fn test(project: &Project, options: &Options) -> Result<ExitCode> {
    if options.grading {
        check_grading(project, &[])?;
        return Ok(ExitCode::SUCCESS);
    }
    if options.browser {
        setup::set_up(project, &jupyter::registered_features(project))?;
        browser::check(project, &options.notebooks)?;
        return Ok(ExitCode::SUCCESS);
    }
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
    let jobs = options
        .jobs
        .map_or_else(|| notebooks::side_by_side(GIGABYTES), usize::from);
    if options.notebooks.is_empty() {
        println!("== the kernel");
        check_the_kernel(project)?;
        println!("== the notebook checker");
        check_the_checker(project, jobs)?;
        println!("== what a class's hub hands out");
        check_the_hub(project)?;
        println!("== grading");
        check_grading(project, &made::SHORT)?;
    }
    println!("== notebooks");
    let examine = |notebook: &Path| examine::examine(project, notebook, 600);
    let failed = notebooks::for_all(project, &all, jobs, examine)?;
    if options.notebooks.is_empty() {
        println!("== the browser");
        browser::check_if_it_can(project)?;
    }
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

/// Stop, second Stop, clients that go: what a notebook cannot check of its own kernel.
fn check_the_kernel(project: &Project) -> Result<()> {
    if cfg!(windows) {
        return Ok(()); // there Stop ends the process
    }
    let mut command = jupyter::of_the_kernel(project, "check_kernel.py", KERNEL)?;
    let status = command.status().context("Python could not be started")?;
    if !status.success() {
        bail!("the kernel does not do what it should; see above");
    }
    Ok(())
}

/// A new version of the course leaves students' answers alone. `hub/check.py` tries the rest, as root.
fn check_the_hub(project: &Project) -> Result<()> {
    if cfg!(windows) {
        return Ok(()); // the hub is for Linux
    }
    let mut command = jupyter::command(project);
    command.args(["-Bm", "unittest", "--quiet", "test_start"]);
    let status = command
        .current_dir(project.root().join("hub"))
        .status()
        .context("Python could not be started")?;
    if !status.success() {
        bail!("hub/start.py does not do what it should; see above");
    }
    Ok(())
}

/// The notebooks in `lab/notebooks` pass, or fail in the cells and with the words that their
/// metadata names: a checker that never fails checks nothing.
fn check_the_checker(project: &Project, jobs: usize) -> Result<()> {
    let mut all = notebooks::find(&project.root().join("lab").join("notebooks"))?;
    if cfg!(windows) {
        let unix = |path: &Path| {
            fs::read_to_string(path)
                .unwrap_or_default()
                .contains("::unix")
        };
        all.retain(|path| !unix(path));
    }
    let judge = |path: &Path| -> Result<Outcome> {
        let notebook: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
        let expected = &notebook["metadata"]["lab"];
        let timeout = expected["timeout"].as_u64().unwrap_or(600);
        let mut outcome = examine::examine(project, path, timeout)?;
        outcome.problems = unexpected(expected, &outcome);
        outcome.failures.clear();
        Ok(outcome)
    };
    let wrong = notebooks::for_all(project, &all, jobs, judge)?;
    if wrong > 0 {
        bail!("the notebook checker is wrong about {wrong} of its own notebooks");
    }
    Ok(())
}

/// Made submissions, honest and hostile, get the grades that they must.
fn check_grading(project: &Project, names: &[&str]) -> Result<()> {
    let boxes = sandbox::ensure().and_then(|()| sandbox::bubblewrap(project, Path::new("/")));
    if let Err(error) = boxes {
        let why = error.to_string();
        println!(
            "  --  not tried: {}",
            why.lines().next().unwrap_or_default()
        );
        return Ok(());
    }
    let wrong = trial::check(project, names)?;
    if !wrong.is_empty() {
        bail!("grading is wrong:\n{}", wrong.join("\n"));
    }
    Ok(())
}

/// In which way the outcome is not what was expected.
fn unexpected(expected: &Value, outcome: &Outcome) -> Vec<String> {
    let list = |name: &str| expected[name].as_array().cloned().unwrap_or_default();
    let failures = outcome.failures.iter();
    let cells: Vec<u64> = failures.clone().map(|failure| failure.cell).collect();
    let cells_expected: Vec<u64> = list("fails").iter().filter_map(Value::as_u64).collect();
    let message = failures.map(|failure| failure.message.as_str()).next();
    let (message, words) = (
        message.unwrap_or_default(),
        expected["words"].as_str().unwrap_or_default(),
    );
    let mut wrong = Vec::new();
    if cells != cells_expected {
        wrong.push(format!(
            "cells {cells:?} failed, not {cells_expected:?}: {message}"
        ));
    } else if !message.contains(words) {
        wrong.push(format!("the message is not {words:?}: {message}"));
    }
    // In order, each problem says what was expected of it.
    let problems = list("problems");
    let same = problems.len() == outcome.problems.len()
        && problems
            .iter()
            .zip(&outcome.problems)
            .all(|(expected, problem)| problem.starts_with(expected.as_str().unwrap_or("?")));
    if !same {
        wrong.push("other problems were found than expected:".to_string());
        wrong.extend(outcome.problems.iter().cloned());
    }
    wrong.extend(too_slow(expected, outcome));
    wrong
}

/// The cell that failed later than it may: so many seconds after a plain cell of the same run.
fn too_slow(expected: &Value, outcome: &Outcome) -> Option<String> {
    let plain = outcome.each.get(expected["plain"].as_u64()? as usize - 1)?;
    let most = plain + expected["seconds_longer"].as_f64()?;
    let failures = outcome.failures.iter();
    let mut cells = failures.map(|failure| (failure, outcome.each.get(failure.cell as usize - 1)));
    cells.find_map(|(failure, seconds)| {
        let seconds = seconds.filter(|seconds| **seconds > most)?;
        let source = &failure.source;
        Some(format!(
            "{seconds:.1} s for the mistake in {source:?}; at most {most:.1} are allowed"
        ))
    })
}
