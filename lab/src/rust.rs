//! The Rust toolchain: its version, its libraries, and the sources of the standard library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::output_of;
use crate::progress::{done_already, step};
use crate::project::Project;

/// The oldest Rust that builds evcxr and the helpers; the same as in Cargo.toml.
const OLDEST: (u32, u32) = (1, 95);

/// `rustc -vV`: all that tells one toolchain from another.
pub fn version_verbose() -> Result<String> {
    output_of(Command::new("rustc").arg("-vV"))
        .context("rustc does not answer. Install Rust with rustup, then open a new terminal.")
}

/// The platform that the toolchain compiles for.
pub fn host() -> Result<String> {
    let verbose = version_verbose()?;
    let host = verbose.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_string())
}

/// The folder of the toolchain's own shared libraries (libstd).
pub fn library_folder() -> Option<PathBuf> {
    output_of(Command::new("rustc").args(["--print", "target-libdir"])).map(PathBuf::from)
}

/// Checks that Rust is recent enough; gives its version.
pub fn check() -> Result<String> {
    let verbose = version_verbose()?;
    let version = verbose.split_whitespace().nth(1).unwrap_or("").to_string();
    let mut numbers = version
        .split('.')
        .map_while(|part| part.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < OLDEST {
        let (major, minor) = OLDEST;
        bail!(
            "Rust {major}.{minor} or later is needed, this is {version}. Run: rustup update stable"
        );
    }
    Ok(version)
}

/// The toolchain's folder.
pub fn sysroot() -> Option<PathBuf> {
    output_of(Command::new("rustc").args(["--print", "sysroot"])).map(PathBuf::from)
}

/// The standard library's sources, if they are there (completion inside std needs them).
pub fn sources() -> Option<PathBuf> {
    let library = sysroot()?.join("lib/rustlib/src/rust/library");
    library.exists().then_some(library)
}

/// Adds the standard library's sources where rustup can. Without them everything works but
/// completion inside std, so a failure is only told, and not tried again with this toolchain.
pub fn ensure_sources(project: &Project) -> Result<()> {
    let tried = project.lab().join("rust-src-tried");
    let toolchain = version_verbose()?;
    if sources().is_some() {
        done_already("sources of the standard library");
    } else if fs::read_to_string(&tried).is_ok_and(|text| text == toolchain) {
        println!("  --  sources of the standard library: not there, and not needed");
    } else {
        let title = "sources of the standard library, for completion";
        let added = step(title, "10 seconds", |_| {
            Ok(output_of(Command::new("rustup").args(["component", "add", "rust-src"])).is_some())
        })?;
        if !added {
            println!("      rustup could not add rust-src; going on without, it is not needed");
            fs::create_dir_all(project.lab())?;
            fs::write(tried, toolchain)?;
        }
    }
    if let Some(library) = sources() {
        bring_packages_of(&library);
    }
    Ok(())
}

/// The few packages that the standard library is built from: rust-analyzer wants to see them, and a
/// kernel without the network, or of another user, cannot bring them. Without them it sees less.
fn bring_packages_of(library: &Path) {
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(arguments).arg("--manifest-path");
        command.arg(library.join("Cargo.toml")).arg("--locked");
        command.env("RUSTC_BOOTSTRAP", "1"); // its manifest has features of the nightly toolchain
        command.env("CARGO_NET_RETRY", "0"); // without a network it fails at once
        output_of(&mut command).is_some()
    };
    if !cargo(&["metadata", "--format-version", "1", "--offline"]) {
        cargo(&["fetch"]);
    }
}
