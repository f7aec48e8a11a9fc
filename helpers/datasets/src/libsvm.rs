//! Sparse tables of numbers in LIBSVM files.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use candle_core::{Device, Result, Tensor, bail};

use super::decompress::read_decompressed;
use super::number::{number, short};
use candle_functional::errors::first_line;
use candle_functional::memory::can_hold;
use candle_functional::stop::check_stop;

/// A line that is longer belongs to something else than a table.
const LONGEST_LINE: u64 = 1 << 20;

/// Inputs (N, features), f32, and labels (N), f32, in a LIBSVM file, plain, gzip or bzip2.
///
/// Each line is a label and, for every feature that is not 0, its number from 1 and its value:
/// `3 1:0.5 7:-1`. C.-C. Chang and C.-J. Lin, LIBSVM, 2011.
///
/// # Errors
/// A line that is not like that, features out of order or above `features`, a whole number
/// that an f32 cannot hold; no line at all.
pub fn read_libsvm(path: impl AsRef<Path>, features: usize) -> Result<(Tensor, Tensor)> {
    read_decompressed(path.as_ref(), |reader, _| libsvm(reader, features))
}

fn libsvm(reader: impl Read, features: usize) -> Result<(Tensor, Tensor)> {
    // Short lines make long rows: those are laid out when the whole file is known to be right.
    let (mut labels, mut entries) = (Vec::new(), Vec::new());
    lines(reader, |_, line| {
        let mut words = line.split_ascii_whitespace();
        let mut last = 0;
        let row = labels.len();
        labels.push(number(words.next().unwrap_or(""))?);
        for word in words {
            let Some((feature, value)) = word.split_once(':') else {
                bail!("expected feature:value, got {:?}", short(word));
            };
            match feature.parse::<usize>() {
                Ok(feature) if feature > last && feature <= features => last = feature,
                _ => bail!(
                    "feature {:?} must be from {} to {features}",
                    short(feature),
                    last + 1
                ),
            }
            entries.push((row, last - 1, number(value)?));
        }
        Ok(())
    })?;
    if labels.is_empty() {
        bail!("there is no line");
    }
    let count = can_hold("the table", &[labels.len(), features], size_of::<f32>())?;
    let mut values = vec![0f32; count];
    for (row, feature, value) in entries {
        values[row * features + feature] = value;
    }
    let inputs = Tensor::from_vec(values, (labels.len(), features), &Device::Cpu)?;
    Ok((inputs, Tensor::new(labels, &Device::Cpu)?))
}

/// Hands over every line that is not blank, with its number from 1.
fn lines(reader: impl Read, mut each: impl FnMut(usize, &str) -> Result<()>) -> Result<()> {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    for number in 1.. {
        check_stop()?;
        line.clear();
        let mut start = reader.by_ref().take(LONGEST_LINE);
        let length = start.read_until(b'\n', &mut line)?;
        let text = match str::from_utf8(&line) {
            _ if length == 0 => break,
            Ok(text) if (length as u64) < LONGEST_LINE => text.trim(),
            Ok(_) => bail!("line {number} is longer than {LONGEST_LINE} bytes: is this a table?"),
            Err(_) => bail!("line {number} is not text"),
        };
        if text.is_empty() {
            continue;
        }
        if let Err(error) = each(number, text) {
            bail!("line {number}: {}", first_line(&error));
        }
    }
    Ok(())
}
