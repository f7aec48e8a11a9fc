//! The IDX format, which MNIST and its family come in.

use std::io::Read;
use std::path::Path;

use candle_core::{Device, Result, Tensor, bail};

use super::decompress::read_decompressed;
use candle_functional::memory::can_hold;

const UNSIGNED_BYTE: u8 = 8;

/// The tensor, u8, in an IDX file, gzip or plain: (N, 28, 28) for MNIST's images, (N) for its labels.
///
/// Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits: two bytes 0, one for
/// the type (8: unsigned bytes), one for the number of dimensions; each dimension in four bytes, the
/// highest first; the values, the last dimension running fastest.
///
/// # Errors
/// A file that is not IDX, of another type than bytes, empty, shorter or longer than its header says.
pub fn read_idx(path: impl AsRef<Path>) -> Result<Tensor> {
    read_decompressed(path.as_ref(), idx)
}

/// The tensor in a stream of IDX, whose length is known where the stream is not compressed.
pub(super) fn idx(mut reader: impl Read, length: Option<u64>) -> Result<Tensor> {
    let [zero, also_zero, kind, rank] = four_bytes(&mut reader)?;
    if (zero, also_zero) != (0, 0) || !(1..=4).contains(&rank) {
        bail!("not an IDX file: it must begin with 0, 0, a type and 1 to 4 dimensions");
    }
    if kind != UNSIGNED_BYTE {
        bail!("an IDX file of type {kind}: only unsigned bytes (type 8) are read");
    }
    let mut dims = Vec::new();
    for _ in 0..rank {
        dims.push(u32::from_be_bytes(four_bytes(&mut reader)?) as usize);
    }
    let count = can_hold("its content", &dims, 1)?;
    let header = 4 + 4 * u64::from(rank);
    match length {
        _ if count == 0 => bail!("there is no value in a tensor of shape {dims:?}"),
        Some(length) if length != header + count as u64 => bail!(
            "the header promises {count} values, shape {dims:?}, but {} follow: the file is damaged",
            length - header
        ),
        _ => {}
    }
    // A compressed file's length shows only as it is read: memory grows with what really comes.
    let mut values = Vec::with_capacity(length.map_or(0, |_| count));
    let got = reader.take(count as u64 + 1).read_to_end(&mut values)?;
    if got != count {
        let end = if got < count { "ends" } else { "goes on" };
        bail!(
            "the header promises {count} values, shape {dims:?}, but the file {end} after {}: it is damaged",
            got.min(count)
        );
    }
    Tensor::from_vec(values, dims, &Device::Cpu)
}

fn four_bytes(reader: &mut impl Read) -> Result<[u8; 4]> {
    let mut bytes = [0; 4];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => bail!("the header cannot be read: {error}"),
    }
}
