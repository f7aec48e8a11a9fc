//! The warm build directory: the helpers and all they depend on, compiled once the way evcxr
//! compiles them, from which every kernel gets its own copy.
//!
//! Its name is a hash of all that would make cargo compile again: toolchain, features, `Cargo.lock`,
//! the helpers' sources. A directory under its final name is complete: it is built under another
//! name and renamed.
//!
//! Layout, the same in a kernel's copy:
//! ```text
//! Cargo.toml     a workspace of the two packages below, with the profile
//! Cargo.lock     the project's own: the versions that were tested
//! crate/         evcxr's working directory (EVCXR_TMPDIR): package `ctx`, target/
//! pin/           depends on the helpers, so that the lock file keeps their versions whatever evcxr
//!                puts into ctx; features are turned on here and, through unification, everywhere
//! config/        evcxr's start-up configuration
//! ```

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};

use crate::progress::{Progress, done_already, step};
use crate::project::Project;
use crate::{copy, evcxr, jupyter, process, rust};

/// Tells `lab kernel` to work in this directory itself instead of in a copy.
pub const IN_PLACE: &str = "LAB_KERNEL_IN_PLACE";

const WORKSPACE: &str = r#"[workspace]
resolver = "3"
members = ["crate", "pin"]

# evcxr writes a profile of its own into crate/Cargo.toml, which counts for nothing in a workspace.
[profile.dev]
opt-level = 3
debug = false
strip = "debuginfo"
debug-assertions = false
overflow-checks = false
codegen-units = 16
incremental = true
rpath = true
"#;

/// The directory for the project as it is now, complete or not there.
pub fn directory(project: &Project, features: &[String]) -> Result<PathBuf> {
    let mut hash = DefaultHasher::new();
    (
        WORKSPACE,
        evcxr::VERSION,
        features,
        rust::version_verbose()?,
    )
        .hash(&mut hash);
    for name in ["Cargo.lock", "Cargo.toml"] {
        let path = project.root().join(name);
        fs::read(&path)
            .with_context(|| format!("cannot read {}", path.display()))?
            .hash(&mut hash);
    }
    for path in sources(project)? {
        let metadata = fs::metadata(&path)?;
        let changed = metadata
            .modified()?
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        (project.relative(&path), metadata.len(), changed.as_nanos()).hash(&mut hash);
    }
    let name = format!("{:016x}", hash.finish());
    Ok(project.lab().join("warm").join(name))
}

/// The files the helpers are compiled from, in order.
fn sources(project: &Project) -> Result<Vec<PathBuf>> {
    let helpers = project.helpers();
    let mut files = vec![helpers.join("Cargo.toml")];
    let mut folders = vec![helpers.join("src"), helpers.join("assets")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path)
            } else {
                files.push(path)
            }
        }
    }
    // Shipped data is compiled in; downloads have folders of their own and are not.
    for entry in fs::read_dir(project.root().join("datasets"))
        .into_iter()
        .flatten()
    {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Writes everything but the compiled part of a kernel's directory.
pub fn scaffold(project: &Project, directory: &Path, features: &[String]) -> Result<()> {
    let write = |path: PathBuf, text: String| -> Result<()> {
        let folder = path.parent().unwrap_or(directory);
        fs::create_dir_all(folder)?;
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return Ok(()); // keeps the time of change
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    let features = features
        .iter()
        .map(|name| format!("{name:?}"))
        .collect::<Vec<_>>()
        .join(", ");
    let helpers = toml_string(&project.helpers());
    let pin = |name: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nhelpers = {{ path = {helpers}, features = [{features}] }}\n"
        )
    };
    write(directory.join("Cargo.toml"), WORKSPACE.into())?;
    write(directory.join("pin/Cargo.toml"), pin("pin"))?;
    write(directory.join("pin/src/lib.rs"), String::new())?;
    fs::create_dir_all(directory.join("crate"))?;
    fs::copy(
        project.root().join("Cargo.lock"),
        directory.join("Cargo.lock"),
    )?;
    // Offline is evcxr's own setting, which a student can undo with `:offline 0`.
    let mut config = String::from("[evcxr]\noffline_mode = true\n");
    if !features.is_empty() {
        // At a place of its own: if its path changed with every kernel it would be compiled anew.
        let switch = project.lab().join("features");
        write(
            switch.join("Cargo.toml"),
            pin("helpers-features") + "\n[workspace]\n",
        )?;
        write(switch.join("src/lib.rs"), String::new())?;
        let path = toml_string(&switch);
        config += &format!("\n[dependencies]\nhelpers-features = {{ path = {path} }}\n");
    }
    write(directory.join("config/evcxr.toml"), config)
}

