//! Whether a file is the published one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use md5::Md5;
use sha2::{Digest, Sha256};

use candle_functional::stop::StoppableRead;

/// What is known of a file's content before it is fetched.
#[derive(Clone, Debug)]
pub(super) enum Checksum {
    Md5(String),
    /// The first digits of a SHA-256, or all of them.
    Sha256(String),
    /// Nothing is published: the SHA-256 of the first file is kept beside it, and later ones compared.
    Recorded,
}

impl Checksum {
    /// The reason why `file`, which stands or will stand at `path`, is not the right one.
    pub fn check(&self, file: &Path, path: &Path) -> Result<(), String> {
        let cannot = |error: io::Error| format!("{} cannot be read: {error}", file.display());
        let (name, got, want) = match self {
            Checksum::Md5(want) => ("MD5", hash::<Md5>(file).map_err(cannot)?, want.clone()),
            Checksum::Sha256(want) => {
                let got = hash::<Sha256>(file).map_err(cannot)?;
                ("SHA-256", got, want.clone())
            }
            Checksum::Recorded => {
                let got = hash::<Sha256>(file).map_err(cannot)?;
                return compare_or_record(&got, path);
            }
        };
        match !want.is_empty() && got.starts_with(&want) {
            true => Ok(()),
            false => Err(format!("its {name} is {got}, expected {want}")),
        }
    }
}

fn compare_or_record(got: &str, path: &Path) -> Result<(), String> {
    let record = with_ending(path, ".sha256");
    if let Ok(text) = fs::read_to_string(&record) {
        return match text.split_whitespace().next() == Some(got) {
            true => Ok(()),
            false => Err(format!(
                "its SHA-256 is {got}, not the one recorded at the first download; if the publisher changed the file, delete {}",
                record.display()
            )),
        };
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // As `sha256sum` writes it, so that `sha256sum --check` reads it.
    let kept = match fs::write(&record, format!("{got}  {name}\n")) {
        Ok(()) => format!("it is recorded in {} for the next time", record.display()),
        Err(error) => format!("it could not be recorded: {error}"),
    };
    super::http::say(&format!(
        "{name}: no checksum is published, so this file is taken on trust. Its SHA-256 is {got}; {kept}."
    ));
    Ok(())
}

fn hash<D: Digest + io::Write>(path: &Path) -> io::Result<String> {
    let mut digest = D::new();
    io::copy(&mut StoppableRead(File::open(path)?), &mut digest)?;
    let bytes = digest.finalize();
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// `path` with `ending` added to its name.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(ending);
    name.into()
}
