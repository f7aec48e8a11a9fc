//! Where things are: the folders of the checkout and what this tool keeps in `.lab` and `.venv`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The checkout and the places this tool uses in it.
#[derive(Clone)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The checkout this tool was built from, or the one given.
    pub fn find(given: Option<PathBuf>) -> Result<Project> {
        let root = given
            .or_else(|| Some(PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?).join("..")))
            .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
        let root = std::path::absolute(&root)
            .and_then(|root| plain_canonical(&root))
            .with_context(|| format!("no project at {}", root.display()))?;
        let project = Project { root };
        if !project.helpers().join("Cargo.toml").exists() {
            bail!(
                "{} is not the project's folder: helpers/Cargo.toml is missing",
                project.root.display()
            );
        }
        Ok(project)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn helpers(&self) -> PathBuf {
        self.root.join("helpers")
    }

    pub fn notebooks(&self) -> PathBuf {
        self.root.join("notebooks")
    }

    /// What this tool keeps; ignored by git, and safe to delete while nothing runs.
    pub fn lab(&self) -> PathBuf {
        self.root.join(".lab")
    }

    pub fn venv(&self) -> PathBuf {
        self.root.join(".venv")
    }

    /// A path as a student would write it: from the checkout's root.
    pub fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.display().to_string()
    }
}

/// `canonicalize` without the `\\?\` that Windows puts in front and cargo does not understand.
fn plain_canonical(path: &Path) -> std::io::Result<PathBuf> {
    let path = path.canonicalize()?;
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(plain) => Ok(PathBuf::from(plain)),
        None => Ok(path),
    }
}

/// Holds a lock file until dropped; waits while another process holds it.
pub fn lock(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        eprintln!("      waiting for another one of these that is at work");
    }
    file.lock()
        .with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}
