//! evcxr_jupyter, the kernel that runs Rust in notebooks: finding the pinned version or installing it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{output_of, run_logged};
use crate::progress::{Progress, done_already, step};
use crate::project::Project;

/// The version the traps were measured with.
pub const VERSION: &str = "0.22.0";

fn local_root(project: &Project) -> PathBuf {
    project.lab().join("evcxr")
}

fn executable(folder: &Path) -> PathBuf {
    folder.join(format!("evcxr_jupyter{}", std::env::consts::EXE_SUFFIX))
}

/// The kernel's program, if the pinned version is installed: the project's own, else one on PATH.
pub fn find(project: &Project) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = local_root(project).join("bin");
    let folders = std::iter::once(own).chain(std::env::split_paths(&path));
    folders
        .filter(|folder| is_pinned_version(folder))
        .map(|folder| executable(&folder))
        .find(|program| works(program))
}

/// evcxr_jupyter cannot be asked its version, but cargo notes what it installed beside `bin`.
fn is_pinned_version(bin: &Path) -> bool {
    let note = bin.parent().map(|root| root.join(".crates.toml"));
    let note = note.and_then(|path| fs::read_to_string(path).ok());
    note.is_some_and(|text| text.contains(&format!("\"evcxr_jupyter {VERSION} ")))
}

fn works(program: &Path) -> bool {
    output_of(Command::new(program).arg("--help")).is_some_and(|text| text.contains("--install"))
}

/// Installs the kernel unless it is there.
pub fn ensure(project: &Project) -> Result<PathBuf> {
    if let Some(program) = find(project) {
        done_already(&format!("evcxr_jupyter {VERSION}"));
        return Ok(program);
    }
    if output_of(Command::new("cargo-binstall").arg("-V")).is_some() {
        let title = format!("evcxr_jupyter {VERSION}, ready-made");
        // Where there is no ready-made one, it is compiled below.
        let _ = step(&title, "20 seconds", |progress| binstall(project, progress));
    }
    if find(project).is_none() {
        let title = format!("evcxr_jupyter {VERSION}, the Rust kernel, compiled once");
        step(&title, "6 to 10 minutes on 2 cores", |progress| {
            compile(project, progress)
        })?;
    }
    match find(project) {
        Some(program) => Ok(program),
        None => bail!(
            "evcxr_jupyter was installed but does not start. Delete {} and run the command again.",
            project.relative(&local_root(project))
        ),
    }
}

fn binstall(project: &Project, progress: &Progress) -> Result<()> {
    let mut command = Command::new("cargo-binstall");
    command.args(["--no-confirm", "--version", VERSION, "--root"]);
    command.arg(local_root(project)).arg("evcxr_jupyter");
    run_logged(
        project,
        &mut command,
        "evcxr",
        progress,
        "It will be compiled instead.",
    )
}

fn compile(project: &Project, progress: &Progress) -> Result<()> {
    // A build folder of its own: an interrupted build goes on where it stopped.
    let build = project.lab().join("evcxr-build");
    let mut command = Command::new("cargo");
    command.args([
        "install",
        "--locked",
        "--force",
        "evcxr_jupyter",
        "--version",
        VERSION,
    ]);
    command.arg("--root").arg(local_root(project));
    command.arg("--target-dir").arg(&build);
    // Of an editor's tools, which are linked in, it uses none: they need no optimisation. At level 1
    // throughout cells took 0.05 s longer, and a kernel's start a second.
    command.args(["--config", "profile.release.opt-level=2"]);
    for unused in ["ide_assists", "ide_diagnostics", "ide_ssr"] {
        let setting = format!("profile.release.package.ra_ap_{unused}.opt-level=0");
        command.args(["--config", &setting]);
    }
    let hint = "If it needs a C compiler: Debian, Ubuntu: sudo apt install build-essential; macOS: xcode-select --install; Windows: the Visual Studio build tools.";
    run_logged(project, &mut command, "evcxr", progress, hint)?;
    // It serves nobody any more; failing to delete it harms nobody either.
    let _ = fs::remove_dir_all(build);
    Ok(())
}
