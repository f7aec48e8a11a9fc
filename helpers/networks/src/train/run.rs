//! Training in the background, watched and stopped from other cells.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;

use candle_core::{Result, bail};

use super::tracker::Tracker;
use super::{History, LivePlot, Progress, Training};
use crate::data::DataLoader;
use crate::nn::Model;
use candle_functional::errors::first_line;
use candle_functional::{panics, random};
use figures::Figure;

/// candle walks and drops graphs by recursion: each operation in a row takes 240 bytes in the
/// backward pass and 80 when it is dropped (measured, x86-64). This is enough for a million steps of 17
/// operations each; only what is used becomes real memory. Where so much is not to be had, half of it
/// is tried, and so on.
const STACK: usize = 4 << 30;
const LEAST_STACK: usize = 64 << 20;

/// A training in the background. Clones are handles to the same run; when the last one is dropped
/// the run stops, so that a cell run anew never trains the same parameters twice at once.
#[derive(Clone)]
#[must_use = "a run that nobody holds stops: let run = training.spawn(..)?;"]
pub struct Run {
    handle: Arc<Handle>,
}

struct Handle {
    tracker: Arc<Tracker>,
    quiet: bool,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.tracker.ask_to_stop();
    }
}

impl Training {
    /// Starts what [`fit`](Self::fit) does on a thread of its own, and returns at once.
    ///
    /// The thread works with a clone of the model, whose layers are handles to the same parameters:
    /// put `#[derive(Clone)]` on a struct of your own. It draws from random numbers of its own, split
    /// off this thread's now, so that what other cells do meanwhile changes nothing. It prints
    /// nothing; [`Run::wait`] does.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// manual_seed(1);
    /// let digits = DataLoader::new(datasets::digits()?, 64)?.shuffle(true);
    /// let params = Parameters::new(&Device::Cpu);
    /// let model = nn::Sequential::new(&params)
    ///     .add("flatten", nn::Flatten)
    ///     .add("fc", nn::linear(64, 10, &params.at("fc"))?);
    /// let adam = optim::Adam::new(&params, 0.01)?;
    /// let run = Training::new(&params, adam, loss::cross_entropy).spawn(&model, &digits, 1000)?;
    /// // In other cells, while it trains:
    /// let line = run.progress().to_string();
    /// let history = run.stop()?;
    /// assert!(history.len() < 1000);
    /// # Ok::<(), helpers::Error>(())
    /// ```
    ///
    /// # Errors
    /// Settings that cannot work; no thread to be had. What fails later, [`Run::wait`] says.
    pub fn spawn<M>(self, model: &M, train: &DataLoader, epochs: usize) -> Result<Run>
    where
        M: Model + Clone + Send + 'static,
    {
        self.check(train, epochs)?;
        let quiet = self.quiet;
        let tracker = Arc::new(Tracker::new(false, epochs, train.len()));
        let (model, train, generator) = (model.clone(), train.clone(), random::split());
        let watched = tracker.clone();
        let work = move || {
            random::set_stream(generator);
            let outcome = panics::silently(|| self.run(&model, &train, epochs, &watched));
            watched.end(match outcome {
                Ok(Ok(history)) => Ok(history),
                Ok(Err(error)) => Err(first_line(&error)),
                Err(panic) => Err(format!(
                    "the training panicked: {}",
                    panic.lines().collect::<Vec<_>>().join(" ")
                )),
            });
        };
        start(work)?;
        Ok(Run {
            handle: Arc::new(Handle { tracker, quiet }),
        })
    }
}

/// Runs `work` on a thread of its own, with as much stack as there is.
fn start(work: impl FnOnce() + Send + 'static) -> Result<()> {
    // A thread that cannot be made takes its closure with it, not what the closure shares.
    let work = Arc::new(Mutex::new(Some(work)));
    let mut stack = STACK;
    loop {
        let shared = work.clone();
        let take = move || {
            let work = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
            work.into_iter().for_each(|work| work());
        };
        let thread = Builder::new().name("training".into()).stack_size(stack);
        match thread.spawn(take) {
            Ok(_) => return Ok(()),
            Err(_) if stack > LEAST_STACK => stack /= 2,
            Err(error) => bail!("spawn: the system gives no thread for the training: {error}"),
        }
    }
}

impl Run {
    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.handle.tracker.progress()
    }

    /// The losses so far: by batch in the first epoch, then by epoch.
    ///
    /// # Errors
    /// No batch was done yet.
    pub fn curves(&self) -> Result<Figure> {
        self.handle.tracker.figure()
    }

    /// Stops after the batch that is going on and waits for it; the parameters keep what they
    /// learned. An epoch that is not complete is not in the history.
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    pub fn stop(&self) -> Result<History> {
        self.handle.tracker.ask_to_stop();
        self.wait()
    }

    /// Waits for the end. About once a second a line says how far it is. The notebook's Stop ends
    /// the waiting; the run goes on.
    ///
    /// # Errors
    /// What [`Training::fit`] refuses; a panic of the model, the loss or a metric.
    pub fn wait(&self) -> Result<History> {
        self.handle.tracker.wait(!self.handle.quiet)
    }

    /// A curve that grows while it trains, in JupyterLab; elsewhere the line of progress.
    ///
    /// JupyterLab reads it from a small file in the folder `live`, beside the notebook.
    pub fn live(&self) -> LivePlot {
        LivePlot::new(self.handle.tracker.clone())
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.progress())
    }
}
