//! What a file of weights is, by its first bytes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use candle_core::{Result, bail};

pub(super) enum FileFormat {
    Safetensors,
    PyTorch,
}

/// How the format of PyTorch before 1.6 begins: a pickled number of ten bytes.
const LEGACY: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

/// What to do about a file that is not whole.
pub(super) const AGAIN: &str = "copy or download it again";

/// The format of a file that can be read.
///
/// # Errors
/// Any other file; the error says what it is and begins with a verb, for the path to stand before.
pub(super) fn file_format(path: &Path) -> Result<FileFormat> {
    if path.is_dir() {
        bail!("is a folder, not a file");
    }
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut start));
    if let Err(error) = read {
        bail!("cannot be opened: {error}");
    }
    let is_text = |b: &u8| !b.is_ascii_control() || b.is_ascii_whitespace();
    match start.as_slice() {
        [] => bail!("is empty; {AGAIN}"),
        [b'P', b'K', 3, 4, ..] => Ok(FileFormat::PyTorch),
        // The length of the header, then the header: JSON.
        [_, _, _, _, 0, 0, 0, 0, b'{', ..] => Ok(FileFormat::Safetensors),
        start if start.starts_with(LEGACY) => bail!(
            "is in PyTorch's format of before version 1.6; in Python: torch.save(torch.load(path), path)"
        ),
        start if start.iter().all(is_text) => {
            let text = String::from_utf8_lossy(start);
            let line = text.trim_start().lines().next().unwrap_or_default();
            bail!(
                "is text, perhaps a web page in place of the file: it begins with {line:?}; {AGAIN}"
            )
        }
        _ => bail!("is neither a safetensors file nor one that PyTorch's torch.save wrote"),
    }
}
