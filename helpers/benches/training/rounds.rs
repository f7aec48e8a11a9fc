//! Measuring one work: the sides take turns.

use crate::Result;
use crate::options::Options;
use crate::sides::{Process, Side, Torch};
use crate::works::Work;

/// What came out for one work.
pub struct Measured {
    pub name: &'static str,
    pub title: &'static str,
    pub parameters: usize,
    /// The sides that took part, each with one time per round: the median step, in milliseconds.
    pub times: Vec<(Side, Vec<f64>)>,
}

impl Measured {
    /// A side's times, round by round.
    pub fn times(&self, side: Side) -> Option<&[f64]> {
        let found = self.times.iter().find(|(s, _)| *s == side);
        found.map(|(_, times)| times.as_slice())
    }

    /// A side's median time.
    pub fn median(&self, side: Side) -> Option<f64> {
        self.times(side).map(median)
    }

    /// PyTorch's better way: with its plain optimizer, or with its fused one.
    pub fn best_torch(&self) -> Option<Side> {
        let (plain, fused) = (self.median(Side::Torch)?, self.median(Side::TorchFused));
        Some(match fused {
            Some(fused) if fused < plain => Side::TorchFused,
            _ => Side::Torch,
        })
    }

    /// How many times as long as this crate another side takes, round by round.
    pub fn ratios(&self, other: Side) -> Option<Vec<f64>> {
        let (ours, theirs) = (self.times(Side::Helpers)?, self.times(other)?);
        Some(ours.iter().zip(theirs).map(|(o, t)| t / o).collect())
    }
}

/// Runs all sides of a work, in turns. The side that begins changes from round to round.
pub fn measure(work: &Work, options: &Options, torch: Option<&Torch>) -> Result<Measured> {
    let mut sides = vec![Side::Helpers];
    sides.extend(work.candle.as_ref().map(|_| Side::Candle));
    if torch.is_some() {
        sides.push(Side::Torch);
        sides.extend(work.optimizer.then_some(Side::TorchFused));
    }
    let python = torch.map_or("", Torch::python);
    let start = |&side: &Side| Process::start(side, work, options, python);
    let mut processes = sides.iter().map(start).collect::<Result<Vec<_>>>()?;
    let mut times: Vec<(Side, Vec<f64>)> = sides.iter().map(|&s| (s, Vec::new())).collect();
    if !(options.quick && work.slow) {
        if !options.quick {
            for process in &mut processes {
                process.run(options.turn())?; // to warm up
            }
        }
        for round in 0..options.rounds {
            for turn in 0..processes.len() {
                let i = (round + turn) % processes.len();
                let steps = processes[i].run(options.turn())?;
                times[i].1.push(median(&steps));
            }
        }
    }
    Ok(Measured {
        name: work.name,
        title: work.title,
        parameters: work.parameters,
        times,
    })
}

/// The number in the middle; not a number for none.
pub fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.get(sorted.len() / 2), sorted.len() % 2) {
        (Some(middle), 1) => *middle,
        (Some(upper), _) => (sorted[sorted.len() / 2 - 1] + upper) / 2.0,
        (None, _) => f64::NAN,
    }
}
