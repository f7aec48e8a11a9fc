//! How far a training is, for whoever looks: the loop reports here after every batch.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use candle_core::{Error, Result, bail};

use super::History;
use crate::display;
use crate::plot::{self, Figure};

/// The least time between two lines of progress.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// How a training ended; the message can be told more than once.
pub(super) type Outcome = std::result::Result<History, String>;

/// What the loop and those who look at it share.
pub(super) struct Watch {
    print: bool,
    stop: AtomicBool,
    state: Mutex<State>,
    ended: Condvar,
}

struct State {
    history: History,
    epochs: usize,
    batches: usize,
    /// The loss of every batch since this training started.
    losses: Vec<f64>,
    /// Of the epoch that is going on: batches, examples, when it began.
    batch: usize,
    examples: usize,
    epoch_start: Instant,
    start: Instant,
    printed: Instant,
    /// How it ended.
    outcome: Option<Outcome>,
}

impl Watch {
    /// `print`: whether lines of progress go to standard output.
    pub(super) fn new(print: bool) -> Watch {
        let now = Instant::now();
        let state = State {
            history: History::default(),
            epochs: 0,
            batches: 0,
            losses: Vec::new(),
            batch: 0,
            examples: 0,
            epoch_start: now,
            start: now,
            printed: now,
            outcome: None,
        };
        Watch {
            print,
            stop: AtomicBool::new(false),
            state: Mutex::new(state),
            ended: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves numbers that are at most one batch old.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self, history: &History, epochs: usize, batches: usize) {
        let mut state = self.state();
        (state.epochs, state.batches, state.history) = (epochs, batches, history.clone());
        state.epoch_start = Instant::now();
    }

    pub(super) fn batch_done(&self, examples: usize, loss: f64) {
        let mut state = self.state();
        state.losses.push(loss);
        state.batch += 1;
        state.examples += examples;
        if self.print && state.printed.elapsed() >= PAUSE {
            state.printed = Instant::now();
            println!("{}", state.progress());
        }
    }

    pub(super) fn epoch_done(&self, history: &History) {
        let mut state = self.state();
        state.history = history.clone();
        (state.batch, state.examples, state.epoch_start) = (0, 0, Instant::now());
    }

    pub(super) fn must_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn ask_to_stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// The last line of a training that ended well.
    pub(super) fn print_end(&self, history: &History) {
        if self.print {
            let took = duration(self.state().start.elapsed().as_secs_f64());
            println!("{} epochs, {took}; {}", history.len(), history.ending());
        }
    }

    pub(super) fn end(&self, outcome: Outcome) {
        self.state().outcome = Some(outcome);
        self.ended.notify_all();
    }

    /// Waits for the end, with a line of progress every now and then.
    pub(super) fn wait(&self) -> Result<History> {
        let mut state = self.state();
        loop {
            match &state.outcome {
                Some(Ok(history)) => return Ok(history.clone()),
                Some(Err(message)) => return Err(Error::Msg(message.clone())),
                None => {}
            }
            let waited = self.ended.wait_timeout(state, PAUSE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if self.print && state.outcome.is_none() {
                println!("{}", state.progress());
            }
        }
    }

    pub(super) fn progress(&self) -> Progress {
        self.state().progress()
    }

    pub(super) fn figure(&self) -> Result<Figure> {
        let state = self.state();
        if state.history.len() > 1 {
            return state.history.curves();
        }
        if state.losses.is_empty() {
            bail!("curves: no batch was done yet; try again in a moment");
        }
        let figure = plot::loss_curve(&state.losses)?;
        Ok(figure.title("Loss by batch").x_label("batch"))
    }

    /// What the live curve shows, as JSON.
    pub(super) fn json(&self) -> String {
        const MOST: usize = 300;
        let state = self.state();
        let history = &state.history;
        let (unit, steps, curves) = if history.len() > 1 {
            let both = [
                ("train", history.train_losses()),
                ("validation", history.validation_losses()),
            ];
            ("epoch", history.len(), both.to_vec())
        } else {
            (
                "batch",
                state.losses.len(),
                vec![("train", state.losses.clone())],
            )
        };
        let curve = |(name, values): (&str, Vec<f64>)| {
            let values = means(&values, MOST).into_iter().map(|v| v.to_string());
            format!(
                "{{\"name\":\"{name}\",\"values\":[{}]}}",
                values.collect::<Vec<_>>().join(",")
            )
        };
        let curves: Vec<String> = curves.into_iter().map(curve).collect();
        let (line, done) = (state.progress(), state.outcome.is_some());
        format!(
            "{{\"unit\":\"{unit}\",\"steps\":{steps},\"curves\":[{}],\"line\":\"{line}\",\"done\":{done}}}",
            curves.join(",")
        )
    }
}

impl State {
    fn progress(&self) -> Progress {
        let recent = &self.losses[self.losses.len() - self.batch.min(self.losses.len())..];
        let ended = match &self.outcome {
            None => "",
            Some(Ok(history)) if history.note.is_empty() => "finished",
            Some(Ok(_)) => "stopped",
            Some(Err(_)) => "failed; run.wait()? says why",
        };
        let here = self.losses.len() as f64;
        let to_come = self.epochs.saturating_sub(self.history.len()) * self.batches;
        let to_come = to_come.saturating_sub(self.batch) as f64;
        Progress {
            epoch: (self.history.len() + 1).min(self.epochs),
            epochs: self.epochs,
            batch: self.batch,
            batches: self.batches,
            loss: match recent {
                [] => self.history.epochs().last().map(|e| e.train_loss),
                _ => Some(recent.iter().sum::<f64>() / recent.len() as f64),
            },
            examples_per_second: self.examples as f64
                / self.epoch_start.elapsed().as_secs_f64().max(1e-9),
            seconds_left: (here > 0.0).then(|| self.start.elapsed().as_secs_f64() / here * to_come),
            ended,
            sparkline: sparkline(&means(&self.losses, 12)),
        }
    }
}

/// How far a training is; shown, it is one line with a bar.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The epoch that is going on, the first is 1.
    pub epoch: usize,
    /// How many there will be at most.
    pub epochs: usize,
    /// How many batches of this epoch are done.
    pub batch: usize,
    /// How many an epoch has.
    pub batches: usize,
    /// The mean training loss of this epoch so far, before its first batch of the last one.
    pub loss: Option<f64>,
    /// How fast this epoch learns.
    pub examples_per_second: f64,
    /// How long it will take if it goes on like this, validation included.
    pub seconds_left: Option<f64>,
    ended: &'static str,
    sparkline: String,
}

impl Progress {
    /// Whether the training is over.
    pub fn is_done(&self) -> bool {
        !self.ended.is_empty()
    }

