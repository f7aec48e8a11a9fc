//! One axis: its range, where its ticks are, how they are written.

use candle_core::{Result, bail};

use crate::number_format::{number_with_step, power_labels};
use crate::values::min_max;

/// A range with its ticks; `log` for powers of ten, `whole` for steps and epochs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Axis {
    pub low: f64,
    pub high: f64,
    pub log: bool,
    pub whole: bool,
    /// What stands at 0, 1, 2, ... in place of numbers, if anything.
    pub names: Vec<String>,
}

impl Axis {
    /// The range of `values`, which are finite, with `padding` (a share of it) on both sides;
    /// equal values get some room around them.
    pub fn around(what: &str, values: &[f64], padding: f64) -> Result<Axis> {
        let (low, high) = min_max(values);
        let mut room = (high - low) * padding;
        if high - low <= 1e-6 * high.abs().max(low.abs()) || high == low {
            room = (0.1 * high.abs()).max(0.5);
        }
        let (low, high) = (low - room, high + room);
        if !(high - low).is_finite() {
            bail!("{what}: the values are too far apart to draw, from {low:e} to {high:e}");
        }
        Ok(Axis::new(low, high))
    }

    pub fn new(low: f64, high: f64) -> Axis {
        Axis {
            low,
            high,
            ..Axis::default()
        }
    }

    /// A logarithmic axis over positive values.
    pub fn log_around(what: &str, values: &[f64], padding: f64) -> Result<Axis> {
        let logs: Vec<f64> = values.iter().map(|v| v.log10()).collect();
        let mut axis = Axis::around(what, &logs, padding)?;
        axis.low = 10f64.powf(axis.low);
        axis.high = 10f64.powf(axis.high);
        axis.log = axis.low > 0.0 && axis.high.is_finite();
        Ok(axis)
    }

    /// Where `value` is, 0 at the low end, 1 at the high end.
    pub fn place(&self, value: f64) -> f64 {
        if self.log {
            let (low, high) = (self.low.log10(), self.high.log10());
            (value.log10() - low) / (high - low)
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// At most six ticks or so, as many as fit `room`; `length` is what a label takes of it.
    pub fn ticks(&self, room: f64, length: impl Fn(&str) -> f64) -> Vec<(f64, String)> {
        if !self.names.is_empty() {
            let named = self.names.iter().enumerate();
            return named.map(|(i, name)| (i as f64, name.clone())).collect();
        }
        let fits = |ticks: &[(f64, String)]| {
            ticks.iter().map(|(_, label)| length(label)).sum::<f64>() <= room
        };
        let mut choices = (2..=6).rev().map(|wanted| self.about(wanted));
        choices
            .find(|ticks| fits(ticks))
            .unwrap_or_else(|| self.about(1))
    }

    /// About `wanted` ticks at round numbers, each with its label.
    fn about(&self, wanted: usize) -> Vec<(f64, String)> {
        if self.log {
            let ticks = log_ticks(self.low, self.high, wanted);
            if ticks.len() > 1 {
                let labels = power_labels(&ticks);
                return ticks.into_iter().zip(labels).collect();
            }
        }
        let mut step = round_step((self.high - self.low) / wanted.max(1) as f64);
        if self.whole {
            step = step.max(1.0);
        }
        let first = (self.low / step).ceil();
        let last = (self.high / step).floor();
        let count = (last - first).clamp(0.0, 100.0) as usize;
        let largest = step * first.abs().max(last.abs());
        let tick = |i: usize| {
            let value = (first + i as f64) * step;
            (value, number_with_step(value, step, largest))
        };
        (0..=count).map(tick).collect()
    }
}

/// 1, 2 or 5 times a power of ten, at least `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let times = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|t| t * power >= step * 0.999);
    times.unwrap_or(10.0) * power
}

fn log_ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let decades = (last - first).max(1) as usize;
    let every = decades.div_ceil(wanted.max(1)).max(1);
    let within: &[f64] = match decades {
        0..=2 => &[1.0, 2.0, 5.0],
        _ => &[1.0],
    };
    let first = first.div_euclid(every as i32) * every as i32;
    let powers = (first..=last).step_by(every).map(|p| 10f64.powi(p));
    let ticks = powers.flat_map(|power| within.iter().map(move |t| t * power));
    ticks.filter(|t| (low..=high).contains(t)).collect()
}
