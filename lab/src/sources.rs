//! What the helpers are compiled from, and how that is called once it is compiled.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::project::Project;

/// What lies in a crate's folder beside what the helpers are compiled from.
const NOT_COMPILED: [&str; 5] = ["tests", "benches", "examples", "target", "README.md"];

/// The files the helpers are compiled from, their crates' below them too, in order.
pub fn of_helpers(project: &Project) -> Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![project.helpers()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if NOT_COMPILED.contains(&name.as_ref()) {
                continue;
            }
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

/// How the names of artefacts begin that are compiled anew after a change.
pub fn names_of_artefacts(project: &Project) -> Vec<String> {
    let mut names: Vec<String> = ["ctx", "code_", "pin"].map(String::from).into();
    let inside = fs::read_dir(project.helpers())
        .into_iter()
        .flatten()
        .flatten();
    let folders = inside.map(|entry| entry.path()).chain([project.helpers()]);
    for folder in folders {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        let name = manifest
            .lines()
            .find_map(|line| line.strip_prefix("name = "));
        names.extend(name.map(|name| name.trim_matches('"').replace('-', "_")));
    }
    names
}

/// Whether a file is what one of these became.
pub fn is_artefact_of(names: &[String], path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.trim_start_matches("lib");
    names.iter().any(|ours| name.starts_with(ours))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_the_helpers_crates_become_is_not_shared() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("helpers/figures")).unwrap();
        for file in ["Cargo.toml", "helpers/Cargo.toml"] {
            fs::write(folder.path().join(file), "").unwrap();
        }
        let project = Project::find(Some(folder.path().into())).unwrap();
        let manifest = folder.path().join("helpers/figures/Cargo.toml");
        fs::write(manifest, "[package]\nname = \"my-figures\"\n").unwrap();
        let ours = names_of_artefacts(&project);
        for (path, expected) in [
            ("deps/libmy_figures-1f.rlib", true),
            ("deps/libmy_figures-1f.rmeta", true),
            ("deps/libcode_7.so", true),
            ("deps/libcandle_core-1f.rlib", false),
        ] {
            assert_eq!(is_artefact_of(&ours, Path::new(path)), expected, "{path}");
        }
    }
}
