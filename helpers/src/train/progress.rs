//! How far a training is, for whoever looks: the loop reports here after every batch.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use candle_core::{Error, Result, bail};

use super::History;
use crate::display;
use crate::notebook::check_stop;
use crate::plot::{self, Figure};

/// The least time between two lines of progress.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// How long somebody who waits does not look whether to stop.
const PATIENCE: Duration = Duration::from_millis(100);

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

impl Watch {
    /// `print`: whether the loop prints lines of progress; in the background it must not, they would
    /// be held back until another cell runs. `batches`: in an epoch.
    pub(super) fn new(print: bool, epochs: usize, batches: usize) -> Watch {
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
        let (unit, curves) = self.state().curves();
        if curves[0].1.is_empty() {
            bail!("curves: no batch was done yet; try again in a moment");
        }
        Ok(plot::loss_curves(&curves)?
            .title(&format!("Loss by {unit}"))
            .x_label(unit))
    }

    /// What the live curve shows, as JSON.
    pub(super) fn json(&self) -> String {
        let state = self.state();
        let (unit, curves) = state.curves();
        let steps = curves[0].1.len();
        let curve = |(name, values): &(&str, Vec<f64>)| {
            format!(
                "{{\"name\":\"{name}\",\"values\":{:?}}}",
                means(values, 300)
            )
        };
        let curves = curves.iter().map(curve).collect::<Vec<_>>().join(",");
        let (line, done) = (state.progress(), state.outcome.is_some());
        format!(
            "{{\"unit\":\"{unit}\",\"steps\":{steps},\"curves\":[{curves}],\"line\":\"{line}\",\"done\":{done}}}"
        )
    }
}

impl State {
    /// The losses by batch in the first epoch, then by epoch.
    fn curves(&self) -> (&'static str, Vec<(&'static str, Vec<f64>)>) {
        if self.history.len() < 2 {
            return ("batch", vec![("train", self.losses.clone())]);
        }
        ("epoch", self.history.loss_curves())
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

/// How far a training is: one line with a bar, the loss so far as a small curve, the speed
/// (validation included) and the time left.
#[derive(Clone)]
pub struct Progress {
    /// The epoch that is going on, the first is 1.
    pub epoch: usize,
    /// The mean training loss of this epoch so far, before its first batch of the last one.
    pub loss: Option<f64>,
    /// Whether the training is over.
    pub done: bool,
    line: String,
}

impl Progress {
    /// Shows the line in a notebook.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::show(&[("text/plain", &self.line)]);
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if display::is_shown_by_debug(|| self.evcxr_display()) {
            return write!(f, "{self}");
        }
        f.debug_struct("Progress")
            .field("epoch", &self.epoch)
            .field("loss", &self.loss)
            .field("done", &self.done)
            .field("line", &self.line)
            .finish()
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
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
