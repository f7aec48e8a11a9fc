//! Named tensors on disk: safetensors files, and PyTorch's own.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{Device, Result, Tensor, bail, pickle, safetensors};

use crate::errors::first_line;
use crate::functional::words;
use crate::panics;

/// What keeps `got` from being taken for `expected`, in one line.
pub(crate) fn difference<'a>(
    expected: impl Iterator<Item = (&'a str, Tensor)>,
    got: &HashMap<String, Tensor>,
) -> Option<String> {
    let mut unexpected: BTreeMap<&str, &Tensor> =
        got.iter().map(|(n, t)| (n.as_str(), t)).collect();
    let (mut missing, mut mismatched) = (Vec::new(), Vec::new());
    for (name, tensor) in expected {
        match unexpected.remove(name) {
            None => missing.push(name.to_string()),
            Some(found) if found.dims() != tensor.dims() => {
                let (got, want) = (words(found.dims()), words(tensor.dims()));
                mismatched.push(format!("{name} is {got}, not {want}"));
            }
            Some(found) if found.dtype() != tensor.dtype() => {
                let (got, want) = (found.dtype().as_str(), tensor.dtype().as_str());
                mismatched.push(format!("{name} is {got}, not {want}"));
            }
            Some(_) => {}
        }
    }
    let unexpected = unexpected.into_keys().map(str::to_string).collect();
    let lists = [
        ("missing", missing),
        ("unexpected", unexpected),
        ("mismatched", mismatched),
    ];
    let told = lists.into_iter().filter(|(_, list)| !list.is_empty());
    let told: Vec<String> = told
        .map(|(what, list)| format!("{what}: {}", some_of(list)))
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// The first names of a list that may have hundreds.
pub(crate) fn some_of(list: Vec<String>) -> String {
    const SHOWN: usize = 8;
    let shown = list
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match list.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// Writes a safetensors file: whole, or not at all.
pub(crate) fn write(path: &Path, tensors: HashMap<String, Tensor>) -> Result<()> {
    let on_cpu = |(name, tensor): (String, Tensor)| Ok((name, tensor.to_device(&Device::Cpu)?));
    let tensors: HashMap<String, Tensor> =
        tensors.into_iter().map(on_cpu).collect::<Result<_>>()?;
    let Some(name) = path.file_name() else {
        bail!("save: {} is no name for a file", path.display());
    };
    let mut partial = name.to_os_string();
    partial.push(format!(".{}.partial", std::process::id()));
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
    match safetensors::load(path, &Device::Cpu) {
        Ok(tensors) => Ok(tensors),
        Err(error) => bail!(
            "load: {} cannot be read as safetensors: {}",
            path.display(),
            first_line(&error)
        ),
    }
}

/// Reads the tensors of a state dict that PyTorch saved.
pub(super) fn read_torch(path: &Path) -> Result<HashMap<String, Tensor>> {
    // A damaged file can make candle's reader panic.
    let why = match panics::silently(|| pickle::read_all(path)) {
        Ok(Ok(tensors)) if !tensors.is_empty() => return Ok(tensors.into_iter().collect()),
        Ok(Ok(_)) => "it holds no tensors by name".to_string(),
        Ok(Err(error)) => first_line(&error),
        Err(panic) => panic,
    };
    bail!(
        "load_torch: {} cannot be read as a state dict of PyTorch 1.6 or later: {why}; in Python: torch.save(model.state_dict(), path)",
        path.display()
    )
}
