//! How far a training is, for whoever looks: the loop reports here after every batch.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use candle_core::{Error, Result, bail};

use super::History;
use super::progress::{Progress, duration, sparkline};
use candle_functional::stop::check_stop;
use figures::{self, Figure};

/// The least time between two lines of progress.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// How long somebody who waits does not look whether to stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// How a training ended; the message can be told more than once.
pub(super) type Outcome = std::result::Result<History, String>;

/// What the loop and those who look at it share.
pub(super) struct Tracker {
    print: bool,
    stop: AtomicBool,
    state: Mutex<State>,
    ended: Condvar,
}

struct State {
    history: History,
    epochs: usize,
    batches: usize,
    /// The loss of every batch since this training started, and how many of them in whole epochs.
    losses: Vec<f64>,
    in_epochs: usize,
    examples: usize,
    start: Instant,
    printed: Instant,
    /// A line for whoever waits.
    said: Option<String>,
    outcome: Option<Outcome>,
}

impl Tracker {
    /// `print`: whether the loop prints lines of progress; in the background it must not, they would
    /// be held back until another cell runs. `batches`: in an epoch.
    pub(super) fn new(print: bool, epochs: usize, batches: usize) -> Tracker {
        let state = State {
            history: History::default(),
            epochs,
            batches,
            losses: Vec::new(),
            in_epochs: 0,
            examples: 0,
            start: Instant::now(),
            printed: Instant::now(),
            said: None,
            outcome: None,
        };
        Tracker {
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

    /// A line that is printed now, or by whoever waits.
    pub(super) fn say(&self, line: String) {
        match self.print {
            true => println!("{line}"),
            false => self.state().said = Some(line),
        }
    }

    pub(super) fn batch_done(&self, examples: usize, loss: f64) {
        let mut state = self.state();
        state.losses.push(loss);
        state.examples += examples;
        if self.print && state.printed.elapsed() >= PAUSE {
            state.printed = Instant::now();
            println!("{}", state.progress());
        }
    }

    pub(super) fn epoch_done(&self, history: &History) {
        let mut state = self.state();
        let known = state.history.len();
        let news = history.epochs.get(known..).unwrap_or_default();
        state.history.epochs.extend_from_slice(news);
        state.in_epochs = state.losses.len();
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

    /// Waits for the end; `print`: with a line of progress every now and then. A Stop ends the
    /// waiting, not the training.
    pub(super) fn wait(&self, print: bool) -> Result<History> {
        let mut state = self.state();
        let mut printed = Instant::now();
        loop {
            if print && let Some(line) = state.said.take() {
                println!("{line}");
            }
            if let Some(outcome) = state.outcome.clone() {
                return outcome.map_err(Error::Msg);
            }
            check_stop()?;
            let waited = self.ended.wait_timeout(state, PATIENCE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if print && state.outcome.is_none() && printed.elapsed() >= PAUSE {
                printed = Instant::now();
                println!("{}", state.progress());
            }
        }
    }

    pub(super) fn progress(&self) -> Progress {
        self.state().progress()
    }

    pub(super) fn figure(&self) -> Result<Figure> {
        let state = self.state();
        let (unit, train, validation) = state.curves();
        if train.is_empty() {
            bail!("curves: no batch was done yet; try again in a moment");
        }
        Ok(figures::learning_curves(&[("", train, validation)])?
            .title(&format!("Loss by {unit}"))
            .x_label(unit))
    }

    /// What the live curve shows, as JSON.
    pub(super) fn json(&self) -> String {
        let state = self.state();
        let (unit, train, validation) = state.curves();
        serde_json::json!({
            "unit": unit,
            "steps": train.len(),
            "train": means(&train, 300),
            "validation": means(&validation, 300),
            "line": state.progress().line,
            "done": state.outcome.is_some(),
        })
        .to_string()
    }
}

impl State {
    /// Training and validation losses, by batch in the first epoch, then by epoch.
    fn curves(&self) -> (&'static str, Vec<f64>, Vec<f64>) {
        if self.history.len() < 2 {
            return ("batch", self.losses.clone(), Vec::new());
        }
        let history = &self.history;
        ("epoch", history.train_losses(), history.validation_losses())
    }

    fn progress(&self) -> Progress {
        const WIDTH: usize = 20;
        let now = &self.losses[self.in_epochs..];
        let epoch = (self.history.len() + 1).min(self.epochs);
        let (epochs, batches, batch) = (self.epochs, self.batches, now.len());
        let (all, done) = (epochs * batches, self.history.len() * batches + batch);
        let full = (done * WIDTH / all.max(1)).min(WIDTH);
        let mut line = format!(
            "{}{} epoch {epoch}/{epochs}, batch {batch}/{batches}",
            "█".repeat(full),
            "░".repeat(WIDTH - full)
        );
        let last = self.history.epochs.last().map(|e| e.train_loss);
        let loss = means(now, 1).first().copied().or(last);
        if let Some(loss) = loss {
            line += &format!(", loss {loss:.4} {}", sparkline(&means(&self.losses, 12)));
        }
        let seconds = self.start.elapsed().as_secs_f64().max(1e-9);
        line += &match &self.outcome {
            Some(Err(_)) => ", failed; run.wait()? says why".to_string(),
            Some(Ok(history)) if history.note.is_empty() => ", finished".to_string(),
            Some(Ok(history)) => format!(", {}", history.note),
            None if self.losses.is_empty() => String::new(),
            None => {
                let left = seconds / self.losses.len() as f64 * all.saturating_sub(done) as f64;
                let speed = self.examples as f64 / seconds;
                format!(", {speed:.0} examples/s, {} left", duration(left))
            }
        };
        Progress {
            epoch,
            loss,
            done: self.outcome.is_some(),
            line,
        }
    }
}

/// At most `most` numbers: means of neighbours, as many in each.
fn means(values: &[f64], most: usize) -> Vec<f64> {
    let size = values.len().div_ceil(most).max(1);
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    values.chunks(size).map(mean).collect()
}
