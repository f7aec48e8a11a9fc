//! What ends the process, and with it all variables of a notebook: seen from another process.

use std::process::Command;

use super::*;

/// Whether the ignored test `case` brings its process down, and what that says on stderr.
fn ends(case: &str) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let case = format!("processes::{case}");
    let out = command
        .args(["--ignored", "--exact", &case])
        .output()
        .unwrap();
    // A failed test is an exit code; what is tested here ends by a signal.
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    (out.status.code() != Some(0) && !text.is_empty(), text)
}

#[test]
fn a_huge_tensor_ends_the_process() {
    let (ended, text) = ends("allocate");
    today!(
        ended && text.contains("memory allocation of"),
        "refuses what memory cannot hold"
    );
    let size = (10_000_000, 10_000_000);
    let ours = random::normal(0.0, 1.0, size, &Device::Cpu).unwrap_err();
    assert!(
        ours.to_string().contains("takes 400000.0 GB of memory"),
        "{ours}"
    );
}

#[test]
#[ignore = "ends its process"]
fn allocate() {
    Tensor::zeros((10_000_000, 10_000_000), DType::F32, &Device::Cpu).unwrap();
}

#[test]
fn a_long_graph_ends_the_process() {
    let (ended, text) = ends("chain");
    today!(
        ended && text.contains("overflowed its stack"),
        "drops long graphs"
    );
    let mut sum = var(0f64).as_tensor().clone();
    for _ in 0..300_000 {
        sum = (sum + 1.0).unwrap().detach();
    }
    assert_eq!(numbers(&sum), [300_000.0]);
}

#[test]
#[ignore = "ends its process"]
fn chain() {
    let mut sum = var(0f64).as_tensor().clone();
    for _ in 0..300_000 {
        sum = (sum + 1.0).unwrap();
    }
}
