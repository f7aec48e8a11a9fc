//! A kernel on a machine that other people use too.
//!
//! evcxr listens on ports, and sends what a cell prints to whoever connects to one of them. Where Jupyter
//! talks to its kernels through files instead (the transport `ipc`, as in `hub/`), it does so because
//! of those people: the kernel then gets a network of its own, which nobody else can reach. Files it
//! sees as before.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::process;

/// The command that another one is put behind, if the kernel is to have its own network and can.
pub fn command(connection: &Path) -> Option<Command> {
    if !is_asked_for(connection) {
        return None;
    }
    let mut probe = bubblewrap();
    if process::output_of(probe.arg("true")).is_none() {
        eprintln!(
            "Other users of this machine can listen to what this kernel prints: bubblewrap is not installed, or may not make a network."
        );
        return None;
    }
    Some(bubblewrap())
}

fn bubblewrap() -> Command {
    let mut command = Command::new("bwrap");
    command.args(["--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"]);
    command
}

fn is_asked_for(connection: &Path) -> bool {
    let text = fs::read_to_string(connection).unwrap_or_default();
    let connection: Value = serde_json::from_str(&text).unwrap_or_default();
    connection["transport"] == "ipc"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_kernel_that_is_reached_through_files_has_its_own_network() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("connection.json");
        for (text, expected) in [
            (r#"{"transport": "ipc", "ip": "/run/kernel-ipc"}"#, true),
            (r#"{"transport": "tcp", "ip": "127.0.0.1"}"#, false),
            ("", false),
        ] {
            fs::write(&file, text).unwrap();
            assert_eq!(is_asked_for(&file), expected, "{text}");
        }
    }
}
