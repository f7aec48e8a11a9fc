//! What a training is told before it starts.

use std::path::PathBuf;

use candle_core::{Result, Tensor, bail};

use crate::data::DataLoader;
use crate::nn::Parameters;
use crate::optim::{Optimizer, Schedule};

/// A function of outputs and targets.
type Score<T> = Box<dyn Fn(&Tensor, &Tensor) -> Result<T> + Send>;

/// A training that is about to start: [`fit`](Self::fit) runs it, [`spawn`](Self::spawn) runs it in
/// the background. Either uses it up; what was learned is in the parameters.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = nn::linear(1, 1, &params.at("fc"))?;
/// let x = random::normal(0.0, 1.0, (64, 1), &Device::Cpu)?;
/// let line = TensorDataset::new(x.clone(), ((&x * 3.0)? - 1.0)?)?;
///
/// let sgd = optim::Sgd::new(&params, 0.1)?;
/// let history = Training::new(&params, sgd, loss::mse)
///     .schedule(optim::StepLr::new(0.1, 10, 0.5)?)
///     .fit(&model, &DataLoader::new(line, 16)?.shuffle(true), 20)?;
/// assert!(history.train_losses()[19] < 1e-3);
/// # Ok::<(), helpers::Error>(())
/// ```
#[must_use = "a training starts with .fit(..) or .spawn(..)"]
pub struct Training {
    pub(super) params: Parameters,
    pub(super) optimizer: Box<dyn Optimizer + Send>,
    pub(super) loss: Score<Tensor>,
    pub(super) validation: Option<DataLoader>,
    pub(super) metrics: Vec<(String, Score<f64>)>,
    pub(super) schedule: Option<Box<dyn Schedule + Send>>,
    pub(super) patience: Option<usize>,
    pub(super) restore_best: bool,
    pub(super) checkpoint: Option<(PathBuf, usize)>,
    pub(super) resume: bool,
    pub(super) quiet: bool,
}

impl Training {
    /// A training of `params` with this optimizer and this loss, a function of the model's outputs
    /// and the targets: [`loss::cross_entropy`](crate::loss::cross_entropy), or a closure.
    pub fn new(
        params: &Parameters,
        optimizer: impl Optimizer + Send + 'static,
        loss: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + 'static,
    ) -> Training {
        Training {
            params: params.clone(),
            optimizer: Box::new(optimizer),
            loss: Box::new(loss),
            validation: None,
            metrics: Vec::new(),
            schedule: None,
            patience: None,
            restore_best: false,
            checkpoint: None,
            resume: false,
            quiet: false,
        }
    }

    /// Scores the model on this data after each epoch, in evaluation mode.
    pub fn validation(mut self, validation: &DataLoader) -> Training {
        self.validation = Some(validation.clone());
        self
    }

    /// One more number to follow, a function of outputs and targets:
    /// `.metric("accuracy", metrics::accuracy)`. It is the mean over the validation data; without
    /// these, over the training batches as they came.
    pub fn metric(
        mut self,
        name: &str,
        metric: impl Fn(&Tensor, &Tensor) -> Result<f64> + Send + 'static,
    ) -> Training {
        self.metrics.push((name.to_string(), Box::new(metric)));
        self
    }

    /// Sets the learning rate before each epoch; without it the optimizer's stays.
    pub fn schedule(mut self, schedule: impl Schedule + Send + 'static) -> Training {
        self.schedule = Some(Box::new(schedule));
        self
    }

    /// Stops early, when this many epochs in a row have not lowered the lowest validation loss
    /// (without validation data, training loss).
    pub fn patience(mut self, epochs: usize) -> Training {
        self.patience = Some(epochs);
        self
    }

    /// Gives the parameters at the end the values of the epoch with the lowest validation loss
    /// (without validation data, training loss), in place of the last ones.
    pub fn restore_best(mut self) -> Training {
        self.restore_best = true;
        self
    }

    /// Writes everything that is needed to go on to the file `path`, after every `every` epochs and
    /// the last one. The file is replaced as a whole: an interrupt leaves the one before.
    ///
    /// A file that is there already is an error without [`resume`](Self::resume): a checkpoint of five
    /// epochs is not lost to one of the first.
    pub fn checkpoint(mut self, path: impl Into<PathBuf>, every: usize) -> Training {
        self.checkpoint = Some((path.into(), every));
        self
    }

    /// Goes on from the checkpoint's file as if training had not stopped, bit for bit; starts from
    /// the beginning when there is no such file. A line says which.
    ///
    /// Weights, the optimizer's averages, random numbers and history come from the file; data,
    /// learning rate, schedule and settings such as momentum from this training.
    pub fn resume(mut self) -> Training {
        self.resume = true;
        self
    }

    /// Prints nothing while it trains.
    pub fn quiet(mut self) -> Training {
        self.quiet = true;
        self
    }

    /// Refuses what cannot work before anything is touched.
    pub(super) fn check(&self, train: &DataLoader, epochs: usize) -> Result<()> {
        if epochs == 0 {
            bail!("fit: the number of epochs must be at least 1, got 0");
        }
        if train.is_empty() || self.validation.as_ref().is_some_and(DataLoader::is_empty) {
            bail!("fit: a loader gives no batch: use a smaller batch size, or drop_last(false)");
        }
        if self.patience == Some(0) {
            bail!("patience: at least 1 epoch without improvement must be allowed, got 0");
        }
        match &self.checkpoint {
            Some((_, 0)) => bail!("checkpoint: write one every 1 epoch or more, got every 0"),
            Some((path, _)) if !self.resume && path.exists() => {
                bail!(
                    "checkpoint: {} is there already: add .resume() to go on from it, or remove the file to start anew",
                    path.display()
                )
            }
            None if self.resume => {
                bail!("resume: from which file? Add .checkpoint(\"name.safetensors\", 1)")
            }
            _ => Ok(()),
        }
    }
}
