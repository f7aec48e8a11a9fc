//! Zip archives, which may come from anywhere.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use candle_core::{Result, bail};
use zip::ZipArchive;

use super::checksum::with_ending;
use candle_functional::errors::first_line;
use candle_functional::stop::{StoppableRead, check_stop};

const MOST_FILES: usize = 100_000;

/// Unpacks the folder of the same name as `folder` from `archive` to there: whole, or not at all.
pub(super) fn unzip(archive: &Path, folder: &Path, limit: u64) -> Result<()> {
    let into = with_ending(folder, ".part");
    let _ = fs::remove_dir_all(&into); // of an attempt that was cut off
    let done = unzip_all(archive, &into, limit).and_then(|()| {
        let name = folder.file_name().unwrap_or_default();
        match into.join(name) {
            inner if inner.is_dir() => Ok(fs::rename(inner, folder)?),
            _ => bail!("it has no folder {}", name.display()),
        }
    });
    let _ = fs::remove_dir_all(&into);
    check_stop()?;
    match done {
        Ok(()) => Ok(()),
        Err(why) => bail!(
            "{} cannot be unpacked: {}",
            archive.display(),
            first_line(&why)
        ),
    }
}

fn unzip_all(archive: &Path, into: &Path, limit: u64) -> Result<()> {
    let mut archive = ZipArchive::new(File::open(archive)?).map_err(io::Error::from)?;
    if archive.len() > MOST_FILES {
        bail!("{} files are too many", archive.len());
    }
    let mut left = limit;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(io::Error::from)?;
        let name = String::from_utf8_lossy(file.name_raw()).into_owned();
        let Some(inside) = file.enclosed_name() else {
            bail!("{name:?} would be written outside the folder");
        };
        if file.is_symlink() {
            bail!("{name:?} is a link");
        }
        let path = into.join(inside);
        if file.is_dir() {
            fs::create_dir_all(&path)?;
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(into))?;
        // What the archive says of its sizes is not trusted.
        let mut content = StoppableRead(file.take(left + 1));
        let size = io::copy(&mut content, &mut File::create(path)?)?;
        left = match left.checked_sub(size) {
            Some(left) => left,
            None => bail!("it unpacks to more than {limit} bytes"),
        };
    }
    Ok(())
}
