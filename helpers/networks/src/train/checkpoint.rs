//! Everything that is needed to go on, in one safetensors file.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Result, Tensor, bail};

use super::early_stopping::Weights;
use super::tracker::Tracker;
use super::{Epoch, History, Training};
use crate::nn::{IncompatibleKeys, tensor_file};
use candle_functional::errors::first_line;
use candle_functional::random;

/// The place of the random generator, 56 bytes: every checkpoint has it, and no other file.
const RANDOM: &str = "checkpoint.random";

/// The name of the history in a checkpoint; the metrics follow.
const COLUMNS: &str = "history.train_loss,validation_loss,lr,seconds";

impl Training {
    /// History and best weights to start from: those of the checkpoint, or none. A line says what
    /// was resumed.
    pub(super) fn begin(&mut self, epochs: usize, tracker: &Tracker) -> Result<(History, Weights)> {
        let metrics = self.metrics.iter().map(|(name, _)| name.clone());
        let history = History {
            metrics: metrics.collect(),
            ..History::default()
        };
        let path = match self.checkpoint.clone() {
            Some((path, _)) if self.resume => path,
            _ => return Ok((history, Weights::new())),
        };
        let name = path.display();
        if !path.exists() {
            tracker.say(format!(
                "resume: there is no {name} yet: from the beginning"
            ));
            return Ok((history, Weights::new()));
        }
        let (history, best, rate) = self.read(&path, history).or_else(|error| {
            let why = first_line(&error);
            bail!("resume: {name} cannot be used: {why}; remove the file to start anew")
        })?;
        let here = match (&self.schedule, self.optimizer.lr()) {
            (Some(_), _) => "schedule".to_string(),
            (None, lr) if lr == rate => format!("learning rate {lr}"),
            (None, lr) => format!("learning rate {lr} (in place of {rate})"),
        };
        tracker.say(format!(
            "resume: {} of {epochs} epochs are in {name}; from it: weights, the optimizer's averages, random numbers, history; from this training: {here}, data, settings",
            history.len()
        ));
        Ok((history, best))
    }

    /// Writes the checkpoint if one is due after this epoch.
    pub(super) fn write_checkpoint(&self, h: &History, best: &Weights, last: bool) -> Result<()> {
        let Some((path, every)) = &self.checkpoint else {
            return Ok(());
        };
        if !last && !h.len().is_multiple_of(*every) {
            return Ok(());
        }
        let random = Tensor::new(random::state(), &Device::Cpu)?;
        let mut all = HashMap::from([(RANDOM.to_string(), random), (h.columns(), h.to_tensor()?)]);
        let optimizer = self.optimizer.state().tensors()?;
        let parts = [("model", self.params.tensors()), ("optimizer", optimizer)];
        for (part, tensors) in parts.into_iter().chain([("best", best.clone())]) {
            all.extend(
                tensors
                    .into_iter()
                    .map(|(name, t)| (format!("{part}.{name}"), t)),
            );
        }
        tensor_file::write(path, all)
    }

    /// Reads and checks all of the file before anything is changed. The learning rate stays: it is
    /// only returned.
    fn read(&mut self, path: &Path, mut history: History) -> Result<(History, Weights, f64)> {
        let all = tensor_file::read(path)?;
        let Some(state) = all.get(RANDOM).and_then(|t| t.to_vec1::<u8>().ok()) else {
            bail!("it is not a checkpoint of a training");
        };
        let Some(table) = all.get(&history.columns()) else {
            let mut theirs = all.keys().filter_map(|name| name.strip_prefix(COLUMNS));
            let list = |metrics: &str| match metrics.trim_start_matches(',') {
                "" => "none".to_string(),
                metrics => metrics.replace(',', ", "),
            };
            bail!(
                "its metrics are: {}; those of this training: {}; ask for the same, in the same order",
                list(theirs.next().unwrap_or_default()),
                list(&history.metrics.join(","))
            );
        };
        history.take_tensor(table)?;
        let validated = self.validation.is_some();
        if history
            .epochs
            .iter()
            .any(|e| e.validation_loss.is_some() != validated)
        {
            bail!(
                "it was trained {} validation data, this training is {}; losses of both kinds cannot be compared",
                if validated { "without" } else { "with" },
                if validated { "with" } else { "without" }
            );
        }
        let part = |part: &str| -> Weights {
            let tensors = all.iter();
            let named = tensors.filter_map(|(name, t)| Some((name.strip_prefix(part)?, t)));
            named
                .map(|(name, t)| (name.to_string(), t.clone()))
                .collect()
        };
        let best = part("best.");
        if self.restore_best {
            let now = self.params.tensors();
            let expected = now.iter().map(|(name, t)| (name.as_str(), t.clone()));
            let keys = IncompatibleKeys::new(expected, &best);
            if !keys.is_empty() {
                bail!("its best weights do not fit: {keys}");
            }
        }
        let mut optimizer = self.optimizer.state().clone();
        optimizer.take(path, &part("optimizer."))?;
        let rate = optimizer.lr();
        optimizer.set_lr(self.optimizer.lr())?;
        let generator = random::from_state(&state)?;
        self.params.take("it", &part("model."))?;
        *self.optimizer.state_mut() = optimizer;
        random::set_stream(generator);
        Ok((
            history,
            if self.restore_best {
                best
            } else {
                Weights::new()
            },
            rate,
        ))
    }
}

impl History {
    /// What the columns of [`to_tensor`](Self::to_tensor) are: its name in the file.
    fn columns(&self) -> String {
        let metrics: String = self.metrics.iter().map(|m| format!(",{m}")).collect();
        format!("{COLUMNS}{metrics}")
    }

    /// A row for each epoch; a validation loss that is not there is NaN.
    fn to_tensor(&self) -> Result<Tensor> {
        let row = |e: &Epoch| {
            let validation_loss = e.validation_loss.unwrap_or(f64::NAN);
            [
                &[e.train_loss, validation_loss, e.lr, e.seconds],
                &e.metrics[..],
            ]
            .concat()
        };
        let rows: Vec<f64> = self.epochs.iter().flat_map(row).collect();
        Tensor::from_vec(rows, (self.len(), 4 + self.metrics.len()), &Device::Cpu)
    }

    fn take_tensor(&mut self, table: &Tensor) -> Result<()> {
        if table.dtype() != DType::F64
            || table.rank() != 2
            || table.dim(1)? != 4 + self.metrics.len()
        {
            bail!("its history is damaged");
        }
        let epoch = |row: Vec<f64>| Epoch {
            train_loss: row[0],
            validation_loss: Some(row[1]).filter(|loss| !loss.is_nan()),
            lr: row[2],
            seconds: row[3],
            metrics: row[4..].to_vec(),
        };
        self.epochs = table.to_vec2()?.into_iter().map(epoch).collect();
        Ok(())
    }
}
