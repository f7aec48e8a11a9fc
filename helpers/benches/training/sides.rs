//! The processes that are measured.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::options::Options;
use crate::works::Work;
use crate::{Result, THREADS};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/training/pytorch.py");

/// Who trains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Side {
    /// This crate.
    Helpers,
    /// Stock candle.
    Candle,
    /// PyTorch with the optimizer it takes unless told otherwise.
    Torch,
    /// PyTorch with its fused optimizer.
    TorchFused,
}

impl Side {
    pub fn name(self) -> &'static str {
        match self {
            Side::Helpers => "helpers",
            Side::Candle => "candle",
            Side::Torch => "torch",
            Side::TorchFused => "torch_fused",
        }
    }
}

/// An interpreter that has PyTorch.
pub struct Torch {
    python: String,
    pub version: String,
}

/// The interpreter that was named, or python3; says so when it has no PyTorch.
pub fn find_torch(options: &Options) -> Option<Torch> {
    let named = options.python.clone();
    let named = named.or_else(|| std::env::var("PYTORCH_PYTHON").ok());
    if options.quick && named.is_none() {
        return None;
    }
    let system = if cfg!(windows) { "python" } else { "python3" };
    let python = named.unwrap_or_else(|| system.to_string());
    let version = "import torch; print(torch.__version__)";
    let output = Command::new(&python).args(["-c", version]).output();
    match output {
        Ok(output) if output.status.success() => {
            let version = String::from_utf8_lossy(&output.stdout).trim().to_string();
            Some(Torch { python, version })
        }
        Ok(_) => {
            println!("{python} has no PyTorch: going on without. Name one that has: --python PATH");
            None
        }
        Err(error) => {
            println!("{python} does not start ({error}): going on without PyTorch");
            None
        }
    }
}

/// A side at work, waiting for its turn.
pub struct Process {
    pub side: Side,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a side; it builds its network and waits.
    pub fn start(side: Side, work: &Work, options: &Options, torch: &str) -> Result<Process> {
        let mut command = match side {
            Side::Helpers | Side::Candle => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["--child", side.name(), work.name]);
                command
            }
            Side::Torch | Side::TorchFused => {
                let mut command = Command::new(torch);
                command.args([SCRIPT, work.name, &work.batch.to_string(), side.name()]);
                command.args(work.convolution.as_ref().map(ToString::to_string));
                command
            }
        };
        // candle reads the first (or the second), PyTorch the others.
        for name in [
            "RAYON_NUM_THREADS",
            "CANDLE_NUM_THREADS",
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
        ] {
            command.env(name, THREADS.to_string());
        }
        if side == Side::Helpers {
            // As `lab kernel` does for notebooks, and for the reason that it gives.
            command.env("CANDLE_NUM_THREADS", "1");
        }
        if options.avx2 {
            command.env("CANDLE_FUNCTIONAL_SIMD", "avx2");
            command.env("ATEN_CPU_CAPABILITY", "avx2");
            command.env("ONEDNN_MAX_CPU_ISA", "AVX2");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut process = Process {
            side,
            stdin: child.stdin.take(),
            stdout: BufReader::new(stdout),
            child,
        };
        let parameters = process.read_line()?;
        if parameters.trim() != work.parameters.to_string() {
            return Err(format!(
                "{}: {} parameters expected, {} has {parameters}",
                work.name,
                work.parameters,
                side.name()
            )
            .into());
        }
        Ok(process)
    }

    /// Lets it take steps for so many milliseconds, one at least; how long they took, in
    /// milliseconds.
    pub fn run(&mut self, turn: u64) -> Result<Vec<f64>> {
        let stdin = self.stdin.as_mut().ok_or("no standard input")?;
        writeln!(stdin, "{turn}")?;
        stdin.flush()?;
        let line = self.read_line()?;
        let nanoseconds = line.split_whitespace().map(str::parse::<f64>);
        Ok(nanoseconds
            .map(|n| n.map(|n| n / 1e6))
            .collect::<std::result::Result<_, _>>()?)
    }

    fn read_line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stdout.read_line(&mut line)? == 0 {
            return Err(format!("{} ended; its last words are above", self.side.name()).into());
        }
        Ok(line)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stdin = None; // it ends when its input does
        // What it answers no longer matters.
        let _ = self.child.wait();
    }
}

impl Torch {
    pub fn python(&self) -> &str {
        &self.python
    }
}
