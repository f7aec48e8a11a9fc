//! The benchmark of training: this crate beside stock candle and PyTorch, on the same networks.
//!
//! ```text
//! cargo bench -p helpers                                  # without PyTorch, if python3 has none
//! cargo bench -p helpers -- --python PATH --json FILE     # beside the PyTorch of that interpreter
//! ```
//!
//! Every side is a process of its own that is given 2 threads, builds the network, warms up, and
//! then waits ([`child`], `pytorch.py`). The driver ([`rounds`]) lets them run in turns, a fraction
//! of a second each, so that whatever else the machine does disturbs all of them alike. A side's
//! time is the median over the rounds of the median step in a round; the ratio is taken round by
//! round, and reported as its median and its range.
//!
//! Without `--bench`, which `cargo bench` adds, this is a test: every network is built, its
//! parameters are counted, and all but the slow one take a step.

mod child;
mod machine;
mod options;
mod report;
mod rounds;
mod sides;
mod works;

use std::process::ExitCode;

use options::{Mode, Options};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What every side may use.
const THREADS: usize = 2;

fn main() -> ExitCode {
    let outcome = match options::parse(std::env::args().skip(1)) {
        Ok(Mode::Drive(options)) => drive(&options),
        Ok(Mode::Child(side, work)) => child::answer(&side, &work),
        Ok(Mode::Nothing) => Ok(()),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn drive(options: &Options) -> Result<()> {
    let torch = sides::find_torch(options);
    let machine = machine::describe(options, torch.as_ref());
    report::head(&machine);
    let mut measured = Vec::new();
    for work in options.works() {
        let result = rounds::measure(&work, options, torch.as_ref())?;
        report::line(&result);
        measured.push(result);
    }
    if let Some(path) = &options.json {
        report::write_json(path, machine, options, &measured)?;
    }
    Ok(())
}
