//! Telling the user what happens: one line when a step starts, one when it ends, and in between a
//! spinner with what the step last said (nothing in between where the output is not a terminal).

use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// Says that a step was done already.
pub fn done_already(title: &str) {
    println!("  ok  {title}");
}

/// Runs a step: says what it does and how long it usually takes, then how long it took.
pub fn step<T>(title: &str, usual: &str, work: impl FnOnce(&Progress) -> Result<T>) -> Result<T> {
    println!("  ..  {title} (usually {usual})");
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("      {spinner} {elapsed} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    let start = Instant::now();
    let result = work(&Progress { bar: bar.clone() });
    bar.finish_and_clear();
    match &result {
        Ok(_) => println!("  ok  {title}, {}", readable(start.elapsed())),
        Err(_) => println!("  !!  {title}: failed after {}", readable(start.elapsed())),
    }
    result
}

/// What a step reports through while it works.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Shows a short message beside the spinner.
    pub fn say(&self, message: &str) {
        self.bar.set_message(message.trim().to_string());
    }
}

/// `3.2 s`, `1 min 40 s`.
pub fn readable(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}
