//! Python: finding it, and the project's own virtual environment with JupyterLab in it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{output_of, run_logged};
use crate::progress::{done_already, step};
use crate::project::Project;

const REQUIREMENTS: &str = include_str!("../requirements.txt");
/// Written last into the environment: its presence says that the environment is whole.
const MARKER: &str = "lab-requirements.txt";
const OLDEST: (u32, u32) = (3, 9);

/// The environment's Python.
pub fn python(project: &Project) -> PathBuf {
    if cfg!(windows) {
        project.venv().join("Scripts").join("python.exe")
    } else {
        project.venv().join("bin").join("python")
    }
}

/// Makes the environment unless it is there and whole.
pub fn ensure(project: &Project) -> Result<()> {
    if state(project).is_ok() {
        done_already("JupyterLab in .venv");
        return Ok(());
    }
    let (mut system, version) = find()?;
    let title = format!("JupyterLab and nbclient into .venv (Python {version})");
    step(&title, "1 minute", |progress| {
        let venv = project.venv();
        if venv.exists() {
            fs::remove_dir_all(&venv).context("cannot remove the broken .venv")?;
        }
        let no_venv =
            "Is the venv module there? On Debian and Ubuntu: sudo apt install python3-venv";
        system.args(["-m", "venv"]).arg(&venv);
        run_logged(project, &mut system, "venv", progress, no_venv)?;
        let requirements = project.lab().join("requirements.txt");
        fs::create_dir_all(project.lab())?;
        fs::write(&requirements, REQUIREMENTS)?;
        let mut pip = Command::new(python(project));
        pip.args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--requirement",
        ]);
        pip.arg(&requirements);
        run_logged(project, &mut pip, "pip", progress, "Run the command again.")?;
        fs::write(venv.join(MARKER), REQUIREMENTS)?;
        Ok(())
    })
}

/// The version of the environment's Python, or what is wrong with it.
pub fn state(project: &Project) -> Result<String> {
    if !project.venv().exists() {
        bail!("not made yet");
    }
    let marker = fs::read_to_string(project.venv().join(MARKER)).unwrap_or_default();
    if marker != REQUIREMENTS {
        bail!("half-made, or of another version");
    }
    let probe = "import sys, importlib.util as u; assert u.find_spec('jupyterlab') and u.find_spec('nbclient'); print(sys.version.split()[0])";
    let mut command = Command::new(python(project));
    output_of(command.args(["-c", probe])).context("broken: its Python or JupyterLab does not load")
}

/// A Python of the system that is recent enough, as a command, and its version.
pub fn find() -> Result<(Command, String)> {
    let candidates: [&[&str]; 3] = [&["python3"], &["python"], &["py", "-3"]];
    let mut too_old = None;
    for candidate in candidates {
        let command = || {
            let mut command = Command::new(candidate[0]);
            command.args(&candidate[1..]);
            command
        };
        let Some(text) = output_of(command().arg("--version")) else {
            continue;
        };
        let version = text.trim_start_matches("Python ").to_string();
        let mut numbers = version
            .split('.')
            .map_while(|part| part.parse::<u32>().ok());
        let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if found >= OLDEST {
            return Ok((command(), version));
        }
        too_old = Some(version);
    }
    let (major, minor) = OLDEST;
    match too_old {
        Some(version) => bail!(
            "Python {major}.{minor} or later is needed for JupyterLab, and only {version} was found. Install a newer one, then run the command again."
        ),
        None => bail!(
            "no Python was found, and JupyterLab needs one ({major}.{minor} or later). Install it (Debian, Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python; Windows: winget install Python.Python.3.12), then run the command again."
        ),
    }
}
