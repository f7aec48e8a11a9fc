//! The downloader, against servers on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod archives;
#[path = "../common/server.rs"]
mod server;
mod servers;
mod together;
mod transfers;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use datasets::Download;
use helpers::prelude::*;
use server::{Server, respond, serve};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

fn content() -> Vec<u8> {
    (0..300_000u32)
        .map(|i| (i.wrapping_mul(i) % 251) as u8)
        .collect()
}

fn sha256(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A download of `content()` to `set/file.gz` in this folder.
fn download(folder: &TempDir, servers: &[&Server]) -> Download {
    let download = Download::new(folder.path().join("set/file.gz"));
    let download = download
        .checksum(&sha256(&content()))
        .patience(Duration::from_millis(500));
    let urls = servers
        .iter()
        .map(|server| format!("{}/file.gz", server.url));
    urls.fold(download, Download::mirror)
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn error(result: Result<PathBuf>) -> String {
    result.unwrap_err().to_string()
}

/// What lies in the folder of the set, the lock apart.
fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path().join("set")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != ".lock").collect();
    names.sort();
    names
}

fn assert_done(result: Result<PathBuf>, folder: &TempDir) {
    assert_eq!(fs::read(result.unwrap()).unwrap(), content());
    assert_eq!(names(folder), ["file.gz"]);
}
