//! Tables of numbers in CSV files.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use candle_core::{Device, Result, Tensor, bail};
use csv::{ByteRecord, ReaderBuilder, Terminator, Trim};

use super::decompress::read_decompressed;
use super::number::{number, short};
use candle_functional::errors::first_line;
use candle_functional::memory::can_hold;
use candle_functional::stop::check_stop;

/// A line that is longer belongs to something else than a table.
const LONGEST_LINE: u64 = 1 << 20;

/// How some write that a value is missing; none of these names a column.
const MISSING: [&str; 6] = ["", "?", "-", "na", "n/a", "null"];

/// What a CSV file holds: as the last expression of a cell, its size and its columns' names.
#[derive(Clone)]
pub struct Table {
    /// The columns' names, from the first line; none if that line holds numbers.
    pub names: Vec<String>,
    /// The numbers, (rows, columns), f32.
    pub values: Tensor,
}

/// The table in a CSV file with the settings that [`Csv`] starts with: separated by commas.
///
/// ```
/// use helpers::prelude::*;
/// let path = std::env::temp_dir().join("flowers.csv");
/// std::fs::write(&path, "length,width,kind\n5.1,3.5,0\n6.2,2.9,1\n")?;
/// let table = datasets::read_csv(&path)?;
/// assert_eq!(format!("{table:?}"), "table (2, 3): length, width, kind");
/// let inputs = table.values.narrow(1, 0, 2)?; // (2, 2)
/// let targets = table.values.i((.., 2))?.to_dtype(DType::U32)?; // (2)
/// assert_eq!(targets.to_vec1::<u32>()?, [0, 1]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Those of [`Csv::read`].
pub fn read_csv(path: impl AsRef<Path>) -> Result<Table> {
    Csv::new(path).read()
}

/// How a CSV file is written, plain or compressed by gzip or bzip2.
///
/// ```
/// use helpers::prelude::*;
/// let path = std::env::temp_dir().join("years.csv");
/// std::fs::write(&path, "2023;2024\n1.5;2.5\n")?;
/// let table = datasets::Csv::new(&path).separator(';').header(true).read()?;
/// assert_eq!((table.names.len(), table.values.dims()), (2, &[1, 2][..]));
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Csv {
    path: PathBuf,
    separator: char,
    header: Option<bool>,
}

impl Csv {
    /// A file that nothing is read of yet, separated by commas.
    pub fn new(path: impl AsRef<Path>) -> Csv {
        Csv {
            path: path.as_ref().into(),
            separator: ',',
            header: None,
        }
    }

    /// What stands between two values, such as `';'` or `'\t'`.
    pub fn separator(mut self, separator: char) -> Csv {
        self.separator = separator;
        self
    }

    /// Whether the first line holds the columns' names. Unless this is said, it does if it holds
    /// names only: a line with a number, or with a value missing, is never taken for names.
    pub fn header(mut self, header: bool) -> Csv {
        self.header = Some(header);
        self
    }

    /// Reads the file.
    ///
    /// # Errors
    /// A value that is missing, no finite number, or a whole number that an f32 cannot hold, with its
    /// line and column; a line of another number of columns than those before it; no line of numbers.
    pub fn read(&self) -> Result<Table> {
        read_decompressed(&self.path, |reader, _| self.parse(reader))
    }

    pub(super) fn parse(&self, reader: impl Read) -> Result<Table> {
        let Some(separator) = u8::try_from(self.separator).ok().filter(u8::is_ascii) else {
            let other = self.separator;
            bail!("the separator must be an ASCII character such as ';' or '\\t', got {other:?}");
        };
        // All lines end with \n, the last one too: the reader then stands one line further.
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(reader.chain(&b"\n"[..]).take(0));
        let (mut names, mut values, mut rows) = (None, Vec::new(), 0);
        let mut record = ByteRecord::new();
        loop {
            check_stop()?;
            reader.get_mut().set_limit(LONGEST_LINE);
            let more = reader.read_byte_record(&mut record);
            let more = more.map_err(io::Error::from)?;
            let line = reader.position().line();
            if reader.get_ref().limit() == 0 {
                bail!("line {line} is longer than {LONGEST_LINE} bytes: is this a table?");
            }
            if !more {
                break;
            }
            if record.len() == 1 && record[0].is_empty() {
                continue; // a blank line
            }
            let fields = record.iter().map(String::from_utf8_lossy);
            let first = names.is_none();
            let names = names.get_or_insert_with(Vec::new);
            if first
                && self
                    .header
                    .unwrap_or(fields.clone().all(|field| is_name(&field)))
            {
                names.extend(fields.map(String::from));
                continue;
            }
            let (line, got) = (line - 1, record.len());
            let columns = match rows {
                0 if names.is_empty() => got,
                0 => names.len(),
                _ => values.len() / rows,
            };
            if got != columns {
                bail!("line {line}: {got} columns, the lines before have {columns}");
            }
            for (column, field) in (1..).zip(fields) {
                match number(&field) {
                    Ok(value) => values.push(value),
                    Err(error) => {
                        let (why, hint) = (first_line(&error), self.hint(&field, &record, first));
                        bail!("line {line}, column {column}: {why}{hint}");
                    }
                }
            }
            rows += 1;
            // They move to twice as much memory from time to time; that is when it may not be there.
            if rows.is_power_of_two() {
                can_hold("the table", &[2 * values.len()], size_of::<f32>())?;
            }
        }
        if rows == 0 {
            bail!("there is no line of numbers");
        }
        let shape = (rows, values.len() / rows);
        let values = Tensor::from_vec(values, shape, &Device::Cpu)?;
        let names = names.unwrap_or_default();
        Ok(Table { names, values })
    }

    /// What to do about a field that is no number.
    fn hint(&self, field: &str, line: &ByteRecord, first: bool) -> String {
        if is_number(field) {
            return String::new();
        }
        let other = field.chars().find(|c| [';', '\t', ','].contains(c));
        if let Some(other) = other.filter(|other| *other != self.separator) {
            return format!(
                "; if {other:?} stands between two values, say Csv::new(..).separator({other:?})"
            );
        }
        let mut others = line.iter().map(String::from_utf8_lossy);
        if first && !(is_missing(field) && others.any(|other| is_number(&other))) {
            return "; if this line holds the columns' names, say Csv::new(..).header(true)".into();
        }
        match is_missing(field) {
            true => "; write a value there, or delete the line".into(),
            false => String::new(),
        }
    }
}

fn is_number(field: &str) -> bool {
    field.parse::<f64>().is_ok()
}

fn is_missing(field: &str) -> bool {
    MISSING.contains(&field.to_lowercase().as_str())
}

fn is_name(field: &str) -> bool {
    !is_missing(field) && !is_number(field)
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = self.values.dims2().map_err(|_| fmt::Error)?;
        write!(f, "table ({rows}, {columns})")?;
        if self.names.is_empty() {
            return write!(f, " without column names");
        }
        const SHOWN: usize = 10;
        let names: Vec<String> = self.names.iter().take(SHOWN).map(|n| short(n)).collect();
        let more = if columns > SHOWN { ", ..." } else { "" };
        write!(f, ": {}{more}", names.join(", "))
    }
}
