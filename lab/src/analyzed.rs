//! What rust-analyzer, which evcxr asks for types and completions, gets to read.
//!
//! It reads the sources of every package that `cargo metadata` names, 250 of them, and all that lies
//! beside the standard library: a gigabyte of memory, half a minute. Here it is told of the packages
//! that a student's types come from: the helpers, candle, whatever `:dep` adds, and the standard
//! library without its tests and the vector instructions of every processor.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Result;
use serde_json::Value;

use crate::rust;

/// rust-analyzer's own variable for the sources of the standard library.
const LIBRARY: &str = "RUST_SRC_PATH";
/// What there is of it to read.
const STANDARD: [&str; 4] = ["core", "alloc", "std", "sysroot"];
/// The one package of strangers whose types the helpers hand out.
const CANDLE: &str = "candle-core";

/// Gives rust-analyzer a folder of its own for the standard library. It is empty until the helpers
/// are there: evcxr runs a cell of its own before that, which needs no types.
#[cfg(unix)]
pub fn prepare(command: &mut Command, folder: &Path) -> Result<()> {
    if let Some(library) = rust::sources() {
        fs::create_dir_all(folder.join(STANDARD[0]))?; // by which it knows the folder
        let manifest = folder.join("Cargo.toml");
        let _ = std::os::unix::fs::symlink(library.join("Cargo.toml"), manifest);
        command.env(LIBRARY, folder);
    }
    Ok(())
}

/// Fills that folder.
#[cfg(unix)]
fn show_library(folder: &Path, library: &Path) {
    let _ = fs::remove_dir(folder.join(STANDARD[0])); // only if it is the empty one
    for name in STANDARD {
        let _ = std::os::unix::fs::symlink(library.join(name), folder.join(name));
    }
}

#[cfg(not(unix))]
fn show_library(_: &Path, _: &Path) {}

