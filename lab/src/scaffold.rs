//! The directory a kernel works in, but for what is compiled in it.
//!
//! The same in the warm directory and in a kernel's copy:
//! ```text
//! Cargo.toml     a workspace of the two packages below, with the profile
//! Cargo.lock     the project's own: the versions that were tested
//! crate/         evcxr's working directory (EVCXR_TMPDIR): package `ctx`, target/
//! pin/           depends on the helpers, so that the lock file keeps their versions whatever evcxr
//!                puts into ctx; features are turned on here and, through unification, everywhere
//! config/        evcxr's start-up configuration
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::project::Project;

/// The workspace that a kernel works in.
pub const WORKSPACE: &str = r#"[workspace]
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

# With the first two a failed `?` finds its line in the cell. What a student writes is checked as
# everywhere in Rust: `let n: usize = 0; n - 1` is an error.
[profile.dev.package.ctx]
debug = "line-tables-only"
strip = "none"
debug-assertions = true
overflow-checks = true
"#;

/// What evcxr runs before the first cell; its items are part of every cell.
/// - It shows warnings only beside an error, those of all earlier cells too, and an unsolved exercise
///   has unused variables.
/// - The last expression of a cell is shown by a trait of the helpers, also before a student names them.
/// - Of a failed `?` it prints the error alone, with exactly this call of `eprintln!`.
/// - The static is called when the cell's library is loaded, right before the cell runs.
/// - The last line is there for its `?`: the first cell that has one is compiled twice, and shows its
///   figure as plain text.
const PRELUDE: &str = r#"#![allow(warnings)]
use ::helpers::notebook::Show as _;
macro_rules! eprintln {
    ("{}", $name:ident) => { eprintln!(@ $name $name) };
    (@ error $error:ident) => { ::helpers::notebook::failed(&$error) };
    (@ $name:ident $value:ident) => { ::std::eprintln!("{}", $value) };
    ($($text:tt)*) => { ::std::eprintln!($($text)*) };
}
#[used]
#[unsafe(link_section = "SECTION")]
static __BEGIN_CELL: extern "C" fn() = ::helpers::notebook::begin_cell;
Ok::<(), String>(())?;
"#;

/// How the notebooks ask for the helpers.
const DEPENDENCY: &str = ":dep helpers = ";

/// Where functions are listed that run when a library is loaded.
const SECTION: &str = if cfg!(target_os = "macos") {
    "__DATA,__mod_init_func,mod_init_funcs"
} else if cfg!(windows) {
    ".CRT$XCU"
} else {
    ".init_array"
};

