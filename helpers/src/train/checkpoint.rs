//! Everything that is needed to go on, in one safetensors file.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Result, Tensor, bail};

use super::early_stopping::Weights;
use super::{Epoch, History, Training};
use crate::errors::first_line;
use crate::nn::file;
use crate::random;

/// Marks the files of this module; the number grows when what they hold changes.
const MARK: &str = "training.checkpoint";
const VERSION: i64 = 1;

const RANDOM: &str = "training.random";

impl Training {
    /// History and best weights to start from: those of the checkpoint, or none.
    pub(super) fn begin(&mut self) -> Result<(History, Weights)> {
        let names = self.metrics.iter().map(|(name, _)| name.clone());
        let empty = History::new(names.collect());
        match &self.checkpoint {
            Some((path, _)) if self.resume && path.exists() => {
                let path = path.clone();
                match self.read_checkpoint(&path, empty) {
                    Ok(read) => Ok(read),
                    Err(error) => bail!(
                        "resume: {}; remove the file to start anew",
                        first_line(&error)
                    ),
                }
            }
            _ => Ok((empty, Weights::new())),
        }
    }

    /// Writes the checkpoint if one is due after this epoch.
    pub(super) fn write_checkpoint(
        &self,
        history: &History,
        best: &Weights,
        last: bool,
    ) -> Result<()> {
        let Some((path, every)) = &self.checkpoint else {
            return Ok(());
        };
        if !last && !history.len().is_multiple_of(*every) {
            return Ok(());
        }
        let cpu = &Device::Cpu;
        let mut all = HashMap::from([
            (MARK.to_string(), Tensor::new(VERSION, cpu)?),
            (RANDOM.to_string(), Tensor::new(random::state(), cpu)?),
        ]);
        all.extend(columns(history)?);
        let optimizer = self.optimizer.state().tensors()?;
        for (part, tensors) in [
            ("model", &self.params.tensors()),
            ("optimizer", &optimizer),
            ("best", best),
        ] {
            let named =
                |(name, tensor): (&String, &Tensor)| (format!("{part}.{name}"), tensor.clone());
            all.extend(tensors.iter().map(named));
        }
        file::write(path, all)
    }

    /// Reads and checks all of it before anything is changed.
    fn read_checkpoint(&mut self, path: &Path, empty: History) -> Result<(History, Weights)> {
        let all = file::read(path)?;
        let version = all.get(MARK).map(Tensor::to_scalar::<i64>);
        if !matches!(version, Some(Ok(VERSION))) {
            bail!("{} is not a checkpoint of a training", path.display());
        }
        let part = |part: &str| -> HashMap<String, Tensor> {
            let named = |(name, tensor): (&String, &Tensor)| {
                Some((name.strip_prefix(part)?.to_string(), tensor.clone()))
            };
            all.iter().filter_map(named).collect()
        };
        let history = history(path, &part("history."), empty)?;
        let Some(state) = all.get(RANDOM).and_then(|t| t.to_vec1::<u8>().ok()) else {
            bail!("{} holds no random generator", path.display());
        };
        let generator = random::from_state(&state)?;
        let mut optimizer = self.optimizer.state().clone();
        optimizer.take(path, &part("optimizer."))?;
        let best = part("best.");
        if self.restore_best {
            let now = self.params.tensors();
            let expected = now.iter().map(|(name, t)| (name.as_str(), t.clone()));
            if let Some(difference) = file::difference(expected, &best) {
                bail!(
                    "{}: its best weights do not fit: {difference}",
                    path.display()
                );
            }
        }
        self.params.take("load", path, &part("model."))?;
        *self.optimizer.state_mut() = optimizer;
        random::set_generator(generator);
        Ok((history, best))
    }
}

const LOSSES: [&str; 4] = ["train_loss", "validation_loss", "lr", "seconds"];

/// The history as one tensor for each column; a validation loss that is not there is NaN.
fn columns(history: &History) -> Result<HashMap<String, Tensor>> {
    let column = |name: String, of: &dyn Fn(&Epoch) -> f64| {
        let values: Vec<f64> = history.epochs().iter().map(of).collect();
        Ok((
            format!("history.{name}"),
            Tensor::new(values, &Device::Cpu)?,
        ))
    };
    let mut columns = vec![
        column(LOSSES[0].to_string(), &|e| e.train_loss),
        column(LOSSES[1].to_string(), &|e| {
            e.validation_loss.unwrap_or(f64::NAN)
        }),
        column(LOSSES[2].to_string(), &|e| e.lr),
        column(LOSSES[3].to_string(), &|e| e.seconds),
    ];
    for (i, name) in history.metric_names().iter().enumerate() {
        columns.push(column(format!("metric.{name}"), &|e| e.metrics[i]));
    }
    columns.into_iter().collect()
}

fn history(
    path: &Path,
    columns: &HashMap<String, Tensor>,
    mut history: History,
) -> Result<History> {
    let metrics = history
        .metric_names()
        .iter()
        .map(|name| format!("metric.{name}"));
    let names: Vec<String> = LOSSES
        .iter()
        .map(|name| name.to_string())
        .chain(metrics)
        .collect();
    let epochs = columns.get(LOSSES[0]).map_or(0, Tensor::elem_count);
    let like = Tensor::zeros(epochs, DType::F64, &Device::Cpu)?;
    let expected = names.iter().map(|name| (name.as_str(), like.clone()));
    if let Some(difference) = file::difference(expected, columns) {
        bail!("{} has another history: {difference}", path.display());
    }
    let values = names.iter().filter_map(|name| columns.get(name));
    let values: Vec<Vec<f64>> = values.map(Tensor::to_vec1).collect::<Result<_>>()?;
    let row = |epoch: usize| {
        let at = |column: usize| values[column][epoch];
        Epoch {
            train_loss: at(0),
            validation_loss: Some(at(1)).filter(|loss| !loss.is_nan()),
            lr: at(2),
            seconds: at(3),
            metrics: (LOSSES.len()..names.len()).map(at).collect(),
        }
    };
    (0..epochs).map(row).for_each(|epoch| history.push(epoch));
    Ok(history)
}
