//! State dicts that PyTorch saved. candle reads the pickle; its tensors are read here, since candle
//! refuses most strides.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use candle_core::pickle::{Object, Stack, TensorInfo};
use candle_core::{Device, Result, Tensor, bail};
use zip::ZipArchive;

use super::file_format::AGAIN;
use candle_functional::errors::first_line;
use candle_functional::panics;

type Archive = ZipArchive<BufReader<File>>;

/// The line of Python that writes a file that can be read.
const SAVE: &str = "in Python: torch.save(model.state_dict(), path)";

/// The tensors of a file that `torch.save` wrote: those of a state dict, or of the one state dict
/// inside a dict.
///
/// # Errors
/// As those of `file_format`.
pub(super) fn read(path: &Path) -> Result<HashMap<String, Tensor>> {
    let Ok(mut archive) = ZipArchive::new(BufReader::new(File::open(path)?)) else {
        bail!("is damaged or cut off; {AGAIN}");
    };
    let pickle = archive.file_names().flatten();
    let pickle = pickle.map(String::from).find(|n| n.ends_with("/data.pkl"));
    let Some(pickle) = pickle else {
        bail!("is a zip archive, but not one that torch.save wrote; {SAVE}");
    };
    let bytes = content(&mut archive, &pickle)?;
    let folder = Path::new(pickle.trim_end_matches(".pkl"));
    // Strange content makes candle's reader panic.
    let infos = panics::silently(|| {
        let mut stack = Stack::empty();
        let read = stack.read_loop(&mut bytes.as_slice());
        match read.and_then(|()| stack.finalize()) {
            Ok(object) => state_dict(&object, folder),
            Err(error) => bail!("holds what cannot be read ({}); {SAVE}", first_line(&error)),
        }
    });
    let mut infos = match infos {
        Ok(infos) => infos?,
        Err(panic) => bail!("holds what cannot be read ({panic}); {SAVE}"),
    };
    // Tensors may share a storage, which is read once.
    infos.sort_by(|a, b| a.path.cmp(&b.path));
    let (mut tensors, mut storage) = (HashMap::new(), (String::new(), Vec::new()));
    for info in infos {
        if storage.0 != info.path {
            storage = (info.path.clone(), content(&mut archive, &info.path)?);
        }
        let Some(values) = values(&info, &storage.1) else {
            let name = info.name;
            bail!("has {name}, a view larger than its storage; in Python: save its .contiguous()");
        };
        let dims = info.layout.dims();
        let tensor = Tensor::from_raw_buffer(&values, info.dtype, dims, &Device::Cpu)?;
        tensors.insert(info.name, tensor);
    }
    Ok(tensors)
}

/// A whole file of the archive: at its end its checksum is compared.
fn content(archive: &mut Archive, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = archive.by_name(name).map_err(std::io::Error::from);
    match read.and_then(|mut file| file.read_to_end(&mut bytes)) {
        Ok(_) => Ok(bytes),
        Err(error) => bail!("is damaged ({name}: {error}); {AGAIN}"),
    }
}

/// The tensors of a state dict, or of the one state dict inside a dict of other things (the epoch,
/// the optimizer's state).
fn state_dict(object: &Object, folder: &Path) -> Result<Vec<TensorInfo>> {
    let outer = entries(object);
    let mut inner = Vec::new();
    // candle gives the entries of a dict from last to first.
    for (key, value) in outer.iter().rev() {
        if let Object::Unicode(key) = key {
            let found = infos(entries(value), folder)?;
            inner.extend((!found.is_empty()).then_some((key.as_str(), found)));
        }
    }
    if let [(first, _), (second, _), ..] = inner.as_slice() {
        bail!(
            "holds several state dicts ({first}, {second}); in Python: torch.save(torch.load(path)[\"{first}\"], new_path)"
        );
    }
    let found = match inner.pop() {
        Some((_, found)) => found,
        None => infos(outer, folder)?,
    };
    if found.is_empty() {
        let mut values = outer.iter().map(|(_, value)| value);
        match class(object).or_else(|| values.find_map(class)) {
            Some(class) => bail!("holds a whole model ({class}), not its state dict; {SAVE}"),
            None => bail!("holds no tensors by name; {SAVE}"),
        }
    }
    Ok(found)
}

fn entries(object: &Object) -> &[(Object, Object)] {
    match object {
        Object::Dict(entries) => entries,
        _ => &[],
    }
}

/// The class of an object with attributes, as a model is one and a tensor is not.
fn class(object: &Object) -> Option<&str> {
    let Object::Build { callable, .. } = object else {
        return None;
    };
    match callable.as_ref() {
        Object::Reduce { callable, .. } => match callable.as_ref() {
            Object::Class { class_name, .. } => Some(class_name),
            _ => None,
        },
        _ => None,
    }
}

fn infos(entries: &[(Object, Object)], folder: &Path) -> Result<Vec<TensorInfo>> {
    let mut infos = Vec::new();
    for (name, value) in entries {
        match value.clone().into_tensor_info(name.clone(), folder) {
            Ok(info) => infos.extend(info),
            Err(error) => {
                let (name, why) = (
                    name.clone().unicode().unwrap_or_default(),
                    first_line(&error),
                );
                bail!(
                    "has {name}, which cannot be read ({why}); in Python: save without it, or as floats"
                )
            }
        }
    }
    Ok(infos)
}

/// The bytes of a tensor, row after row. `None`: not all of them are in its storage.
fn values(info: &TensorInfo, storage: &[u8]) -> Option<Vec<u8>> {
    let (layout, size) = (&info.layout, info.dtype.size_in_bytes());
    // candle counts the offset in bytes here, and the strides in elements.
    let storage = storage.get(layout.start_offset()..)?;
    let count = |count: usize, dim: &usize| count.checked_mul(*dim);
    let bytes = layout.dims().iter().try_fold(size, count)?;
    if layout.is_contiguous() {
        return Some(storage.get(..bytes)?.to_vec());
    }
    // A view that repeats elements could ask for any amount of memory.
    let mut values = Vec::with_capacity(Some(bytes).filter(|bytes| *bytes <= storage.len())?);
    gather(storage, size, layout.dims(), layout.stride(), &mut values)?;
    Some(values)
}

/// Appends the elements of a view in the order of their indices.
fn gather(
    storage: &[u8],
    size: usize,
    dims: &[usize],
    strides: &[usize],
    values: &mut Vec<u8>,
) -> Option<()> {
    let (Some((dim, dims)), Some((stride, strides))) = (dims.split_first(), strides.split_first())
    else {
        values.extend_from_slice(storage.get(..size)?);
        return Some(());
    };
    for i in 0..*dim {
        let start = i.checked_mul(*stride)?.checked_mul(size)?;
        gather(storage.get(start..)?, size, dims, strides, values)?;
    }
    Some(())
}
