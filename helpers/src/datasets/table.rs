//! Numbers in text files: CSV and LIBSVM.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use candle_core::{Device, Result, Tensor, bail};

use super::open::read;
use crate::errors::first_line;
use crate::memory::can_hold;
use crate::notebook::check_stop;

/// A line that is longer belongs to something else than a table.
const LONGEST_LINE: u64 = 1 << 20;

/// The table, (rows, columns) f32, in a CSV file: numbers separated by commas, plain, gzip or bzip2.
///
/// A first line whose first column is no number holds the columns' names and is left out.
///
/// # Errors
/// A line that has another number of columns than those before it, or something else than finite
/// numbers; no line at all.
pub fn read_csv(path: impl AsRef<Path>) -> Result<Tensor> {
    read(path.as_ref(), |reader, _| csv(reader))
}

pub(super) fn csv(reader: impl Read) -> Result<Tensor> {
    let (mut values, mut rows, mut columns) = (Vec::new(), 0, 0);
    lines(reader, |number, line| {
        let first = line.split(',').next().unwrap_or("");
        if number == 1 && first.trim().parse::<f32>().is_err() {
            return Ok(());
        }
        for text in line.split(',') {
            values.push(finite(text)?);
        }
        let got = values.len() - rows * columns;
        if rows > 0 && got != columns {
            bail!("{got} columns, the lines before have {columns}");
        }
        (rows, columns) = (rows + 1, got);
        // The numbers move to twice as much memory from time to time; that is when it may not be there.
        if rows.is_power_of_two() {
            can_hold("the table", &[2 * rows, columns], size_of::<f32>())?;
        }
        Ok(())
    })?;
    if rows == 0 {
        bail!("there is no line of numbers");
    }
    Tensor::from_vec(values, (rows, columns), &Device::Cpu)
}

/// Inputs (N, features), f32, and labels (N), f32, in a LIBSVM file, plain, gzip or bzip2.
///
/// Each line is a label and, for every feature that is not 0, its number from 1 and its value:
/// `3 1:0.5 7:-1`. C.-C. Chang and C.-J. Lin, LIBSVM, 2011.
///
/// # Errors
/// A line that is not like that, features out of order or above `features`; no line at all.
pub fn read_libsvm(path: impl AsRef<Path>, features: usize) -> Result<(Tensor, Tensor)> {
    read(path.as_ref(), |reader, _| libsvm(reader, features))
}

fn libsvm(reader: impl Read, features: usize) -> Result<(Tensor, Tensor)> {
    // Short lines make long rows: those are laid out when the whole file is known to be right.
    let (mut labels, mut entries) = (Vec::new(), Vec::new());
    lines(reader, |_, line| {
        let mut words = line.split_ascii_whitespace();
        let mut last = 0;
        let row = labels.len();
        labels.push(finite(words.next().unwrap_or(""))?);
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
            entries.push((row, last - 1, finite(value)?));
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

fn finite(text: &str) -> Result<f32> {
    match text.trim().parse::<f32>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => bail!("expected a finite number, got {:?}", short(text)),
    }
}

/// Enough of a text to find it again: the whole may be a megabyte.
fn short(text: &str) -> String {
    text.chars().take(20).collect()
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
