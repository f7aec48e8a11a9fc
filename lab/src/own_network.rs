//! A kernel on a machine that other people use too.
//!
//! evcxr listens on ports, and sends what a cell prints to whoever connects to one of them. A class's hub
//! (`hub/`) therefore asks for a network of the kernel's own, which nobody else can reach, and lets
//! Jupyter talk to the kernel through files. All other files the kernel sees as before.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::process;

/// The variable by which the hub asks.
const ASKED: &str = "LAB_KERNEL_OWN_NETWORK";

/// The command that another one is put behind, if the kernel is to have its own network.
pub fn command(connection: &Path) -> Result<Option<Command>> {
    if std::env::var_os(ASKED).is_none() || !is_reached_through_files(connection) {
        return Ok(None);
    }
    if process::output_of(bubblewrap().arg("true")).is_none() {
        bail!(
            "other users of this machine could listen to this kernel, so it does not start: bubblewrap is not installed, or may not make a network (hub/README.md)"
        );
    }
    Ok(Some(bubblewrap()))
}

fn bubblewrap() -> Command {
    let mut command = Command::new("bwrap");
    command.args(["--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"]);
    command
}

/// Through ports it could not be reached in a network of its own.
fn is_reached_through_files(connection: &Path) -> bool {
    let text = fs::read_to_string(connection).unwrap_or_default();
    let connection: Value = serde_json::from_str(&text).unwrap_or_default();
    connection["transport"] == "ipc"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_kernel_that_is_reached_through_files_can_have_its_own_network() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("connection.json");
        for (text, expected) in [
            (r#"{"transport": "ipc", "ip": "/run/kernel-ipc"}"#, true),
            (r#"{"transport": "tcp", "ip": "127.0.0.1"}"#, false),
            ("", false),
        ] {
            fs::write(&file, text).unwrap();
            assert_eq!(is_reached_through_files(&file), expected, "{text}");
        }
    }
}
