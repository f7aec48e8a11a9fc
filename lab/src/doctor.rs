//! `cargo lab doctor`: one line per thing: its version, its state, and the command that mends it.

use std::process::ExitCode;

use anyhow::Result;
use sysinfo::System;

use crate::project::Project;
use crate::{evcxr, jupyter, process, python, rust, setup, warm};

pub fn doctor(project: &Project) -> Result<ExitCode> {
    let features = jupyter::registered_features(project);
    let warm = warm::directory(project, &features);
    let lines = [
        line("Rust", rust::check(), "rustup update stable"),
        line(
            "Python",
            python::find().map(|(_, version)| version),
            "install Python 3.9 or later",
        ),
        line(
            "Jupyter",
            python::state(project).map(|v| format!("in .venv, Python {v}")),
            "cargo lab",
        ),
        line(
            "evcxr",
            found(
                evcxr::find(project)
                    .map(|p| format!("{} at {}", evcxr::VERSION, project.relative(&p))),
            ),
            "cargo lab",
        ),
        line(
            "kernel",
            jupyter::state(project).map(|_| "`rust` registered in .venv".into()),
            "cargo lab",
        ),
        line(
            "helpers",
            warm.and_then(|w| {
                found(warm::has_helpers(&w).then(|| "compiled for the notebooks".into()))
            }),
            "cargo lab",
        ),
        line("device", Ok(device(&features)), ""),
        line("disk", disk(project), "free some space"),
        line(
            "memory",
            memory(),
            "close other programs; a kernel needs about 0.6 GB",
        ),
    ];
    let sources = if rust::sources().is_some() {
        "there"
    } else {
        "not there (only completion inside std needs them)"
    };
    println!("ok   rust-src  {sources}");
    Ok(if lines.iter().all(|good| *good) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn line(name: &str, state: Result<String>, mend: &str) -> bool {
    match &state {
        Ok(text) => println!("ok   {name:<9} {text}"),
        Err(error) => println!("BAD  {name:<9} {error:#}; to mend: {mend}"),
    }
    state.is_ok()
}

fn found(value: Option<String>) -> Result<String> {
    value.ok_or_else(|| anyhow::anyhow!("not there yet, or no longer fresh"))
}

/// What the notebooks will compute on. Only a running kernel can ask the driver for certain.
fn device(features: &[String]) -> String {
    let gpu = process::output_of(std::process::Command::new("nvidia-smi").arg("-L"));
    let gpu = gpu.and_then(|text| text.lines().next().map(str::to_string));
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    match (features.is_empty(), gpu) {
        (false, _) => format!("helpers built with {}", features.join(", ")),
        (true, Some(gpu)) => {
            format!("CPU, {cores} threads; to use {gpu}: cargo lab --features cuda")
        }
        (true, None) if cfg!(target_os = "macos") => {
            format!("CPU, {cores} threads; to use the graphics card: cargo lab --features metal")
        }
        (true, None) => format!("CPU, {cores} threads"),
    }
}

fn disk(project: &Project) -> Result<String> {
    match setup::free_gigabytes(project) {
        Some(free) if free < 1.0 => anyhow::bail!("{free:.1} GB free"),
        Some(free) => Ok(format!("{free:.0} GB free")),
        None => Ok("free space unknown".into()),
    }
}

fn memory() -> Result<String> {
    let mut system = System::new();
    system.refresh_memory();
    let gigabytes = |bytes: u64| bytes as f64 / 1e9;
    let (free, total) = (
        gigabytes(system.available_memory()),
        gigabytes(system.total_memory()),
    );
    let text = format!("{free:.1} GB free of {total:.1}");
    if free < 1.0 {
        anyhow::bail!("{text}")
    } else {
        Ok(text)
    }
}
