//! The browser test: JupyterLab as a student sees it, in Chromium, driven by Playwright for Python.
//! `lab/src/browser/check.py` does the work; here is found what it needs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{jupyter, process, python};

const PROGRAMS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const TO_HAVE_IT: &str = "to have it: sudo apt install chromium, then .venv/bin/python -m pip install -r lab/src/browser/requirements.txt";

/// Runs the test if Chromium and Playwright are there. Without them it says that the test is skipped.
pub fn check_if_it_can(project: &Project) -> Result<()> {
    match chromium(project) {
        Ok(chromium) => run(project, &chromium, false, &[]),
        Err(missing) => {
            println!("  --  skipped: {missing}; {TO_HAVE_IT}");
            Ok(())
        }
    }
}

/// Runs the test with Run All of the notebooks that are named, or of all.
pub fn check(project: &Project, notebooks: &[PathBuf]) -> Result<()> {
    match chromium(project) {
        Ok(chromium) => run(project, &chromium, true, notebooks),
        Err(missing) => bail!("{missing}; {TO_HAVE_IT}"),
    }
}

/// The browser, if Playwright can drive it. The variable `CHROMIUM` names another one.
fn chromium(project: &Project) -> Result<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let candidates = named.into_iter().chain(PROGRAMS.map(PathBuf::from));
    let runs = |program: &PathBuf| process::output_of(Command::new(program).arg("--version"));
    let found = candidates
        .filter_map(|program| on_path(&program))
        .find(|program| runs(program).is_some())
        .context("no Chromium was found")?;
    let probe = "import importlib.util as u; assert u.find_spec('playwright')";
    let mut command = Command::new(python::python(project));
    process::output_of(command.args(["-c", probe])).context("Playwright is not in .venv")?;
    Ok(found)
}

/// The whole path of a program, which Playwright wants; a path stays what it is.
fn on_path(program: &Path) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let whole = |folder: PathBuf| folder.join(program);
    std::env::split_paths(&folders)
        .map(whole)
        .find(|file| file.is_file())
}

fn run(project: &Project, chromium: &Path, run_all: bool, notebooks: &[PathBuf]) -> Result<()> {
    let script = project.root().join("lab/src/browser/check.py");
    let mut command = jupyter::command(project);
    command.arg("-Bu").arg(script);
    command.arg("--root").arg(project.root());
    command.arg("--lab").arg(jupyter::launcher(project));
    command.arg("--chromium").arg(chromium);
    command.args([
        "--features",
        &jupyter::registered_features(project).join(","),
    ]);
    if run_all {
        command.arg("--run-all");
    }
    for notebook in notebooks {
        let notebook = std::path::absolute(notebook)?;
        let inside = notebook.strip_prefix(project.notebooks());
        command.arg(inside.context("the browser test takes notebooks of the folder notebooks/")?);
    }
    let status = command.status().context("Python could not be started")?;
    if !status.success() {
        bail!("a notebook in the browser is not as it should be; see above");
    }
    Ok(())
}
