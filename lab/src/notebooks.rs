//! `cargo lab run`: executes notebooks through the real kernel and says which cell failed and why.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::progress::readable;
use crate::project::Project;
use crate::{jupyter, setup};

#[derive(Args)]
pub struct Options {
    /// The notebooks (or folders of notebooks) to execute; all of notebooks/ when none is named
    notebooks: Vec<PathBuf>,
    /// Write the outputs into the notebooks that succeed
    #[arg(long)]
    save: bool,
    /// How many notebooks run side by side (one needs about 0.6 GB of memory)
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,
    /// Seconds that one cell may take
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Keep the features of the last set-up unless given
    #[command(flatten)]
    features: crate::Features,
}

pub fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    let notebooks = find_all(project, &options.notebooks)?;
    let mut features = options.features.features.clone();
    if features.is_empty() {
        features = jupyter::registered_features(project);
    }
    setup::set_up(project, &features)?;
    let arguments: &[&OsStr] = if options.save {
        &["--save".as_ref()]
    } else {
        &[]
    };
    let run = |notebook: &Path| execute(project, notebook, options.timeout, arguments);
    let failed = for_all(project, &notebooks, options.jobs.into(), run)?;
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The notebooks named, or in the folders named; all of notebooks/ when none is.
pub fn find_all(project: &Project, named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let named = match named {
        [] => &[project.notebooks()],
        named => named,
    };
    let found: Result<Vec<Vec<PathBuf>>> = named.iter().map(|path| find(path)).collect();
    Ok(found?.concat())
}

/// The notebooks in a folder, in order; a notebook stands for itself.
pub fn find(path: &Path) -> Result<Vec<PathBuf>> {
    let path = std::path::absolute(path)?;
    if path.is_file() {
        return Ok(vec![path]);
    }
    let entries = fs::read_dir(&path).with_context(|| format!("no notebook {}", path.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?.path();
        let hidden = entry
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if entry.is_dir() && !hidden {
            found.extend(find(&entry)?);
        } else if entry
            .extension()
            .is_some_and(|extension| extension == "ipynb")
        {
            found.push(entry);
        }
    }
    found.sort();
    Ok(found)
}

/// Takes notebooks through `run`, `jobs` at a time; prints how each went, gives the number that
/// failed.
pub fn for_all(
    project: &Project,
    notebooks: &[PathBuf],
    jobs: usize,
    run: impl Fn(&Path) -> Result<Outcome> + Sync,
) -> Result<usize> {
    if notebooks.is_empty() {
        bail!("there is no notebook to execute");
    }
    let mut in_turn: Vec<&PathBuf> = notebooks.iter().collect();
    if jobs > 1 {
        // Later notebooks train longer. Begun last, the longest would run alone.
        in_turn.reverse();
    }
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(0));
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(notebooks.len()) {
            scope.spawn(|| {
                while let Some(notebook) = in_turn.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = run(notebook);
                    // Printed under the lock, so that two notebooks' lines do not mix.
                    if let Ok(mut failed) = failed.lock() {
                        *failed += usize::from(!print(&project.relative(notebook), &outcome));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or(notebooks.len());
    println!(
        "{} notebooks passed, {failed} failed",
        notebooks.len() - failed
    );
    Ok(failed)
}

/// One notebook for each core, if each can have so many gigabytes.
pub fn side_by_side(gigabytes: f64) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    let fit = (system.available_memory() as f64 / 1e9 / gigabytes) as usize;
    cores.min(fit).clamp(1, 4)
}

/// What executing one notebook gave.
pub struct Outcome {
    pub cells: u64,
    pub time: Duration,
    /// The seconds of each cell.
    pub each: Vec<f64>,
    pub failures: Vec<Failure>,
    /// What is wrong beside the cells that failed; the first line of each says it all.
    pub problems: Vec<String>,
}

pub struct Failure {
    pub cell: u64,
    pub source: String,
    pub message: String,
}

/// Executes one notebook, with arguments for the driver. An error here is one of the checker, not
/// of the notebook.
pub fn execute(
    project: &Project,
    notebook: &Path,
    timeout: u64,
    arguments: &[&OsStr],
) -> Result<Outcome> {
    let file = jupyter::report_file(project, notebook);
    let _ = fs::remove_file(&file);
    fs::create_dir_all(project.lab().join("logs"))?;
    let output = jupyter::driver(project, notebook, timeout)?
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("Python could not be started")?;
    let Ok(report) = fs::read_to_string(&file) else {
        let log = String::from_utf8_lossy(&output.stderr);
        let last = log
            .trim()
            .lines()
            .last()
            .unwrap_or("no message")
            .to_string();
        bail!("the notebook could not be executed: {last}");
    };
    let report: Value = serde_json::from_str(&report)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let failures = report["failures"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|failure| Failure {
            cell: failure["cell"].as_u64().unwrap_or_default(),
            source: text(&failure["source"]),
            message: text(&failure["message"]),
        });
    let each = report["each"].as_array().into_iter().flatten();
    Ok(Outcome {
        cells: report["cells"].as_u64().unwrap_or_default(),
        time: Duration::from_secs_f64(report["seconds"].as_f64().unwrap_or_default().max(0.0)),
        each: each.filter_map(Value::as_f64).collect(),
        failures: failures.collect(),
        problems: Vec::new(),
    })
}

fn print(name: &str, outcome: &Result<Outcome>) -> bool {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            println!("  !!  {name}: {error:#}");
            return false;
        }
    };
    if outcome.failures.is_empty() && outcome.problems.is_empty() {
        let (cells, time) = (outcome.cells, readable(outcome.time));
        println!("  ok  {name}: {cells} cells, {time}");
        return true;
    }
    if !outcome.failures.is_empty() {
        let (failed, cells) = (outcome.failures.len(), outcome.cells);
        println!("  !!  {name}: {failed} of {cells} cells failed");
    }
    for failure in &outcome.failures {
        println!("      cell {}: {}", failure.cell, failure.source);
        for line in failure.message.lines() {
            println!("          {line}");
        }
    }
    print_problems(name, &outcome.problems);
    false
}

/// Each in a line that names the notebook.
pub fn print_problems(name: &str, problems: &[String]) {
    for problem in problems {
        println!("  !!  {name}, {}", problem.replace('\n', "\n          "));
    }
}
