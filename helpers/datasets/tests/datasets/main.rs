//! What the sets hold, and what files that are none are told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod blobs;
mod brought_by_hand;
mod csv;
mod drawn;
mod files;
mod image_folders;
mod mask_folders;
mod shipped;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use helpers::prelude::*;
use sha2::{Digest, Sha256};

/// A file in a folder of its own.
fn file(content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(content).unwrap();
    gz.finish().unwrap()
}
