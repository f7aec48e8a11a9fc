//! The warm build directory: the helpers and all they depend on, compiled once the way evcxr
//! compiles them, from which every kernel gets its own copy.
//!
//! Its name is a hash of all that would make cargo compile again: toolchain, features, `Cargo.lock`,
//! the helpers' sources and where they lie. A directory under its final name is complete: it is built under another
//! name and renamed.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};

use crate::progress::{Progress, done_already, step};
use crate::project::Project;
use crate::{copy, evcxr, jupyter, kernel, process, rust, scaffold, sources};

/// Tells `lab kernel` to work in this directory itself instead of in a copy.
pub const IN_PLACE: &str = "LAB_KERNEL_IN_PLACE";

/// The directory for the project as it is now, complete or not there.
pub fn directory(project: &Project, features: &[String]) -> Result<PathBuf> {
    let mut hash = DefaultHasher::new();
    (
        scaffold::WORKSPACE,
        evcxr::VERSION,
        features,
        rust::version_verbose()?,
        project.root(), // what is compiled names its sources by their whole paths
    )
        .hash(&mut hash);
    for name in ["Cargo.lock", "Cargo.toml"] {
        let path = project.root().join(name);
        fs::read(&path)
            .with_context(|| format!("cannot read {}", path.display()))?
            .hash(&mut hash);
    }
    for path in sources::of_helpers(project)? {
        let metadata = fs::metadata(&path)?;
        let changed = metadata
            .modified()?
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        (project.relative(&path), metadata.len(), changed.as_nanos()).hash(&mut hash);
    }
    let name = format!("{:016x}", hash.finish());
    Ok(folder(project)?.join(name))
}

fn folder(project: &Project) -> Result<PathBuf> {
    Ok(project.builds()?.join("warm"))
}

/// A warm directory in the making: what the helpers stand on is being compiled while other steps of
/// the set-up go on.
pub struct Begun {
    warm: PathBuf,
    partial: PathBuf,
    build: Child,
}

impl Drop for Begun {
    fn drop(&mut self) {
        // If another step failed, nobody waits for this one.
        let _ = self.build.kill();
        let _ = self.build.wait();
    }
}

/// Begins to build the warm directory unless it is there.
pub fn begin(project: &Project, features: &[String]) -> Result<Option<Begun>> {
    let warm = directory(project, features)?;
    if warm.exists() {
        return Ok(None);
    }
    step(
        "packages of the helpers, downloaded",
        "10 seconds",
        |progress| {
            // evcxr asks cargo about the packages of every platform, so every one must be at hand.
            let mut fetch = Command::new("cargo");
            fetch
                .args(["fetch", "--locked"])
                .current_dir(project.root());
            process::run_logged(
                project,
                &mut fetch,
                "fetch",
                progress,
                "Run the command again.",
            )
        },
    )?;
    // A name of its own: what an interrupted set-up left may still be written to.
    let partial = warm.with_extension(format!("{}.partial", std::process::id()));
    remove(&partial)?;
    copy_previous(project, &partial)?;
    scaffold::write(project, &partial, features)?;
    scaffold::write_cells_package(&partial)?;
    // Exactly as evcxr calls it, so that nothing is compiled again; how it ends is seen there.
    let log = File::create(project.lab().join("logs").join("packages.log"))?;
    let mut build = Command::new("cargo");
    build.args(["build", "--offline", "--package", "pin", "--target"]);
    build.arg(rust::host()?).current_dir(partial.join("crate"));
    kernel::clear_environment(&mut build);
    build.env("RUSTFLAGS", "-Cprefer-dynamic");
    build.env("CARGO_TARGET_DIR", "target");
    build.env("CARGO_BUILD_BUILD_DIR", "target");
    build.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    let build = build.spawn().context("cargo could not be started")?;
    Ok(Some(Begun {
        warm,
        partial,
        build,
    }))
}

