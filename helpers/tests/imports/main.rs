//! The house has an order: no file uses what is in a file that uses it, directly or by way of others.
//!
//! What a file uses is read from its paths, with `use` and re-exports followed to where a thing is
//! defined. Between crates cargo sees to it. Tests may use what they like.
#![allow(clippy::unwrap_used, missing_docs)]

mod crates;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crates::Crate;

/// A way from `file` back to itself.
fn circle(uses: &BTreeMap<PathBuf, BTreeSet<PathBuf>>, start: &Path) -> Option<Vec<PathBuf>> {
    let mut seen = BTreeSet::new();
    let mut ways = std::collections::VecDeque::from([vec![start.to_path_buf()]]);
    while let Some(way) = ways.pop_front() {
        for next in &uses[way.last().unwrap()] {
            let way: Vec<PathBuf> = way.iter().chain([next]).cloned().collect();
            if next == start {
                return Some(way);
            }
            if seen.insert(next.clone()) {
                ways.push_back(way);
            }
        }
    }
    None
}

fn crates() -> Vec<PathBuf> {
    let helpers = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = fs::read_dir(helpers)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let roots = folders
        .chain([helpers.to_path_buf()])
        .map(|folder| folder.join("src/lib.rs"));
    let mut roots: Vec<PathBuf> = roots.filter(|root| root.exists()).collect();
    roots.sort();
    roots
}

#[test]
fn no_file_uses_itself_by_way_of_others() {
    let mut circles = BTreeMap::new();
    for root in crates() {
        let folder = root.parent().unwrap().parent().unwrap();
        let uses = Crate::read(&root).uses();
        assert!(!uses.is_empty());
        for file in uses.keys() {
            let Some(way) = circle(&uses, file) else {
                continue;
            };
            let files: BTreeSet<&PathBuf> = way.iter().collect();
            let names = way
                .iter()
                .map(|f| f.strip_prefix(folder).unwrap().display().to_string());
            let names: Vec<String> = names.collect();
            let files: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
            circles.entry(files).or_insert(names.join(" uses "));
        }
    }
    let lines: Vec<&str> = circles.values().map(String::as_str).collect();
    assert!(lines.is_empty(), "circles:\n{}", lines.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put("lib.rs", "mod a; mod b; mod c; pub use a::A;");
    put(
        "a.rs",
        "pub struct A; fn f() { println!(\"{}\", crate::b::g()) }",
    );
    put("b.rs", "use super::c; pub fn g() -> u8 { c::h() }");
    put("c.rs", "use crate::A; pub fn h() -> u8 { let _ = A; 1 }");
    let uses = Crate::read(&folder.path().join("lib.rs")).uses();
    let way = circle(&uses, &folder.path().join("a.rs")).unwrap();
    assert_eq!(way.len(), 4);
    put(
        "c.rs",
        "pub fn h() -> u8 { 1 } #[cfg(test)] mod tests { use crate::A; }",
    );
    let uses = Crate::read(&folder.path().join("lib.rs")).uses();
    assert!(uses.keys().all(|file| circle(&uses, file).is_none()));
}
