//! Named tensors on disk: safetensors files, and PyTorch's own.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::{Device, Error, Result, Tensor, bail, safetensors};

use super::format::{AGAIN, Format, format};
use super::torch;
use crate::errors::first_line;

/// Writes a safetensors file: whole, or not at all.
pub(crate) fn write(path: &Path, tensors: HashMap<String, Tensor>) -> Result<()> {
    let on_cpu = |(name, tensor): (String, Tensor)| Ok((name, tensor.to_device(&Device::Cpu)?));
    let tensors: HashMap<String, Tensor> =
        tensors.into_iter().map(on_cpu).collect::<Result<_>>()?;
    let Some(name) = path.file_name() else {
        bail!("save: {} is no name for a file", path.display());
    };
    // A name of its own for each attempt: two threads may write the same file at once.
    static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);
    let attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed);
    let mut partial = name.to_os_string();
    partial.push(format!(".{}-{attempt}.partial", std::process::id()));
    let partial = path.with_file_name(partial);
    let written = safetensors::save(&tensors, &partial);
    let written = written.and_then(|()| Ok(std::fs::rename(&partial, path)?));
    if let Err(error) = written {
        // What is left of the attempt is of no use; that it cannot be removed is no news.
        let _ = std::fs::remove_file(&partial);
        bail!(
            "save: {} cannot be written: {}",
            path.display(),
            first_line(&error)
        );
    }
    Ok(())
}

/// Reads a safetensors file.
pub(crate) fn read(path: &Path) -> Result<HashMap<String, Tensor>> {
    let read = format(path).and_then(|format| match format {
        Format::Safetensors => read_safetensors(path),
        Format::Torch => bail!(
            "is a file of PyTorch's torch.save, not safetensors; a model takes it with params.load_torch(path)"
        ),
    });
    named("load", path, read)
}

/// Reads the tensors of a state dict that PyTorch saved.
pub(super) fn read_torch(path: &Path) -> Result<HashMap<String, Tensor>> {
    let read = format(path).and_then(|format| match format {
        Format::Torch => torch::read(path),
        Format::Safetensors => bail!("is a safetensors file; params.load(path) takes it"),
    });
    named("load_torch", path, read)
}

/// Reads a file of either format.
pub(super) fn read_any(path: &Path) -> Result<HashMap<String, Tensor>> {
    let read = format(path).and_then(|format| match format {
        Format::Torch => torch::read(path),
        Format::Safetensors => read_safetensors(path),
    });
    named("load_partial", path, read)
}

fn read_safetensors(path: &Path) -> Result<HashMap<String, Tensor>> {
    match safetensors::load(path, &Device::Cpu) {
        Ok(tensors) => Ok(tensors),
        Err(Error::SafeTensor(why)) => bail!("is damaged or cut off ({why}); {AGAIN}"),
        Err(error) => bail!("cannot be read as safetensors: {}", first_line(&error)),
    }
}

/// An error that says which file it is about.
fn named<T>(what: &str, path: &Path, read: Result<T>) -> Result<T> {
    read.or_else(|error| bail!("{what}: {} {}", path.display(), first_line(&error)))
}