/// `cargo metadata`, cut down. An answer of an unknown form goes through as it is.
pub fn metadata(mut cargo: Command, arguments: Vec<OsString>) -> Result<ExitCode> {
    let folder = std::env::var_os(LIBRARY).map(PathBuf::from);
    let manifest = folder.as_ref().map(|folder| folder.join("Cargo.toml"));
    let library = manifest.and_then(|file| Some(fs::canonicalize(file).ok()?.parent()?.to_owned()));
    let places = folder.zip(library);
    for argument in arguments {
        // cargo must see the library where it lies.
        let real = places.as_ref().and_then(|(folder, library)| {
            Some(library.join(Path::new(&argument).strip_prefix(folder).ok()?))
        });
        if let Some(parent) = real.as_deref().and_then(Path::parent) {
            // What it needs is there since the set-up; without a network cargo would try for 10 s.
            cargo.current_dir(parent).env("CARGO_NET_OFFLINE", "true");
        }
        cargo.arg(real.map_or(argument, OsString::from));
    }
    let output = cargo.stderr(Stdio::inherit()).output()?;
    let mut answer = output.stdout;
    if let Some(cut) = serde_json::from_slice(&answer).ok().and_then(cut) {
        let mut text = cut.to_string();
        if let Some((folder, library)) = places {
            if text.contains("\"name\":\"helpers\"") {
                show_library(&folder, &library);
            }
            let quoted = |path: &Path| format!("\"{}/", path.display());
            text = text.replace(&quoted(&library), &quoted(&folder));
        }
        answer = text.into_bytes();
    }
    std::io::stdout().write_all(&answer)?;
    let code = output.status.code().unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

/// The answer without the packages that nobody's types come from; none if its form is not known.
fn cut(mut metadata: Value) -> Option<Value> {
    let packages = Packages::of(&metadata)?;
    let root = PathBuf::from(metadata["workspace_root"].as_str()?);
    let kept = if root.ends_with("rustlib/src/rust/library") {
        packages.named(&STANDARD)
    } else {
        packages.seen_by_cells()
    };
    let is_kept = |id: &Value| id.as_str().is_some_and(|id| kept.contains(id));
    let retain = |list: &mut Value, key: &str| -> Option<()> {
        let list = list.as_array_mut()?;
        list.retain(|entry| is_kept(if key.is_empty() { entry } else { &entry[key] }));
        Some(())
    };
    retain(&mut metadata["packages"], "id")?;
    retain(&mut metadata["workspace_members"], "")?;
    retain(&mut metadata["workspace_default_members"], "")?;
    retain(&mut metadata["resolve"]["nodes"], "id")?;
    for node in metadata["resolve"]["nodes"].as_array_mut()? {
        retain(&mut node["dependencies"], "")?;
        retain(&mut node["deps"], "pkg")?;
    }
    Some(metadata)
}

/// What cargo says of the packages, by their identifiers.
struct Packages {
    names: BTreeMap<String, String>,
    /// Those that come from a folder, not from a registry.
    local: BTreeSet<String>,
    dependencies: BTreeMap<String, Vec<String>>,
}

impl Packages {
    fn of(metadata: &Value) -> Option<Packages> {
        let text = |value: &Value| value.as_str().map(str::to_string);
        let (mut names, mut local) = (BTreeMap::new(), BTreeSet::new());
        for package in metadata["packages"].as_array()? {
            let id = text(&package["id"])?;
            if package["source"].is_null() {
                local.insert(id.clone());
            }
            names.insert(id, text(&package["name"])?);
        }
        let nodes = metadata["resolve"]["nodes"].as_array()?.iter();
        let dependencies = nodes.map(|node| {
            let ids = node["dependencies"].as_array()?.iter().map(text);
            Some((text(&node["id"])?, ids.collect::<Option<_>>()?))
        });
        let dependencies = dependencies.collect::<Option<_>>()?;
        Some(Packages {
            names,
            local,
            dependencies,
        })
    }

    fn is(&self, id: &str, name: &str) -> bool {
        self.names.get(id).is_some_and(|found| found == name)
    }

    fn named(&self, wanted: &[&str]) -> BTreeSet<String> {
        let ids = self.names.keys();
        let found = ids.filter(|id| wanted.iter().any(|name| self.is(id, name)));
        found.cloned().collect()
    }

    /// All that is reached from `start` over the dependencies that `follow` accepts (from, to).
    fn reached(
        &self,
        start: BTreeSet<String>,
        follow: impl Fn(&str, &str) -> bool,
    ) -> BTreeSet<String> {
        let (mut seen, mut next) = (BTreeSet::new(), Vec::from_iter(start));
        while let Some(id) = next.pop() {
            let below = self.dependencies.get(&id).into_iter().flatten();
            next.extend(
                below
                    .filter(|other| follow(&id, other) && !seen.contains(*other))
                    .cloned(),
            );
            seen.insert(id);
        }
        seen
    }

    /// Everything that evcxr's package of cells depends on; of the helpers only their own packages
    /// and candle, of candle nothing more.
    fn seen_by_cells(&self) -> BTreeSet<String> {
        let local = |_: &str, other: &str| self.local.contains(other);
        let ours = self.reached(self.named(&["helpers"]), local);
        self.reached(self.named(&["ctx"]), |id, other| {
            let of_ours = ours.contains(other) || self.is(other, CANDLE);
            !self.is(id, CANDLE) && (of_ours || !ours.contains(id))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    /// An answer of cargo: each package with what it depends on; those with a `/` are local.
    fn answer(root: &str, packages: &[(&str, &[&str])]) -> Value {
        let name = |id: &str| id.trim_start_matches('/').to_string();
        let listed = packages.iter().map(|(id, _)| {
            let source = if id.starts_with('/') {
                Value::Null
            } else {
                json!("registry")
            };
            json!({"id": id, "name": name(id), "source": source})
        });
        let nodes = packages.iter().map(|(id, below)| {
            let deps: Vec<Value> = below.iter().map(|id| json!({"pkg": id})).collect();
            json!({"id": id, "dependencies": below, "deps": deps})
        });
        json!({"workspace_root": root, "packages": listed.collect::<Vec<_>>(),
            "resolve": {"nodes": nodes.collect::<Vec<_>>()},
            "workspace_members": ["/ctx", "/pin"], "workspace_default_members": ["/ctx"]})
    }

    fn left(answer: Value) -> Vec<String> {
        let cut = cut(answer).unwrap();
        let nodes = cut["resolve"]["nodes"].as_array().unwrap();
        for node in nodes {
            for id in node["dependencies"].as_array().unwrap() {
                assert!(nodes.iter().any(|node| &node["id"] == id), "{id} dangles");
            }
        }
        let packages = cut["packages"].as_array().unwrap().iter();
        packages
            .map(|package| package["name"].as_str().unwrap().to_string())
            .collect()
    }

    #[test]
    fn of_the_helpers_only_their_own_and_candle_are_left() {
        let packages: &[(&str, &[&str])] = &[
            ("/ctx", &["/helpers"]),
            ("/pin", &["/helpers"]),
            ("/helpers", &["/ops", "candle-core", "rustls"]),
            ("/ops", &["candle-core", "pulp"]),
            ("candle-core", &["gemm"]),
            ("gemm", &[]),
            ("pulp", &[]),
            ("rustls", &[]),
        ];
        assert_eq!(
            left(answer("/x", packages)),
            ["ctx", "helpers", "ops", "candle-core"]
        );
    }

    #[test]
    fn what_a_student_adds_stays_whole() {
        let packages: &[(&str, &[&str])] = &[
            ("/ctx", &["/helpers", "rand_distr", "/own"]),
            ("/helpers", &["candle-core", "rand"]),
            ("candle-core", &["libm"]),
            ("rand_distr", &["rand", "libm"]),
            ("/own", &["itertools"]),
            ("rand", &["rand_core"]),
            ("rand_core", &[]),
            ("libm", &[]),
            ("itertools", &[]),
            ("other", &[]),
        ];
        let mut expected = packages
            .iter()
            .map(|(id, _)| id.trim_start_matches('/'))
            .collect::<Vec<_>>();
        expected.pop();
        assert_eq!(left(answer("/x", packages)), expected);
    }

    #[test]
    fn of_the_standard_library_what_has_types_is_left() {
        let packages: &[(&str, &[&str])] = &[
            ("/std", &["/alloc", "/core", "hashbrown"]),
            ("/alloc", &["/core"]),
            ("/core", &[]),
            ("/coretests", &["/core"]),
            ("hashbrown", &[]),
        ];
        let root = "/toolchain/lib/rustlib/src/rust/library";
        assert_eq!(left(answer(root, packages)), ["std", "alloc", "core"]);
    }

    #[test]
    fn an_answer_of_another_form_is_not_touched() {
        let good = answer("/x", &[("/ctx", &["/helpers"]), ("/helpers", &[])]);
        for key in ["workspace_root", "packages", "resolve", "workspace_members"] {
            let mut other = good.clone();
            other[key] = json!(7);
            assert!(cut(other).is_none(), "{key}");
        }
        assert!(cut(json!({"version": 2})).is_none());
    }
}
