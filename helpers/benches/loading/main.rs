//! The benchmark of loading: one pass over MNIST-sized data (1x28x28, f32, batches of 64, shuffled),
//! beside PyTorch's DataLoader.
//!
//! ```text
//! cargo bench -p helpers --bench loading                     # without PyTorch
//! cargo bench -p helpers --bench loading -- --python PATH    # beside that interpreter's PyTorch
//! ```
//!
//! Both sides take turns, a pass each, so that whatever else the machine does disturbs them alike. A
//! time is the median over the rounds; the ratio is taken round by round, and reported as its median
//! and its range. Augmented items go through a random affine map (bilinear) and are normalised one by
//! one; fewer of them do, as PyTorch takes long.
//!
//! Without `--bench`, which `cargo bench` adds, this is a test: every pass is taken once, on few items.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::Instant;

use helpers::data;
use helpers::prelude::*;

type Outcome<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/loading/pytorch.py");
const ROUNDS: usize = 7;
const BATCH_SIZE: usize = 64;

/// What is timed: its name, how many items, how many threads or processes.
const WORKS: [(&str, usize, usize); 4] = [
    ("plain", 60_000, 0),
    ("plain", 60_000, 2),
    ("augmented", 6_000, 0),
    ("augmented", 6_000, 2),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS; // a test runner asks for names of tests
    }
    let bench = arguments.iter().any(|argument| argument == "--bench");
    let python = arguments.iter().position(|argument| argument == "--python");
    let python = python.and_then(|i| arguments.get(i + 1)).cloned();
    match drive(bench, python) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn drive(bench: bool, python: Option<String>) -> Outcome<()> {
    F::keep_freed_memory(); // as the notebooks do
    manual_seed(1);
    let n = if bench { 60_000 } else { 200 };
    let inputs = random::uniform(0.0, 1.0, (n, 1, 28, 28), &Device::Cpu)?;
    let full = TensorDataset::new(inputs, Tensor::zeros(n, DType::U32, &Device::Cpu)?)?;
    let mut torch = python
        .filter(|_| bench)
        .map(|p| Torch::start(&p))
        .transpose()?;
    let version = torch.as_ref().map_or("none", |torch| &torch.version);
    println!("PyTorch {version}; microseconds an item, medians\n");
    println!(
        "{:<22} {:>8} {:>8}   torch/helpers (range)",
        "", "helpers", "torch"
    );
    for (work, items, workers) in WORKS {
        let items = items.min(n);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..if bench { ROUNDS + 1 } else { 1 } {
            let first = pass(&full, work, items, workers)?;
            let second = match &mut torch {
                Some(torch) => torch.pass(work, items, workers)?,
                None => f64::NAN,
            };
            if round > 0 || !bench {
                ours.push(first / items as f64); // the first round only warms up
                theirs.push(second / items as f64);
            }
        }
        let ratios = sorted(ours.iter().zip(&theirs).map(|(o, t)| t / o).collect());
        let title = format!("{work}, {workers} workers");
        print!("{title:<22} {:>8.3}", middle(ours));
        if torch.is_some() {
            let (low, high) = (ratios[0], ratios[ratios.len() - 1]);
            let (theirs, ratio) = (middle(theirs), middle(ratios));
            print!(" {theirs:>8.3}   {ratio:.1}x ({low:.1} - {high:.1})");
        }
        println!();
    }
    Ok(())
}

/// One pass, in microseconds.
fn pass(full: &TensorDataset, work: &str, items: usize, workers: usize) -> Outcome<f64> {
    let loader = match work {
        "plain" => DataLoader::new(full.clone(), BATCH_SIZE)?,
        _ => {
            let few: Vec<usize> = (0..items).collect();
            let augment = transforms::Compose::new()
                .add(transforms::RandomAffine::new(10.0)?.translate(0.1, 0.1)?)
                .add(transforms::Normalize::new(&[0.1307], &[0.3081])?);
            let few = data::Subset::new(full.clone(), &few)?;
            DataLoader::new(few.map(augment), BATCH_SIZE)?
        }
    };
    let loader = loader.shuffle(true).num_workers(workers);
    let mut seen = 0;
    let start = Instant::now();
    for batch in &loader {
        seen += batch?.0.dim(0)?;
    }
    let took = start.elapsed().as_secs_f64() * 1e6;
    if seen != items {
        return Err(format!("{work}: {seen} items came, not {items}").into());
    }
    Ok(took)
}

fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers
}

/// The number in the middle; the count is odd.
fn middle(numbers: Vec<f64>) -> f64 {
    let half = numbers.len() / 2;
    sorted(numbers)[half]
}

/// PyTorch's process, waiting for its turn.
struct Torch {
    version: String,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Torch {
    fn start(python: &str) -> Outcome<Torch> {
        let mut child = Command::new(python)
            .arg(SCRIPT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut torch = Torch {
            version: String::new(),
            stdin: child.stdin.take(),
            stdout: BufReader::new(stdout),
            child,
        };
        torch.version = torch.read_line()?;
        Ok(torch)
    }

    /// One pass, in microseconds.
    fn pass(&mut self, work: &str, items: usize, workers: usize) -> Outcome<f64> {
        let stdin = self.stdin.as_mut().ok_or("no standard input")?;
        writeln!(stdin, "{work} {items} {workers}")?;
        stdin.flush()?;
        Ok(self.read_line()?.parse::<f64>()? / 1e3)
    }

    fn read_line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        if self.stdout.read_line(&mut line)? == 0 {
            return Err("PyTorch's side ended; its last words are above".into());
        }
        Ok(line.trim().to_string())
    }
}

impl Drop for Torch {
    fn drop(&mut self) {
        self.stdin = None; // it ends when its input does
        let _ = self.child.wait(); // what it answers no longer matters
    }
}
