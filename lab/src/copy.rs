//! Copying a build directory in a blink: the big artefacts, which nobody writes to, are links to the
//! same file; everything else is a real copy that keeps its time of change, by which cargo tells fresh
//! from stale.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;

/// Files below this size are copied.
const BIG: u64 = 64 * 1024;

/// Copies a tree. `linked` says which big files may be shared with the original, by `link`.
pub fn copy_tree(
    from: &Path,
    to: &Path,
    linked: &dyn Fn(&Path) -> bool,
    link: fn(&Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&source, &target, linked, link)?;
        } else if kind.is_file() {
            let share = entry.metadata()?.len() >= BIG && linked(&source);
            if !(share && link(&source, &target).is_ok()) {
                copy_file(&source, &target)?;
            }
        }
    }
    // Last, because filling a folder changes its time.
    copy_times(from, to)
}

/// A second name for a file; where the system refuses one (it lies on another disk, or belongs to
/// another user), a symbolic link, which breaks when the original is removed.
pub fn link(source: &Path, target: &Path) -> io::Result<()> {
    let linked = fs::hard_link(source, target);
    #[cfg(unix)]
    let linked = linked.or_else(|_| std::os::unix::fs::symlink(source, target));
    linked
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    copy_times(from, to)
}

fn copy_times(from: &Path, to: &Path) -> io::Result<()> {
    let metadata = fs::metadata(from)?;
    if metadata.is_dir() && cfg!(windows) {
        return Ok(()); // a folder cannot be opened there, and cargo does not ask for its time
    }
    let times = FileTimes::new()
        .set_modified(metadata.modified()?)
        .set_accessed(metadata.modified()?);
    File::open(to)?.set_times(times)
}

/// What the compiler made of a package that comes from a registry: never rewritten in place.
pub fn is_shared_artefact(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["rlib", "rmeta", "so", "dylib", "dll", "lib"]
        .iter()
        .any(|known| extension == *known)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn big_artefacts_are_linked_and_the_rest_copied_with_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("deps")).unwrap();
        fs::write(from.join("deps/big.rlib"), vec![0; BIG as usize]).unwrap();
        fs::write(from.join("deps/small.rlib"), "x").unwrap();
        fs::write(from.join("stamp"), "x").unwrap();
        let past = std::time::SystemTime::now() - std::time::Duration::from_secs(1000);
        let stamp = File::options()
            .write(true)
            .open(from.join("stamp"))
            .unwrap();
        stamp
            .set_times(FileTimes::new().set_modified(past))
            .unwrap();

        copy_tree(&from, &to, &is_shared_artefact, link).unwrap();

        let time = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
        assert_eq!(time(&to.join("stamp")), time(&from.join("stamp")));
        fs::write(to.join("deps/small.rlib"), "changed").unwrap();
        assert_eq!(fs::read(from.join("deps/small.rlib")).unwrap(), b"x");
        let big = File::options()
            .write(true)
            .open(to.join("deps/big.rlib"))
            .unwrap();
        big.set_len(BIG + 1).unwrap();
        let original = fs::metadata(from.join("deps/big.rlib")).unwrap().len();
        assert_eq!(original, BIG + 1, "the big file is one file with two names");
    }
}
