//! Tests that look at what a process prints run themselves again as another process.

use std::env;
use std::path::Path;
use std::process::Command;

/// What the ignored test `case` of this file prints to standard output, in a process of its own;
/// `tmpdir` is where it finds the source of the running cell, if anywhere.
pub fn printed(case: &str, tmpdir: Option<&Path>) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", case]);
    command
        .env_remove("EVCXR_TMPDIR")
        .env("RUST_LIB_BACKTRACE", "1");
    if let Some(tmpdir) = tmpdir {
        command.env("EVCXR_TMPDIR", tmpdir);
    }
    let out = command.output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{text}");
    assert_eq!(String::from_utf8_lossy(&out.stderr), "");
    // What the test harness says before and after is not the case's.
    let (_, text) = text.split_once("running 1 test\n").unwrap();
    let (text, _) = text.split_once(&format!("test {case} ... ok")).unwrap();
    text.to_string()
}