fn toml_string(path: &Path) -> String {
    format!("{:?}", path.display().to_string())
}

/// Builds the warm directory unless it is there, then removes the ones it replaces.
pub fn ensure(project: &Project, features: &[String]) -> Result<()> {
    let warm = directory(project, features)?;
    if warm.exists() {
        done_already("helpers compiled for the notebooks");
        return Ok(());
    }
    let previous = newest(project);
    let usual = match &previous {
        Some(_) => "1 minute, after a change",
        None => "4 minutes on 2 cores",
    };
    step("helpers compiled for the notebooks", usual, |progress| {
        let partial = warm.with_extension("partial");
        remove(&partial)?;
        if let Some(previous) = &previous {
            // What is still fresh in it is not compiled again. What may be written anew is not shared.
            let shared = |path: &Path| copy::is_shared_artefact(path) && !is_ours(path);
            if copy::copy_tree(previous, &partial, &shared).is_err() {
                remove(&partial)?;
            }
        }
        scaffold(project, &partial, features)?;
        compile(project, &partial, progress)?;
        // What kernels left in it is theirs.
        let target = partial.join("crate/target");
        for folder in fs::read_dir(&target)?.flatten() {
            let _ = fs::remove_dir_all(folder.path().join("debug/incremental"));
        }
        fs::rename(&partial, &warm).context("cannot put the compiled helpers in place")?;
        Ok(())
    })?;
    for entry in fs::read_dir(project.lab().join("warm"))?.flatten() {
        if entry.path() != warm {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Compiles through a real kernel, so that nothing differs from what a notebook will ask for.
fn compile(project: &Project, partial: &Path, progress: &Progress) -> Result<()> {
    let mut fetch = Command::new("cargo");
    // evcxr asks cargo about the packages of every platform, so every one must be at hand.
    fetch
        .args(["fetch", "--locked"])
        .current_dir(project.root());
    process::run_logged(
        project,
        &mut fetch,
        "fetch",
        progress,
        "Run the command again.",
    )?;
    let notebook = project.lab().join("warm-up.ipynb");
    let dep = format!(
        ":dep helpers = {{ path = {} }}",
        toml_string(&project.helpers())
    );
    let cell = serde_json::json!({
        "cell_type": "code", "id": "warm-up", "metadata": {}, "outputs": [], "execution_count": null,
        "source": format!("{dep}\nuse helpers::prelude::*;\nlet device = best_device();"),
    });
    let text =
        serde_json::json!({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    fs::write(&notebook, text.to_string())?;
    let mut run = jupyter::driver(project, &notebook, 3600);
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
    let targets = fs::read_dir(directory.join("crate/target"))
        .into_iter()
        .flatten()
        .flatten();
    let names = ["libhelpers.so", "libhelpers.dylib", "helpers.dll"];
    let mut folders = targets.map(|entry| entry.path().join("debug/deps"));
    folders.any(|folder| names.iter().any(|name| folder.join(name).exists()))
}

fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ["helpers", "ctx", "code_", "pin"]
        .iter()
        .any(|ours| name.trim_start_matches("lib").starts_with(ours))
}

fn newest(project: &Project) -> Option<PathBuf> {
    let entries = fs::read_dir(project.lab().join("warm")).ok()?.flatten();
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

/// Holds a lock file until dropped; waits while another process holds it.
pub fn lock(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    file.lock()
        .with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}
