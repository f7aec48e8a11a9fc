//! `cargo lab`: from a clone to a running notebook with one command.
//!
//! `open` (the default) sets everything up and opens JupyterLab; `run` executes notebooks without
//! a browser; `test` checks the whole project; `bench` times training; `grade` and `release` are for
//! who teaches a class;
//! `doctor` says what is there and how to mend it; `clean` removes what this tool made.
//! `kernel` is what Jupyter calls to start a Rust kernel.

mod analyzed;
mod bench;
mod browser;
mod cells;
mod checks;
mod clean;
mod copy;
mod doctor;
mod evcxr;
mod examine;
mod exercises;
mod grade;
mod jupyter;
mod kernel;
mod notebooks;
mod open;
mod own_network;
mod process;
mod progress;
mod project;
mod prose;
mod python;
mod release;
mod rust;
mod scaffold;
mod setup;
mod solutions;
mod sources;
mod stand_in;
mod variant;
mod warm;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};

use project::Project;

#[derive(Parser)]
#[command(name = "cargo lab", bin_name = "cargo lab", version, about = ABOUT)]
struct Cli {
    /// The folder of the project (found by itself).
    #[arg(long, global = true, hide = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    open: open::Options,
}

const ABOUT: &str = "Set up what the notebooks need, then open JupyterLab on them";

#[derive(Subcommand)]
enum Command {
    /// Set up what is missing, then open JupyterLab (what `cargo lab` alone does)
    Open(open::Options),
    /// Execute notebooks and fail where a cell fails
    Run(notebooks::Options),
    /// Check the project: format, lints, tests, then every notebook
    Test(checks::Options),
    /// Grade a folder of submitted notebooks: a table of students, exercises and points
    Grade(grade::Options),
    /// Copy the notebooks without solutions and outputs, for students
    Release(release::Options),
    /// Time training, beside PyTorch and stock candle
    Bench(bench::Options),
    /// Say what is there, in which state, and how to mend it
    Doctor,
    /// Remove all that this tool made (.lab and .venv)
    Clean,
    /// Set up what is missing and stop there
    Setup(Features),
    #[command(hide = true)]
    Kernel(kernel::Options),
    #[command(hide = true)]
    KernelCleanup { id: String, kernel: u32 },
}

/// What the helpers are built with.
#[derive(Args, Clone, Default, PartialEq)]
struct Features {
    /// Build the helpers with these features: cuda, cudnn, metal, accelerate
    #[arg(long, value_delimiter = ',', value_name = "FEATURES")]
    features: Vec<String>,
}

fn main() -> ExitCode {
    let outcome = match stand_in::called_as() {
        Some(program) => stand_in::run(program),
        None => run(Cli::parse()),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    if cli.command.is_some() && cli.open != open::Options::default() {
        bail!("options belong after the command: cargo lab COMMAND --option");
    }
    let project = Project::find(cli.root)?;
    match cli.command {
        None => open::open(&project, &cli.open),
        Some(Command::Open(options)) => open::open(&project, &options),
        Some(Command::Run(options)) => notebooks::run(&project, &options),
        Some(Command::Test(options)) => checks::test(&project, &options),
        Some(Command::Grade(options)) => grade::grade(&project, &options),
        Some(Command::Release(options)) => release::release(&project, &options),
        Some(Command::Bench(options)) => bench::bench(&project, &options),
        Some(Command::Doctor) => doctor::doctor(&project),
        Some(Command::Clean) => clean::clean(&project),
        Some(Command::Setup(features)) => {
            setup::set_up(&project, &features.features).map(|_| ExitCode::SUCCESS)
        }
        Some(Command::Kernel(options)) => kernel::start(&project, &options),
        Some(Command::KernelCleanup { id, kernel }) => {
            kernel::clean_up_after(&project, &id, kernel)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_commands_that_programs_call_are_understood() {
        let id = std::process::id().to_string();
        let cleanup = ["lab", "--root", "/x", "kernel-cleanup", "1-2", &id];
        let cli = Cli::try_parse_from(cleanup).unwrap();
        assert!(matches!(cli.command, Some(Command::KernelCleanup { .. })));
        let kernel = [
            "lab",
            "--root",
            "/x",
            "kernel",
            "--features",
            "cuda,cudnn",
            "file.json",
        ];
        match Cli::try_parse_from(kernel).unwrap().command {
            Some(Command::Kernel(options)) => assert_eq!(options.features.features.len(), 2),
            _ => unreachable!("another command"),
        }
    }

    #[test]
    fn options_before_a_command_are_not_dropped_in_silence() {
        let cli = Cli::try_parse_from(["lab", "--features", "cuda", "setup"]).unwrap();
        assert!(run(cli).is_err());
    }
}