/// Writes everything but the compiled part of a kernel's directory.
pub fn write(project: &Project, directory: &Path, features: &[String]) -> Result<()> {
    let put = |path: PathBuf, text: String| -> Result<()> {
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
    let manifest = fs::read_to_string(project.root().join("Cargo.toml"))?;
    let fast = manifest
        .find("[profile.dev.package.")
        .map(|at| &manifest[at..]);
    let workspace = WORKSPACE.to_string() + "\n" + fast.unwrap_or_default();
    put(directory.join("Cargo.toml"), workspace)?;
    put(directory.join("pin/Cargo.toml"), pin("pin"))?;
    put(directory.join("pin/src/lib.rs"), String::new())?;
    fs::create_dir_all(directory.join("crate"))?;
    fs::copy(
        project.root().join("Cargo.lock"),
        directory.join("Cargo.lock"),
    )?;
    // Word for word what the notebooks' first line becomes, so that nothing changes there.
    let mut before = format!("{DEPENDENCY}{{ path = {helpers} }}\n");
    if !features.is_empty() {
        // At a place of its own: if its path changed with every kernel it would be compiled anew.
        let switch = project.lab().join("features");
        put(
            switch.join("Cargo.toml"),
            pin("helpers-features") + "\n[workspace]\n",
        )?;
        put(switch.join("src/lib.rs"), String::new())?;
        let path = toml_string(&switch);
        before += &format!(":dep helpers-features = {{ path = {path} }}\n");
    }
    let prelude = before + &PRELUDE.replace("SECTION", SECTION);
    // Offline is evcxr's own setting, which a student can undo with `:offline 0`.
    let config = format!("[evcxr]\noffline_mode = true\nprelude = '''\n{prelude}'''\n");
    put(directory.join("config/evcxr.toml"), config)
}

/// A package in evcxr's place, which writes its own: without one the workspace is not whole.
pub fn write_cells_package(directory: &Path) -> Result<()> {
    let package = "[package]\nname = \"ctx\"\nversion = \"1.0.0\"\nedition = \"2024\"\n";
    let folder = directory.join("crate/src");
    fs::create_dir_all(&folder)?;
    fs::write(directory.join("crate/Cargo.toml"), package)?;
    fs::write(folder.join("lib.rs"), "").context("cannot write the package of cells")
}

/// Whether the package that evcxr has just written into `crate_folder`, to see whether a dependency
/// can be had, asks for the helpers as the start-up configuration did.
pub fn is_known_dependency(crate_folder: &Path) -> bool {
    let read = |file: PathBuf| fs::read_to_string(file).unwrap_or_default();
    let question = read(crate_folder.join("Cargo.toml"));
    let config = read(crate_folder.join("../config/evcxr.toml"));
    let known = config
        .lines()
        .find_map(|line| line.strip_prefix(DEPENDENCY));
    let asked = question
        .lines()
        .find_map(|line| line.trim().strip_prefix("helpers = "));
    question.contains("\"evcxr_dummy_validate_dep\"") && asked.is_some() && asked == known
}

/// A path as a string of a TOML file.
pub fn toml_string(path: &Path) -> String {
    format!("{:?}", path.display().to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn features_are_asked_for_in_the_start_up_configuration() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("helpers")).unwrap();
        fs::write(folder.path().join("helpers/Cargo.toml"), "").unwrap();
        fs::write(folder.path().join("Cargo.lock"), "").unwrap();
        fs::write(folder.path().join("Cargo.toml"), "").unwrap();
        let project = Project::find(Some(folder.path().into())).unwrap();
        let directory = project.lab().join("kernels/1");
        write(&project, &directory, &[]).unwrap();
        let config = || fs::read_to_string(directory.join("config/evcxr.toml")).unwrap();
        assert!(config().contains("offline_mode = true") && !config().contains("features"));
        write(&project, &directory, &["cuda".into()]).unwrap();
        assert!(config().contains("helpers-features"));
        let pin = fs::read_to_string(directory.join("pin/Cargo.toml")).unwrap();
        assert!(pin.contains(r#"features = ["cuda"]"#), "{pin}");
    }

    #[test]
    fn the_helpers_are_known_and_other_dependencies_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let crate_folder = folder.path().join("crate");
        fs::create_dir_all(folder.path().join("config")).unwrap();
        fs::create_dir_all(&crate_folder).unwrap();
        let config = "prelude = '''\n:dep helpers = { path = \"/helpers\" }\n'''\n";
        fs::write(folder.path().join("config/evcxr.toml"), config).unwrap();
        let asks = |package: &str, dependency: &str| {
            let manifest = format!(
                "\n    [package]\n    name = \"{package}\"\n    [dependencies]\n    {dependency}\n"
            );
            fs::write(crate_folder.join("Cargo.toml"), manifest).unwrap();
            is_known_dependency(&crate_folder)
        };
        let known = "helpers = { path = \"/helpers\" }";
        assert!(asks("evcxr_dummy_validate_dep", known));
        assert!(!asks("ctx", known));
        assert!(!asks(
            "evcxr_dummy_validate_dep",
            "helpers = { path = \"/other\" }"
        ));
        assert!(!asks("evcxr_dummy_validate_dep", "rand = \"0.9\""));
    }
}
