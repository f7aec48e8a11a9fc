//! The loop.

use std::time::Instant;

use candle_core::{DType, Result, Tensor, bail};

use super::tracker::Tracker;
use super::{Epoch, History, Training};
use crate::data::DataLoader;
use crate::nn::Model;
use candle_functional::display_shape;

impl Training {
    /// Trains `model` until it has seen `train` for `epochs` epochs, those of a resumed checkpoint
    /// counted. About once a second a line says how far it is.
    ///
    /// # Errors
    /// A loss that is not finite, not one number, or cut off from all parameters of the optimizer;
    /// whatever the model, the data, the loss or a metric refuse; a checkpoint that cannot be written,
    /// or not be trusted, or would be overwritten; the notebook's Stop. The parameters keep the values
    /// of then.
    pub fn fit(self, model: &dyn Model, train: &DataLoader, epochs: usize) -> Result<History> {
        self.check(train, epochs)?;
        let tracker = Tracker::new(!self.quiet, epochs, train.len());
        let history = self.run(model, train, epochs, &tracker)?;
        tracker.print_end(&history);
        Ok(history)
    }

    pub(super) fn run(
        mut self,
        model: &dyn Model,
        train: &DataLoader,
        epochs: usize,
        tracker: &Tracker,
    ) -> Result<History> {
        let (mut history, mut best) = self.begin(epochs, tracker)?;
        let resumed = history.len();
        tracker.epoch_done(&history);
        while history.len() < epochs && !history.is_stalled(self.patience) {
            let epoch = history.len();
            let start = Instant::now();
            if let Some(schedule) = &self.schedule {
                self.optimizer.set_lr(schedule.lr(epoch))?;
            }
            let trained = self.train_epoch(model, train, epoch, tracker)?;
            let validated = self.validate(model, epoch, tracker)?;
            if tracker.must_stop() {
                history.note = format!("stopped in epoch {}", epoch + 1);
                break;
            }
            let Some((&train_loss, train_metrics)) = trained.split_first() else {
                bail!("fit: the training loader gave no batch");
            };
            history.epochs.push(Epoch {
                train_loss,
                validation_loss: validated.first().copied(),
                metrics: validated.get(1..).unwrap_or(train_metrics).to_vec(),
                lr: self.optimizer.lr(),
                seconds: start.elapsed().as_secs_f64(),
            });
            if self.restore_best && history.best() == Some(epoch) {
                best = self.copy_weights()?;
            }
            if history.is_stalled(self.patience) {
                history.note = format!("stopped early after {} epochs", history.len());
            }
            let last = history.len() == epochs || history.is_stalled(self.patience);
            self.write_checkpoint(&history, &best, last)?;
            tracker.epoch_done(&history);
        }
        if history.len() == resumed && history.note.is_empty() {
            let why = match resumed < epochs {
                true => "training had stopped early; ask for more patience".to_string(),
                false => format!("{epochs} were asked for, those before included; ask for more"),
            };
            history.note = format!(
                "nothing was trained: the checkpoint has {resumed} epochs, and {why}, or remove the file to start anew"
            );
        }
        self.restore(&best)?;
        Ok(history)
    }

    /// One epoch of training: the mean loss, and the metrics if there are no validation data.
    fn train_epoch(
        &mut self,
        model: &dyn Model,
        train: &DataLoader,
        epoch: usize,
        tracker: &Tracker,
    ) -> Result<Vec<f64>> {
        let mut means = Means::default();
        for batch in train {
            if tracker.must_stop() {
                break;
            }
            let (x, targets) = self.on_device(batch?)?;
            let outputs = model.forward(&x, true)?;
            let loss = (self.loss)(&outputs, &targets)?;
            let mut scores = vec![self.finite("the loss", &loss, epoch)?];
            self.optimizer.backward_step(&loss)?;
            tracker.batch_done(x.dim(0)?, scores[0]);
            if self.validation.is_none() {
                self.add_metrics(&mut scores, &outputs.detach(), &targets)?;
            }
            means.add(&scores, x.dim(0)?);
        }
        // The last step can spoil weights whose loss was still finite.
        for parameter in self.params.all() {
            let sum = parameter.var().as_detached_tensor().sum_all()?;
            self.finite(parameter.name(), &sum, epoch)?;
        }
        Ok(means.get())
    }

    /// The mean loss and metrics over the validation data; nothing without them.
    fn validate(&self, model: &dyn Model, epoch: usize, tracker: &Tracker) -> Result<Vec<f64>> {
        let mut means = Means::default();
        for batch in self.validation.iter().flatten() {
            if tracker.must_stop() {
                break;
            }
            let (x, targets) = self.on_device(batch?)?;
            let outputs = model.forward(&x, false)?.detach();
            let loss = (self.loss)(&outputs, &targets)?;
            let mut scores = vec![self.finite("the validation loss", &loss, epoch)?];
            self.add_metrics(&mut scores, &outputs, &targets)?;
            means.add(&scores, x.dim(0)?);
        }
        Ok(means.get())
    }

    fn on_device(&self, (x, targets): (Tensor, Tensor)) -> Result<(Tensor, Tensor)> {
        let device = self.params.device();
        Ok((x.to_device(device)?, targets.to_device(device)?))
    }

    fn add_metrics(&self, scores: &mut Vec<f64>, outputs: &Tensor, targets: &Tensor) -> Result<()> {
        for (_, metric) in &self.metrics {
            scores.push(metric(outputs, targets)?);
        }
        Ok(())
    }

    /// The number in a tensor, or where and why there is none.
    fn finite(&self, what: &str, number: &Tensor, epoch: usize) -> Result<f64> {
        if number.elem_count() != 1 {
            let dims = display_shape(number.dims());
            bail!("fit: {what} must be one number, got shape {dims}: take the mean over the batch");
        }
        let value = number.reshape(())?.to_dtype(DType::F64)?;
        let value = value.to_scalar::<f64>()?;
        if !value.is_finite() {
            let (epoch, lr) = (epoch + 1, self.optimizer.lr());
            bail!(
                "epoch {epoch}: {what} is no finite number any more; start again from new parameters with a learning rate below {lr}, and look for log(0) or a division by 0"
            );
        }
        Ok(value)
    }
}

/// Means over examples: a last, smaller batch counts for less.
#[derive(Default)]
struct Means {
    sums: Vec<f64>,
    examples: f64,
}

impl Means {
    fn add(&mut self, scores: &[f64], examples: usize) {
        self.sums.resize(scores.len(), 0.0);
        for (sum, score) in self.sums.iter_mut().zip(scores) {
            *sum += score * examples as f64;
        }
        self.examples += examples as f64;
    }

    fn get(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum / self.examples).collect()
    }
}
