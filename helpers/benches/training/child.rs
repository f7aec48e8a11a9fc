//! One side of one work, in a process of its own: this crate or stock candle.
//!
//! The first line it prints is the number of parameters. Then, for each line it reads, a number of
//! milliseconds, it takes steps for that long, one at least, and prints how long each took, in
//! nanoseconds. `pytorch.py` talks alike.

use std::io::{BufRead, Write, stdin, stdout};
use std::time::{Duration, Instant};

use crate::{Result, works};

/// Answers until standard input ends.
pub fn answer(side: &str, name: &str) -> Result<()> {
    let works = works::all();
    let work = works.iter().find(|work| work.name == name);
    let work = work.ok_or(format!("no work is called {name}"))?;
    let build = match side {
        "helpers" => {
            helpers::functional::keep_freed_memory(); // as the notebooks do
            Some(&work.helpers)
        }
        _ => work.candle.as_ref(),
    };
    let build = build.ok_or(format!("stock candle cannot {name}"))?;
    helpers::random::manual_seed(1);
    let mut training = build(work.batch)?;
    let mut stdout = stdout().lock();
    writeln!(stdout, "{}", training.parameters)?;
    for line in stdin().lock().lines() {
        let turn = Duration::from_millis(line?.trim().parse()?);
        let start = Instant::now();
        let mut times = Vec::new();
        while times.is_empty() || start.elapsed() < turn {
            let start = Instant::now();
            (training.step)()?;
            times.push(start.elapsed().as_nanos().to_string());
        }
        writeln!(stdout, "{}", times.join(" "))?;
    }
    Ok(())
}
