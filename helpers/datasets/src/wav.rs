//! Sounds in WAV files.

use std::io::Read;
use std::path::Path;

use candle_core::{Device, Result, Tensor, bail};

use super::decompress::read_decompressed;

/// The most samples of a file: an hour at 48,000 a second.
const MOST: u64 = 3_600 * 48_000;

/// The samples of a WAV file, (T), f32 from -1 to 1, and how many there are in a second. One channel of
/// 16-bit whole numbers, as most programs record a voice.
///
/// ```no_run
/// use helpers::prelude::*;
/// let (sound, rate) = datasets::read_wav("me.wav")?;
/// plot::spectrogram(&sound, rate)?;
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A file that is not WAV, holds no sample, is cut off, or has several channels or other numbers.
pub fn read_wav(path: impl AsRef<Path>) -> Result<(Tensor, f64)> {
    let (samples, rate) = read_decompressed(path.as_ref(), |reader, _| wav(reader))?;
    let samples: Vec<f32> = samples.iter().map(|&s| f32::from(s) / 32_768.0).collect();
    Ok((Tensor::new(samples, &Device::Cpu)?, f64::from(rate)))
}

/// Samples, and their number in a second.
pub(super) fn wav(mut reader: impl Read) -> Result<(Vec<i16>, u32)> {
    let head: [u8; 12] = exact(&mut reader, "its header")?;
    if &head[..4] != b"RIFF" || &head[8..] != b"WAVE" {
        bail!("not a WAV file: it must begin with RIFF, a length and WAVE");
    }
    let mut rate = None;
    // Parts with a name and a length; those that say who recorded it are passed over.
    loop {
        let part: [u8; 8] = exact(&mut reader, "the samples (no part is called data)")?;
        let length = u64::from(u32::from_le_bytes([part[4], part[5], part[6], part[7]]));
        match (&part[..4], rate) {
            (b"fmt ", _) => {
                let format: [u8; 16] = exact(&mut reader, "the format")?;
                skip(&mut reader, (length + length % 2).saturating_sub(16))?;
                rate = Some(sample_rate(&format)?);
            }
            (b"data", Some(rate)) => return Ok((samples(reader, length)?, rate)),
            (b"data", None) => bail!("the samples come before their format: the file is damaged"),
            _ => skip(&mut reader, length + length % 2)?,
        }
    }
}

fn sample_rate(format: &[u8; 16]) -> Result<u32> {
    let word = |at: usize| u16::from_le_bytes([format[at], format[at + 1]]);
    let (kind, channels, bits) = (word(0), word(2), word(14));
    if (kind, channels, bits) != (1, 1, 16) {
        bail!(
            "expected one channel of 16-bit whole numbers (format 1), got {channels} of {bits} bits (format {kind})"
        );
    }
    let rate = u32::from_le_bytes([format[4], format[5], format[6], format[7]]);
    if rate == 0 {
        bail!("its header says 0 samples in a second: the file is damaged");
    }
    Ok(rate)
}

fn samples(reader: impl Read, length: u64) -> Result<Vec<i16>> {
    if length == 0 || length / 2 > MOST {
        bail!("expected 1 to {MOST} samples, got {}", length / 2);
    }
    // The header is not trusted: memory grows with what really comes.
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        let got = bytes.len();
        bail!("the header promises {length} bytes of samples, {got} follow: the file is damaged");
    }
    let pairs = bytes.chunks_exact(2);
    Ok(pairs
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect())
}

fn exact<const N: usize>(reader: &mut impl Read, what: &str) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => bail!("a WAV file ends before {what}: {error}"),
    }
}

fn skip(reader: &mut impl Read, bytes: u64) -> Result<()> {
    std::io::copy(&mut reader.take(bytes), &mut std::io::sink())?;
    Ok(())
}
