//! Stands in for `cargo` and `rustup` inside a kernel: evcxr finds this tool under their names.
//!
//! - rust-analyzer, which evcxr asks for types and completions, is told of fewer packages.
//! - evcxr runs `cargo check` to explain an error. It would check all packages from nothing; what is
//!   built already serves as well, so it gets `cargo build`, which stops at the error all the same.
//!
//! Everything else goes to the real program, as it came.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::{analyzed, process, scaffold};

/// Where the real cargo is, and where it has its packages; set by [`put_before`].
const CARGO: &str = "LAB_CARGO";
const CARGO_HOME: &str = "LAB_CARGO_HOME";

/// Makes `command` find this tool as `cargo` and `rustup`; `folder` is for the two names.
#[cfg(unix)]
pub fn put_before(command: &mut Command, launcher: &Path, folder: &Path) -> Result<()> {
    use std::os::unix::fs::symlink;

    let Some(cargo) = real("cargo") else {
        return Ok(()); // evcxr will say so
    };
    let bin = folder.join("bin");
    fs::create_dir_all(&bin)?;
    for name in ["cargo", "rustup"] {
        let _ = symlink(launcher, bin.join(name));
    }
    let old = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(bin.clone()).chain(std::env::split_paths(&old));
    if let Ok(path) = std::env::join_paths(path) {
        command.env("PATH", path); // else evcxr calls the real programs
    }
    command.env(CARGO, cargo);
    // rust-analyzer looks here first, then at the variable CARGO.
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        command.env(CARGO_HOME, home);
    }
    command.env("CARGO_HOME", folder);
    command.env("CARGO", bin.join("cargo"));
    if let Some(rustc) = real("rustc") {
        command.env("RUSTC", rustc); // without rustup's detour
    }
    analyzed::prepare(command, &folder.join("library"))
}

/// On Windows evcxr and rust-analyzer call the real programs.
#[cfg(not(unix))]
pub fn put_before(_: &mut Command, _: &Path, _: &Path) -> Result<()> {
    Ok(())
}

/// Where rustup, or else PATH, has a program of the toolchain.
fn real(program: &str) -> Option<PathBuf> {
    let own = process::output_of(Command::new("rustup").args(["which", program]));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = || {
        let mut files = std::env::split_paths(&path).map(|folder| folder.join(program));
        files.find(|file| file.is_file())
    };
    own.map(PathBuf::from).or_else(found)
}

/// The program this tool was called as, if not by its own name.
pub fn called_as() -> Option<&'static str> {
    let name = std::env::args_os().next()?;
    let name = Path::new(&name).file_stem()?.to_str()?;
    ["cargo", "rustup"]
        .into_iter()
        .find(|known| *known == name)
        .filter(|_| std::env::var_os(CARGO).is_some())
}

pub fn run(program: &str) -> Result<ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let is = |word: &str| arguments.iter().any(|argument| argument == word);
    if program == "rustup" {
        return rustup(&arguments);
    }
    // The analyzer asks for one platform; evcxr itself never does.
    if is("metadata") && is("--filter-platform") && !is("--no-deps") {
        return analyzed::metadata(cargo()?, arguments);
    }
    let tmpdir = std::env::var_os("EVCXR_TMPDIR").map(PathBuf::from);
    if is("metadata") && tmpdir.is_some_and(|folder| scaffold::is_known_dependency(&folder)) {
        println!("{{}}"); // evcxr asks only whether it can be had
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = cargo()?;
    if !is("--offline") {
        // The student has said `:offline 0`; evcxr writes that into its folder only when it compiles.
        command.env("CARGO_NET_OFFLINE", "false");
    }
    let built = |argument: OsString| match argument == "check" {
        true => "build".into(),
        false => argument,
    };
    if is("check") && is("--message-format=json") {
        command.args(arguments.into_iter().map(built));
    } else {
        command.args(arguments);
    }
    become_it(command)
}

/// The real cargo, with the environment it had before.
fn cargo() -> Result<Command> {
    let mut command = Command::new(std::env::var_os(CARGO).context("no cargo was named")?);
    match std::env::var_os(CARGO_HOME) {
        Some(home) => command.env("CARGO_HOME", home),
        None => command.env_remove("CARGO_HOME"),
    };
    command.env_remove("CARGO");
    Ok(command)
}

/// evcxr asks rustup where cargo is, to save rustup's own detour.
fn rustup(arguments: &[OsString]) -> Result<ExitCode> {
    let own = PathBuf::from(std::env::args_os().next().unwrap_or_default());
    if arguments == ["which", "cargo"] {
        let bin = std::env::var_os("CARGO").map(PathBuf::from);
        println!("{}", bin.unwrap_or(own.with_file_name("cargo")).display());
        return Ok(ExitCode::SUCCESS);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let bin = std::env::var_os("CARGO_HOME").map(|home| PathBuf::from(home).join("bin"));
    let mut others = std::env::split_paths(&path).filter(|folder| Some(folder) != bin.as_ref());
    let real = others.find_map(|folder| Some(folder.join("rustup")).filter(|file| file.is_file()));
    let mut command = Command::new(real.context("rustup is not installed")?);
    command.args(arguments);
    become_it(command)
}

#[cfg(unix)]
fn become_it(mut command: Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("cargo could not be started")
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<ExitCode> {
    let code = command.status()?.code().unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}
