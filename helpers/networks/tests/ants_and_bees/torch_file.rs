//! Writes a state dict as `torch.save` does: a zip archive of a pickle and one file for each tensor.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use helpers::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// How the tensors lie in the file.
#[derive(Clone, Copy, Default)]
pub struct Form {
    /// f16 instead of f32.
    pub half: bool,
    /// (N, C, H, W) in the order N, H, W, C.
    pub channels_last: bool,
    /// In front of each name.
    pub prefix: &'static str,
}

pub fn save(path: &Path, tensors: &[(String, Tensor)], form: Form) -> Result<()> {
    let mut archive = ZipWriter::new(File::create(path)?);
    let stored = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(false);
    let mut add = |name: &str, bytes: &[u8]| -> Result<()> {
        let started = archive.start_file(format!("archive/{name}"), stored);
        started.map_err(Error::wrap)?;
        Ok(archive.write_all(bytes)?)
    };
    add("data.pkl", &pickle(tensors, form))?;
    add("byteorder", b"little")?;
    for (i, (_, tensor)) in tensors.iter().enumerate() {
        add(&format!("data/{i}"), &bytes(tensor, form)?)?;
    }
    add("version", b"3\n")?;
    archive.finish().map_err(Error::wrap)?;
    Ok(())
}

/// Protocol 2: an OrderedDict of names and tensors.
fn pickle(tensors: &[(String, Tensor)], form: Form) -> Vec<u8> {
    let mut out = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
    for (i, (name, tensor)) in tensors.iter().enumerate() {
        text(&mut out, &format!("{}{name}", form.prefix));
        let storage = match (tensor.dtype(), form.half) {
            (DType::I64, _) => "LongStorage",
            (_, true) => "HalfStorage",
            _ => "FloatStorage",
        };
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut out, "storage");
        out.extend(format!("ctorch\n{storage}\n").bytes());
        text(&mut out, &i.to_string());
        text(&mut out, "cpu");
        numbers(&mut out, &[tensor.elem_count()]);
        out.extend(b"tQ"); // what names a storage
        numbers(&mut out, &[0]); // from its first element on
        out.push(b'(');
        numbers(&mut out, tensor.dims());
        out.extend(b"t(");
        numbers(&mut out, &strides(tensor, form));
        out.extend(b"t\x89ccollections\nOrderedDict\n)RtR");
    }
    out.extend(b"u.");
    out
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.bytes());
}

fn numbers(out: &mut Vec<u8>, numbers: &[usize]) {
    for number in numbers {
        out.push(b'J');
        out.extend((*number as i32).to_le_bytes());
    }
}

fn strides(tensor: &Tensor, form: Form) -> Vec<usize> {
    match (tensor.dims(), form.channels_last) {
        ([_, c, h, w], true) => vec![c * h * w, 1, w * c, *c],
        _ => tensor.stride().to_vec(),
    }
}

fn bytes(tensor: &Tensor, form: Form) -> Result<Vec<u8>> {
    let ordered = match form.channels_last && tensor.rank() == 4 {
        true => tensor.permute((0, 2, 3, 1))?,
        false => tensor.clone(),
    };
    let dtype = match (tensor.dtype(), form.half) {
        (DType::F32, true) => DType::F16,
        (dtype, _) => dtype,
    };
    let mut bytes = Vec::new();
    ordered
        .contiguous()?
        .to_dtype(dtype)?
        .write_bytes(&mut bytes)?;
    Ok(bytes)
}
