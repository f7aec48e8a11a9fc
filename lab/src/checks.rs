//! `cargo lab test`: the project's own checks, from format to notebooks.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::project::Project;
use crate::{jupyter, notebooks, process, setup};

#[derive(Args)]
pub struct Options {
    /// Leave the notebooks out
    #[arg(long)]
    quick: bool,
    /// How many notebooks run side by side
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,
}

pub fn test(project: &Project, options: &Options) -> Result<ExitCode> {
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
    )?;
    if options.quick {
        return Ok(ExitCode::SUCCESS);
    }
    setup::set_up(project, &jupyter::registered_features(project))?;
    println!("== the notebook checker");
    check_the_checker(project)?;
    println!("== notebooks");
    let all = notebooks::find(&project.notebooks())?;
    let failed = notebooks::execute_all(project, &all, options.jobs.into(), 600, false)?;
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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
        let outcome = notebooks::execute(project, &path, timeout, false)?;
        let cells: Vec<u64> = outcome
            .failures
            .iter()
            .map(|failure| failure.cell)
            .collect();
        let message = outcome
            .failures
            .first()
            .map_or("", |failure| &failure.message);
        let cells_expected: Vec<u64> = expected["fails"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64)
            .collect();
        if cells == cells_expected && message.contains(expected["words"].as_str().unwrap_or("")) {
            println!("  ok  {name}: {}", verdict(&cells));
        } else {
            wrong += 1;
            println!(
                "  !!  {name}: expected {}, got {}: {message}",
                verdict(&cells_expected),
                verdict(&cells)
            );
        }
    }
    if wrong > 0 {
        bail!("the notebook checker is wrong about {wrong} of its own notebooks");
    }
    Ok(())
}

fn verdict(cells: &[u64]) -> String {
    match cells {
        [] => "passes".into(),
        cells => format!("fails in cell {cells:?}"),
    }
}
