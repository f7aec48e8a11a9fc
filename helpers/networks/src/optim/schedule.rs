//! Schedules: the learning rate as a function of the epoch.

use std::f64::consts::PI;

use candle_core::{Result, bail};

use super::check::check_setting;

/// The learning rate of every epoch, counted from 0. A schedule remembers nothing, so a training
/// that goes on later needs only to know the epoch: `sgd.set_lr(schedule.lr(epoch))?`.
pub trait Schedule {
    /// The learning rate of this epoch.
    fn lr(&self, epoch: usize) -> f64;
}

/// Multiplies the learning rate by `gamma` every `every` epochs, as PyTorch's `StepLR`.
///
/// ```
/// use helpers::prelude::*;
/// let schedule = optim::StepLr::new(0.1, 30, 0.5)?;
/// assert_eq!(schedule.lr(29), 0.1);
/// assert_eq!(schedule.lr(30), 0.05);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StepLr {
    lr: f64,
    every: usize,
    gamma: f64,
}

impl StepLr {
    /// Starts at `lr`.
    ///
    /// # Errors
    /// A number that is negative or not finite, or `every` 0.
    pub fn new(lr: f64, every: usize, gamma: f64) -> Result<StepLr> {
        check_setting("learning rate", lr)?;
        check_setting("gamma", gamma)?;
        if every == 0 {
            bail!("StepLr: the learning rate must last for at least 1 epoch, got every 0");
        }
        Ok(StepLr { lr, every, gamma })
    }
}

impl Schedule for StepLr {
    fn lr(&self, epoch: usize) -> f64 {
        // More steps than i32 has leave nothing of the learning rate anyway.
        let steps = i32::try_from(epoch / self.every).unwrap_or(i32::MAX);
        self.lr * self.gamma.powi(steps)
    }
}

/// Half a cosine from the learning rate down to 0 in `epochs` epochs (Loshchilov and Hutter 2017),
/// as PyTorch's `CosineAnnealingLR`: `lr (1 + cos(pi epoch / epochs)) / 2`.
///
/// Like PyTorch's it rises again afterwards.
///
/// ```
/// use helpers::prelude::*;
/// let schedule = optim::CosineLr::new(0.1, 10)?;
/// assert_eq!(schedule.lr(0), 0.1);
/// assert!((schedule.lr(5) - 0.05).abs() < 1e-12 && schedule.lr(10) < 1e-12);
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CosineLr {
    lr: f64,
    epochs: usize,
}

impl CosineLr {
    /// Starts at `lr` and is at its lowest in epoch `epochs`.
    ///
    /// # Errors
    /// A learning rate that is negative or not finite, or no epochs.
    pub fn new(lr: f64, epochs: usize) -> Result<CosineLr> {
        check_setting("learning rate", lr)?;
        if epochs == 0 {
            bail!("CosineLr: it needs at least 1 epoch, got 0");
        }
        Ok(CosineLr { lr, epochs })
    }
}

impl Schedule for CosineLr {
    fn lr(&self, epoch: usize) -> f64 {
        let along = PI * epoch as f64 / self.epochs as f64;
        self.lr * (1.0 + along.cos()) / 2.0
    }
}
