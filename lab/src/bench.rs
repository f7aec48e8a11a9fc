//! `cargo lab bench`: how fast the helpers train, beside PyTorch and stock candle.
//!
//! The measuring is done by the helpers' own benchmark; this only finds the files and passes the
//! options on.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::project::Project;
use crate::{evcxr, jupyter, notebooks, setup};

const MEASURE: &str = include_str!("measure_kernel.py");

#[derive(Args, Default)]
pub struct Options {
    /// The interpreter that has PyTorch (otherwise $PYTORCH_PYTHON, or python3)
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Write the numbers to this file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Only this work; may be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// How many turns each side has
    #[arg(long, value_name = "N", default_value_t = 7)]
    rounds: usize,
    /// Single convolutions of many shapes instead of networks
    #[arg(long)]
    shapes: bool,
    /// Nobody uses more than AVX2
    #[arg(long)]
    avx2: bool,
    /// What a student waits for in a notebook, then the CNN at batch 64, first in a cell
    #[arg(long, conflicts_with_all = ["only", "shapes", "avx2"])]
    notebook: bool,
}

pub fn bench(project: &Project, options: &Options) -> Result<ExitCode> {
    if options.notebook {
        setup::set_up(project, &jupyter::registered_features(project))?;
        the_kernel(project, options.rounds)?;
        in_a_notebook(project)?;
    }
    println!("== cargo bench -p helpers (the first time compiles everything for it: 6 minutes)");
    let mut command = Command::new("cargo");
    command.args(["bench", "-p", "helpers", "--bench", "training", "--"]);
    command.args(options.arguments()?);
    let status = command.current_dir(project.root()).status();
    let status = status.context("cargo could not be started")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What a student waits for, beside an empty evcxr_jupyter.
fn the_kernel(project: &Project, rounds: usize) -> Result<()> {
    println!(
        "== the kernel: median (lowest to highest) of {rounds} rounds, in seconds and megabytes"
    );
    let mut command = jupyter::of_the_kernel(project, "measure_kernel.py", MEASURE)?;
    command.arg("--rounds").arg(rounds.to_string());
    command.args(["--notebook", "tp1/1_perceptron", "--notebook", "tp1/5_mlp"]);
    if let Some(evcxr) = evcxr::find(project) {
        command.arg("--evcxr").arg(evcxr);
    }
    if !command
        .status()
        .context("Python could not be started")?
        .success()
    {
        bail!("the kernel could not be measured");
    }
    Ok(())
}

/// Runs a copy of `speed.ipynb` through the kernel, and shows what its cells printed.
fn in_a_notebook(project: &Project) -> Result<()> {
    println!("== in a notebook's cells");
    let original = project.helpers().join("benches").join("speed.ipynb");
    let copy = project.lab().join("bench").join("speed.ipynb"); // as far from helpers/
    fs::create_dir_all(project.lab().join("bench"))?;
    fs::copy(&original, &copy).with_context(|| format!("no notebook {}", original.display()))?;
    let outcome = notebooks::execute(project, &copy, 600, &["--save".as_ref()])?;
    if let Some(failure) = outcome.failures.first() {
        bail!("cell {} failed: {}", failure.cell, failure.message);
    }
    let notebook: Value = serde_json::from_str(&fs::read_to_string(&copy)?)?;
    let cells = notebook["cells"].as_array().into_iter().flatten();
    for output in cells.flat_map(|cell| cell["outputs"].as_array().into_iter().flatten()) {
        if output["name"] == "stdout" {
            let lines = output["text"].as_array().into_iter().flatten();
            lines
                .filter_map(Value::as_str)
                .for_each(|line| print!("{line}"));
        }
    }
    println!();
    Ok(())
}

impl Options {
    /// What the benchmark is told. It starts in another folder, so paths are made absolute.
    fn arguments(&self) -> Result<Vec<OsString>> {
        let mut arguments: Vec<OsString> = vec!["--rounds".into(), self.rounds.to_string().into()];
        if let Some(python) = &self.python {
            // A bare name is looked up in PATH; anything else is a file.
            let file = python.components().count() > 1;
            let python = if file {
                absolute(python)?
            } else {
                python.clone()
            };
            arguments.extend(["--python".into(), python.into()]);
        }
        if let Some(json) = &self.json {
            arguments.extend(["--json".into(), absolute(json)?.into()]);
        }
        if self.notebook {
            arguments.extend(["--only".into(), "cnn-64".into()]);
        }
        for name in &self.only {
            arguments.extend(["--only".into(), name.into()]);
        }
        arguments.extend(self.shapes.then(|| "--shapes".into()));
        arguments.extend(self.avx2.then(|| "--avx2".into()));
        Ok(arguments)
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("no such path: {}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_are_absolute_and_programs_are_not() {
        let options = Options {
            python: Some("python3".into()),
            json: Some("speed.json".into()),
            rounds: 3,
            ..Options::default()
        };
        let arguments = options.arguments().unwrap();
        assert_eq!(arguments[..4], ["--rounds", "3", "--python", "python3"]);
        assert!(Path::new(&arguments[5]).is_absolute());

        let python = Some(Path::new("venv").join("python"));
        let options = Options { python, ..options };
        assert!(Path::new(&options.arguments().unwrap()[3]).is_absolute());
    }
}
