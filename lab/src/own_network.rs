//! A kernel on a machine that other people use too.
//!
//! evcxr listens on ports, and sends what a cell prints to whoever connects to one of them. A class's hub
//! (`hub/`) therefore asks for a network of the kernel's own, which nobody else can reach, and lets
//! Jupyter talk to the kernel through files. All other files the kernel sees as before.

use std::process::Command;

use crate::process;

/// The variable by which the hub asks.
const ASKED: &str = "LAB_KERNEL_OWN_NETWORK";

/// The command that another one is put behind, if the kernel is to have its own network and can.
pub fn command() -> Option<Command> {
    std::env::var_os(ASKED)?;
    if process::output_of(bubblewrap().arg("true")).is_none() {
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
