//! What the command line asks for.

use std::path::PathBuf;

use crate::Result;
use crate::works::{self, Work};

const USAGE: &str = "options, after `cargo bench -p helpers --`:
  --python PATH  the interpreter that has PyTorch (otherwise $PYTORCH_PYTHON, or python3)
  --json FILE    write the numbers there too (a relative path starts in helpers/)
  --only NAME    only this work; may be repeated
  --rounds N     how many turns each side has, 7 at first
  --shapes       single convolutions of many shapes instead of networks
  --avx2         nobody uses more than AVX2
  --quick        one step each, to see whether it works";

pub enum Mode {
    /// Measure, as the parent of all sides.
    Drive(Options),
    /// Be one side of one work.
    Child(String, String),
    /// A test runner asked for a list of tests.
    Nothing,
}

#[derive(Default)]
pub struct Options {
    pub python: Option<String>,
    pub json: Option<PathBuf>,
    only: Vec<String>,
    pub rounds: usize,
    shapes: bool,
    pub avx2: bool,
    pub quick: bool,
}

impl Options {
    /// The works to measure.
    pub fn works(&self) -> Vec<Work> {
        let mut works = match (self.only.is_empty(), self.shapes) {
            (true, false) => works::networks(),
            (true, true) => works::shapes(),
            (false, _) => works::all(),
        };
        works.retain(|work| self.only.is_empty() || self.only.iter().any(|n| n == work.name));
        works
    }

    /// How long a side's turn is, in milliseconds: at least one step is taken.
    pub fn turn(&self) -> u64 {
        if self.quick { 0 } else { 300 }
    }
}

/// Reads the arguments. What a test runner passes (names of tests, options of its own) is ignored.
pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Mode> {
    let arguments: Vec<String> = arguments.collect();
    if let [flag, side, work] = arguments.as_slice()
        && flag == "--child"
    {
        return Ok(Mode::Child(side.clone(), work.clone()));
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return Ok(Mode::Nothing);
    }
    let mut options = Options {
        rounds: 7,
        ..Options::default()
    };
    if !arguments.iter().any(|argument| argument == "--bench") {
        (options.rounds, options.quick) = (1, true);
        return Ok(Mode::Drive(options));
    }
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--bench" => (),
            "--python" => options.python = Some(value()?),
            "--json" => options.json = Some(value()?.into()),
            "--only" => options.only.push(value()?),
            "--rounds" => options.rounds = value()?.parse::<usize>()?.max(1),
            "--shapes" => options.shapes = true,
            "--avx2" => options.avx2 = true,
            "--quick" => (options.rounds, options.quick) = (1, true),
            _ => return Err(format!("{argument} is no option\n{USAGE}").into()),
        }
    }
    let names: Vec<&str> = works::all().iter().map(|work| work.name).collect();
    for only in &options.only {
        if !names.contains(&only.as_str()) {
            return Err(
                format!("no work is called {only}; there are: {}", names.join(", ")).into(),
            );
        }
    }
    Ok(Mode::Drive(options))
}
