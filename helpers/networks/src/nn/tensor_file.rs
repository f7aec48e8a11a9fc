//! Named tensors on disk: safetensors files, and PyTorch's own.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Error, Result, Tensor, bail, safetensors};

use super::file_format::{AGAIN, FileFormat, file_format};
use super::pytorch_file;
use crate::atomic_file::write_atomically;
use candle_functional::errors::first_line;

/// Writes a safetensors file: whole, or not at all.
pub(crate) fn write(path: &Path, tensors: HashMap<String, Tensor>) -> Result<()> {
    let on_cpu = |(name, tensor): (String, Tensor)| Ok((name, tensor.to_device(&Device::Cpu)?));
    let tensors: HashMap<String, Tensor> =
        tensors.into_iter().map(on_cpu).collect::<Result<_>>()?;
    if path.file_name().is_none() {
        bail!("save: {} is no name for a file", path.display());
    }
    let written = write_atomically(path, |partial| safetensors::save(&tensors, partial));
    written.or_else(|error| {
        bail!(
            "save: {} cannot be written: {}",
            path.display(),
            first_line(&error)
        )
    })
}

/// Reads a safetensors file.
pub(crate) fn read(path: &Path) -> Result<HashMap<String, Tensor>> {
    let read = file_format(path).and_then(|format| match format {
        FileFormat::Safetensors => read_safetensors(path),
        FileFormat::PyTorch => bail!(
            "is a file of PyTorch's torch.save, not safetensors; a model takes it with params.load_torch(path)"
        ),
    });
    named("load", path, read)
}

/// Reads the tensors of a state dict that PyTorch saved.
pub(super) fn read_pytorch(path: &Path) -> Result<HashMap<String, Tensor>> {
    let read = file_format(path).and_then(|format| match format {
        FileFormat::PyTorch => pytorch_file::read(path),
        FileFormat::Safetensors => bail!("is a safetensors file; params.load(path) takes it"),
    });
    named("load_torch", path, read)
}

/// Reads a file of either format.
pub(super) fn read_any(path: &Path) -> Result<HashMap<String, Tensor>> {
    let read = file_format(path).and_then(|format| match format {
        FileFormat::PyTorch => pytorch_file::read(path),
        FileFormat::Safetensors => read_safetensors(path),
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