/// Ends what was begun, then removes the directories it replaces.
pub fn finish(project: &Project, begun: Option<Begun>) -> Result<()> {
    let Some(mut begun) = begun else {
        done_already("helpers compiled for the notebooks");
        return Ok(());
    };
    let usual = match newest(project) {
        Some(_) => "1 minute, after a change",
        None => "2 minutes on 2 cores",
    };
    let (warm, partial) = (begun.warm.clone(), begun.partial.clone());
    step("helpers compiled for the notebooks", usual, |progress| {
        begun.build.wait()?;
        compile(project, &partial, progress)?;
        // What belongs to the kernel that compiled it goes with it.
        for folder in fs::read_dir(partial.join("crate/target"))?.flatten() {
            let built = folder.path().join("debug");
            let _ = fs::remove_dir_all(built.join("incremental"));
            for entry in fs::read_dir(&built).into_iter().flatten().flatten() {
                if entry.file_name().to_string_lossy().contains("code_") {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
        for name in ["bin", "library"] {
            let _ = fs::remove_dir_all(partial.join(name));
        }
        let _ = fs::remove_file(partial.join("connection.json"));
        fs::rename(&partial, &warm).context("cannot put the compiled helpers in place")?;
        Ok(())
    })?;
    for entry in fs::read_dir(folder(project)?)?.flatten() {
        if entry.path() != warm {
            let _ = remove(&entry.path()); // next time, if it is still in use
        }
    }
    Ok(())
}

/// Puts a copy of an older warm directory at `target`, if there is one: what is still fresh in it is
/// not compiled again.
pub fn copy_previous(project: &Project, target: &Path) -> Result<bool> {
    let Some(previous) = newest(project) else {
        return Ok(false);
    };
    // What may be written anew is not shared; the rest outlives the older directory, as no symbolic link would.
    let ours = sources::names_of_artefacts(project);
    let shared =
        |path: &Path| copy::is_shared_artefact(path) && !sources::is_artefact_of(&ours, path);
    let copied = copy::copy_tree(&previous, target, &shared, |old, new| {
        fs::hard_link(old, new)
    })
    .is_ok();
    if !copied {
        remove(target)?;
    }
    Ok(copied)
}

/// Compiles through a real kernel, so that nothing differs from what a notebook will ask for.
fn compile(project: &Project, partial: &Path, progress: &Progress) -> Result<()> {
    let notebook = project.lab().join("warm-up.ipynb");
    let dep = format!(
        ":dep helpers = {{ path = {} }}",
        scaffold::toml_string(&project.helpers())
    );
    let cell = serde_json::json!({
        "cell_type": "code", "id": "warm-up", "metadata": {}, "outputs": [], "execution_count": null,
        "source": format!("{dep}\nuse helpers::prelude::*;\nlet device = best_device();"),
    });
    let text =
        serde_json::json!({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    fs::write(&notebook, text.to_string())?;
    let mut run = jupyter::driver(project, &notebook, 3600)?;
    run.env(IN_PLACE, partial);
    let hint = "If a file of helpers/src was changed: does `cargo build -p helpers` succeed?";
    process::run_logged(project, &mut run, "warm", progress, hint)?;
    if !has_helpers(partial) {
        bail!("the helpers were compiled, but not as a shared library; see .lab/logs/warm.log");
    }
    Ok(())
}

/// Whether the compiled helpers are where kernels look for them.
pub fn has_helpers(directory: &Path) -> bool {
    folder_of_helpers(directory).is_some()
}

/// The folder of the helpers' shared library.
pub fn folder_of_helpers(directory: &Path) -> Option<PathBuf> {
    let targets = fs::read_dir(directory.join("crate/target"))
        .into_iter()
        .flatten()
        .flatten();
    let names = ["libhelpers.so", "libhelpers.dylib", "helpers.dll"];
    let mut folders = targets.map(|entry| entry.path().join("debug/deps"));
    folders.find(|folder| names.iter().any(|name| folder.join(name).exists()))
}

fn newest(project: &Project) -> Option<PathBuf> {
    let entries = fs::read_dir(folder(project).ok()?).ok()?.flatten();
    let whole = entries.filter(|entry| entry.path().extension().is_none());
    whole
        .max_by_key(|entry| entry.metadata().and_then(|m| m.modified()).ok())
        .map(|e| e.path())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn project() -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for folder in ["src", "tests", "figures/src"] {
            fs::create_dir_all(root.join("helpers").join(folder)).unwrap();
        }
        for file in [
            "Cargo.toml",
            "Cargo.lock",
            "helpers/Cargo.toml",
            "helpers/src/lib.rs",
            "helpers/figures/src/lib.rs",
        ] {
            fs::write(root.join(file), "").unwrap();
        }
        let project = Project::find(Some(root.into())).unwrap();
        (folder, project)
    }

    #[test]
    fn the_name_changes_with_sources_lock_file_and_features_and_with_nothing_else() {
        let (folder, project) = project();
        let name = |features: &[&str]| {
            let features: Vec<String> = features.iter().map(|f| f.to_string()).collect();
            directory(&project, &features).unwrap()
        };
        let first = name(&[]);
        assert_eq!(name(&[]), first);
        assert_ne!(name(&["cuda"]), first);
        for file in ["README.md", "helpers/tests/x.rs"] {
            fs::write(folder.path().join(file), "text").unwrap();
            assert_eq!(name(&[]), first);
        }
        let mut before = first;
        for file in [
            "helpers/src/lib.rs",
            "helpers/figures/src/lib.rs",
            "Cargo.lock",
        ] {
            fs::write(folder.path().join(file), "# x").unwrap();
            let after = name(&[]);
            assert_ne!(after, before, "{file}");
            before = after;
        }
    }
}
