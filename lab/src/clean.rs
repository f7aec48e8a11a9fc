//! `cargo lab clean`: removes all that this tool made.

use std::fs;
use std::io::ErrorKind;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::kernel;
use crate::project::Project;

pub fn clean(project: &Project) -> Result<ExitCode> {
    if kernel::any_is_running(project) {
        bail!("a notebook is running; close it (or its JupyterLab), then run the command again");
    }
    for folder in [project.builds()?, project.lab(), project.venv()] {
        match fs::remove_dir_all(&folder) {
            Ok(()) => println!("removed {}", project.relative(&folder)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| {
                    format!(
                        "cannot remove {} (is JupyterLab still open?)",
                        folder.display()
                    )
                });
            }
        }
    }
    println!("Compiled tests and this tool itself are cargo's: `cargo clean` removes them.");
    Ok(ExitCode::SUCCESS)
}
