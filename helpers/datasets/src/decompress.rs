//! Files that may be compressed.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use bzip2::read::MultiBzDecoder;
use candle_core::{Error, Result, bail};
use flate2::read::MultiGzDecoder;

use candle_functional::errors::first_line;
use candle_functional::stop::{StoppableRead, check_stop};

/// What `parse` makes of the content of a file and its length; an error names the file.
pub(super) fn read_decompressed<T>(
    path: &Path,
    parse: impl FnOnce(Box<dyn Read>, Option<u64>) -> Result<T>,
) -> Result<T> {
    let (reader, length) = open(path)?;
    let named = |error| format!("{}: {}", path.display(), first_line(&error));
    let parsed = parse(reader, length);
    check_stop()?; // which is no fault of the file
    parsed.map_err(|error| Error::msg(named(error)))
}

/// The content of a file, unpacked if it is gzip or bzip2, and its length where that is known.
///
/// The first bytes decide, not the name.
fn open(path: &Path) -> Result<(Box<dyn Read>, Option<u64>)> {
    let opened = File::open(path).and_then(|mut file| {
        let mut start = Vec::new();
        file.by_ref().take(3).read_to_end(&mut start)?;
        file.rewind()?;
        let length = file.metadata()?.len();
        Ok((start, length, BufReader::new(StoppableRead(file))))
    });
    match opened {
        Ok((start, _, file)) if start.starts_with(&[0x1f, 0x8b]) => {
            Ok((Box::new(MultiGzDecoder::new(file)), None))
        }
        Ok((start, _, file)) if start == b"BZh" => Ok((Box::new(MultiBzDecoder::new(file)), None)),
        Ok((_, length, file)) => Ok((Box::new(file), Some(length))),
        Err(error) => bail!("{} cannot be read: {error}", path.display()),
    }
}