    /// Shows the line in a notebook.
    pub fn evcxr_display(&self) {
        display::show(&[("text/plain", &self.to_string())]);
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WIDTH: usize = 20;
        let all = (self.epochs * self.batches).max(1);
        let done = self.epoch.saturating_sub(1) * self.batches + self.batch;
        let full = (done * WIDTH / all).min(WIDTH);
        write!(f, "{}{}", "█".repeat(full), "░".repeat(WIDTH - full))?;
        write!(
            f,
            " epoch {}/{}, batch {}/{}",
            self.epoch, self.epochs, self.batch, self.batches
        )?;
        if let Some(loss) = self.loss {
            write!(f, ", loss {loss:.4} {}", self.sparkline)?;
        }
        match self.seconds_left {
            _ if self.is_done() => write!(f, ", {}", self.ended),
            Some(left) => write!(
                f,
                ", {:.0} examples/s, {} left",
                self.examples_per_second,
                duration(left)
            ),
            None => Ok(()),
        }
    }
}

/// At most `most` numbers: means of neighbours, as many in each.
fn means(values: &[f64], most: usize) -> Vec<f64> {
    let size = values.len().div_ceil(most).max(1);
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    values.chunks(size).map(mean).collect()
}

/// A curve one letter high.
fn sparkline(values: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bar =
        |value: &f64| BARS[((value - low) / (high - low).max(1e-12) * 7.0).round() as usize % 8];
    values.iter().map(bar).collect()
}

/// `12 s`, `3 min 20 s`, `1 h 5 min`.
fn duration(seconds: f64) -> String {
    match seconds.round() as u64 {
        0..10 => format!("{seconds:.1} s"),
        s @ 10..100 => format!("{s} s"),
        s @ 100..3600 => format!("{} min {} s", s / 60, s % 60),
        s => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}
