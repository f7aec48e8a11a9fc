//! How far a training is, in one line.

use std::fmt;

use figures::display;

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
    pub(super) line: String,
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

/// A curve one letter high.
pub(super) fn sparkline(values: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bar =
        |value: &f64| BARS[((value - low) / (high - low).max(1e-12) * 7.0).round() as usize % 8];
    values.iter().map(bar).collect()
}

/// `12 s`, `3 min 20 s`, `1 h 5 min`.
pub(super) fn duration(seconds: f64) -> String {
    match seconds.round() as u64 {
        0..10 => format!("{seconds:.1} s"),
        s @ 10..100 => format!("{s} s"),
        s @ 100..3600 => format!("{} min {} s", s / 60, s % 60),
        s => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}
