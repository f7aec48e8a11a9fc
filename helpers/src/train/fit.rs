//! The loop.

use std::time::Instant;

use candle_core::{DType, Result, Tensor, bail};

use super::progress::Watch;
use super::settings::{Metric, Training};
use super::{Epoch, History};
use crate::data::DataLoader;
use crate::nn::{Model, Parameters};

impl Training {
    /// Trains `model` until it has seen `train` for `epochs` epochs, those of a resumed checkpoint
    /// counted. About once a second a line says how far it is.
    ///
    /// # Errors
    /// A loss that is not finite; whatever the model, the data, the loss or a metric refuse; a
    /// checkpoint that cannot be written, or not be trusted. The parameters keep the values of then.
    pub fn fit(self, model: &dyn Model, train: &DataLoader, epochs: usize) -> Result<History> {
        let watch = Watch::new(!self.quiet);
        let history = self.run(model, train, epochs, &watch)?;
        watch.print_end(&history);
        Ok(history)
    }

    pub(super) fn run(
        mut self,
        model: &dyn Model,
        train: &DataLoader,
        epochs: usize,
        watch: &Watch,
    ) -> Result<History> {
        self.check(train, epochs)?;
        let (mut history, mut best) = self.begin()?;
        watch.begin(&history, epochs, train.len());
        while history.len() < epochs && !history.is_stalled(self.patience) {
            let epoch = history.len();
            let start = Instant::now();
            if let Some(schedule) = &self.schedule {
                self.optimizer.set_lr(schedule.lr(epoch))?;
            }
            let Some(trained) = self.train_epoch(model, train, epoch, watch)? else {
                history.note = format!("stopped in epoch {}", epoch + 1);
                break;
            };
            check_parameters(&self.params, epoch, self.optimizer.lr())?;
            let Some(validated) = self.validate(model, epoch, watch)? else {
                history.note = format!("stopped in epoch {}", epoch + 1);
                break;
            };
            let validation_loss = self.validation.is_some().then(|| validated.loss());
            let scores = if self.validation.is_some() {
                validated
            } else {
                trained.clone()
            };
            history.push(Epoch {
                train_loss: trained.loss(),
                validation_loss,
                metrics: scores.metrics(),
                lr: self.optimizer.lr(),
                seconds: start.elapsed().as_secs_f64(),
            });
            if self.restore_best && history.best() == Some(epoch) {
                best = self.copy_parameters()?;
            }
            let last = history.len() == epochs || history.is_stalled(self.patience);
            self.write_checkpoint(&history, &best, last)?;
            watch.epoch_done(&history);
        }
        if history.is_stalled(self.patience) && history.len() < epochs {
            history.note = format!(
                "stopped early, the loss fell no more after epoch {}",
                history.best_number()
            );
        }
        if self.restore_best {
            self.restore(&best)?;
        }
        Ok(history)
    }

    /// One pass that learns; `None` when it was asked to stop.
    fn train_epoch(
        &mut self,
        model: &dyn Model,
        train: &DataLoader,
        epoch: usize,
        watch: &Watch,
    ) -> Result<Option<Means>> {
        let mut means = Means::default();
        // With validation data the metrics are theirs.
        let metrics = if self.validation.is_none() {
            &self.metrics[..]
        } else {
            &[]
        };
        for (number, batch) in train.iter().enumerate() {
            if watch.must_stop() {
                return Ok(None);
            }
            let (x, targets) = on_device(batch?, &self.params)?;
            let outputs = model.forward(&x, true)?;
            let loss = (self.loss)(&outputs, &targets)?;
            let value = value_of(&loss)?;
            if !value.is_finite() {
                return not_finite("the loss", epoch, Some(number), self.optimizer.lr());
            }
            self.optimizer.step(&loss.backward()?)?;
            means.add(value, metrics, &outputs.detach(), &targets)?;
            watch.batch_done(x.dim(0)?, value);
        }
        Ok(Some(means))
    }

    /// One pass over the validation data, if there are any; `None` when it was asked to stop.
    fn validate(&self, model: &dyn Model, epoch: usize, watch: &Watch) -> Result<Option<Means>> {
        let mut means = Means::default();
        for batch in self.validation.iter().flatten() {
            if watch.must_stop() {
                return Ok(None);
            }
            let (x, targets) = on_device(batch?, &self.params)?;
            let outputs = model.forward(&x, false)?.detach();
            let value = value_of(&(self.loss)(&outputs, &targets)?)?;
            means.add(value, &self.metrics, &outputs, &targets)?;
        }
        if self.validation.is_some() && !means.loss().is_finite() {
            return not_finite("the validation loss", epoch, None, self.optimizer.lr());
        }
        Ok(Some(means))
    }
}

/// Means over examples: a last, smaller batch counts for less.
#[derive(Clone, Default)]
struct Means {
    examples: f64,
    loss: f64,
    metrics: Vec<f64>,
}

impl Means {
    fn add(
        &mut self,
        loss: f64,
        metrics: &[(String, Metric)],
        outputs: &Tensor,
        targets: &Tensor,
    ) -> Result<()> {
        let n = targets.dims().first().copied().unwrap_or(1) as f64;
        self.examples += n;
        self.loss += loss * n;
        self.metrics.resize(metrics.len(), 0.0);
        for (sum, (_, metric)) in self.metrics.iter_mut().zip(metrics) {
            *sum += metric(outputs, targets)? * n;
        }
        Ok(())
    }

    fn loss(&self) -> f64 {
        self.loss / self.examples
    }

    fn metrics(&self) -> Vec<f64> {
        self.metrics.iter().map(|sum| sum / self.examples).collect()
    }
}

/// The batch where the parameters are.
fn on_device((x, targets): (Tensor, Tensor), params: &Parameters) -> Result<(Tensor, Tensor)> {
    Ok((
        x.to_device(params.device())?,
        targets.to_device(params.device())?,
    ))
}

fn value_of(loss: &Tensor) -> Result<f64> {
    if loss.rank() != 0 {
        bail!(
            "fit: the loss must be one number, its shape is {:?}: take the mean over the batch",
            loss.dims()
        );
    }
    loss.to_dtype(DType::F64)?.to_scalar()
}

/// The last step of an epoch can spoil weights whose loss was still finite.
fn check_parameters(params: &Parameters, epoch: usize, lr: f64) -> Result<()> {
    for parameter in params.all() {
        let sum = parameter.var().as_detached_tensor().sum_all()?;
        if !value_of(&sum)?.is_finite() {
            return not_finite(&format!("{} at its end", parameter.name()), epoch, None, lr);
        }
    }
    Ok(())
}

fn not_finite<T>(what: &str, epoch: usize, batch: Option<usize>, lr: f64) -> Result<T> {
    let batch = batch.map_or(String::new(), |n| format!(", batch {}", n + 1));
    bail!(
        "epoch {}{batch}: {what} is not a finite number; start again from new parameters with a learning rate below {lr}, and look for log(0) or a division by 0",
        epoch + 1
    )
}
