//! Where things are: the folders of the checkout and what this tool keeps in `.lab` and `.venv`.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
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

    /// Where the helpers are compiled for the cells: in `.lab`, unless its path has white space. evcxr
    /// cannot load a cell's library from such a path, so this folder is then elsewhere.
    pub fn builds(&self) -> Result<PathBuf> {
        match has_white_space(&self.lab()) {
            true => self.folder_of_the_user(),
            false => make(&self.lab()),
        }
    }

    /// Where running kernels have their folders: beside what is compiled for them, or, where that
    /// belongs to another user who shares it, in the user's own cache.
    pub fn kernels(&self) -> Result<PathBuf> {
        let shared = self.builds()?.join("kernels");
        if fs::create_dir_all(&shared).is_ok() && tempfile::tempfile_in(&shared).is_ok() {
            return Ok(shared);
        }
        make_private(&self.folder_of_the_user()?.join("kernels"))
    }

    /// A folder for this checkout outside of it, whose path has no white space.
    fn folder_of_the_user(&self) -> Result<PathBuf> {
        let mut hash = DefaultHasher::new();
        self.root.hash(&mut hash);
        let name = format!("notebooks-of-{:016x}", hash.finish());
        let mut folders = cache_folder().into_iter().chain([std::env::temp_dir()]);
        let folder = folders.find(|folder| !has_white_space(folder));
        let folder = folder.with_context(|| {
                format!(
                    "the kernel cannot work in a folder whose path has a space ({}), and neither the cache folder nor the temporary folder ({}) is without one. Set TMPDIR to a folder without.",
                    self.root.display(),
                    std::env::temp_dir().display()
                )
        })?;
        make_private(&folder.join(name))
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

/// Makes a folder that nobody else can write to: cells are programs, and this one may lie beside
/// other people's. One that is there already must not be such a trap.
#[cfg(unix)]
fn make_private(folder: &Path) -> Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};

    let mut private = fs::DirBuilder::new();
    let made = private.recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("cannot make {}", folder.display()))?;
    // In the system's temporary folder anybody may have made it first.
    let in_the_open = folder.starts_with(std::env::temp_dir());
    if in_the_open && fs::symlink_metadata(folder)?.uid() != tempfile::tempfile()?.metadata()?.uid()
    {
        bail!(
            "{} belongs to somebody else; delete it, or set TMPDIR to a folder of your own",
            folder.display()
        );
    }
    Ok(folder.to_path_buf())
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> Result<PathBuf> {
    make(folder)
}

fn make(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder.to_path_buf())
}

fn has_white_space(path: &Path) -> bool {
    path.to_string_lossy().contains(char::is_whitespace)
}

/// Where this system keeps what programs can make again.
fn cache_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let folder = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")))
    };
    folder.filter(|folder| folder.is_absolute())
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn project_in(name: &str) -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join(name);
        fs::create_dir_all(root.join("helpers")).unwrap();
        fs::write(root.join("helpers/Cargo.toml"), "").unwrap();
        (folder, Project::find(Some(root)).unwrap())
    }

    #[test]
    fn cells_are_compiled_in_the_checkout_unless_its_path_has_white_space() {
        let (_folder, project) = project_in("l\'école");
        assert_eq!(project.builds().unwrap(), project.lab());
        let ((_one, one), (_two, two)) = (project_in("my course"), project_in("my course"));
        for project in [&one, &two] {
            let builds = project.builds().unwrap();
            assert!(!has_white_space(&builds) && builds.is_dir());
            fs::remove_dir(builds).unwrap();
        }
        assert_ne!(one.builds().unwrap(), two.builds().unwrap());
        for project in [one, two] {
            fs::remove_dir(project.builds().unwrap()).unwrap();
        }
    }

    #[test]
    #[cfg(unix)]
    fn kernels_have_their_folders_elsewhere_where_the_checkout_is_another_users() {
        use std::os::unix::fs::PermissionsExt;

        let (_folder, project) = project_in("course");
        let beside = project.lab().join("kernels");
        assert_eq!(project.kernels().unwrap(), beside);
        fs::remove_dir(&beside).unwrap();
        fs::write(&beside, "in the way, for the system's administrator too").unwrap();
        let elsewhere = project.kernels().unwrap();
        assert!(elsewhere.is_dir() && !elsewhere.starts_with(project.root()));
        let mode = fs::metadata(&elsewhere).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::remove_dir_all(elsewhere.parent().unwrap()).unwrap();
    }
}
