//! What the numbers were measured on.

use std::process::Command;

use serde_json::{Value, json};

use crate::THREADS;
use crate::options::Options;
use crate::sides::Torch;

/// The machine and the versions, as JSON.
pub fn describe(options: &Options, torch: Option<&Torch>) -> Value {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    json!({
        "cpu": cpu_name().unwrap_or_else(|| "unknown".into()),
        "os": std::env::consts::OS,
        "arch": std::env::consts::ARCH,
        "cores": cores,
        "threads": THREADS,
        "avx2": has_avx2(),
        "avx512f": has_avx512(),
        "limited_to": if options.avx2 { Some("avx2") } else { None },
        "rustc": output(Command::new("rustc").arg("--version")),
        "candle": candle_version(),
        "torch": torch.map(|torch| torch.version.clone()),
    })
}

fn candle_version() -> Option<String> {
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");
    let text = std::fs::read_to_string(lock).ok()?;
    let mut lines = text.lines();
    lines.find(|line| *line == r#"name = "candle-core""#)?;
    Some(lines.next()?.split('"').nth(1)?.to_string())
}

fn cpu_name() -> Option<String> {
    if cfg!(target_os = "macos") {
        return output(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]));
    }
    if cfg!(windows) {
        return std::env::var("PROCESSOR_IDENTIFIER").ok();
    }
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_string())
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx2() -> bool {
    false
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx512() -> bool {
    false
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_string();
    output.status.success().then_some(text)
}
