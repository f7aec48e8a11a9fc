//! The batches of one epoch, loaded on the caller's thread or ahead of it on others.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use candle_core::{Result, Tensor, bail};

use super::Dataset;
use super::dataset::check_index;
use candle_functional::stop::check_stop;
use candle_functional::{panics, random};

/// More threads than this help nobody.
const MOST_WORKERS: usize = 64;

/// How long a batch is waited for without a look whether to stop.
const PATIENCE: Duration = Duration::from_millis(100);

type Batch = Result<(Tensor, Tensor)>;

/// What is settled when an epoch begins; any thread can load any of its batches.
#[derive(Clone)]
pub(super) struct EpochPlan {
    pub(super) dataset: Arc<dyn Dataset>,
    pub(super) order: Arc<[usize]>,
    pub(super) batch_size: usize,
    /// Where the random numbers of the items come from, if there are any.
    pub(super) generator: Option<random::Stream>,
}

impl EpochPlan {
    fn len(&self) -> usize {
        self.order.len().div_ceil(self.batch_size)
    }

    fn load(&self, number: usize) -> Batch {
        let rest = &self.order[number * self.batch_size..];
        let indices = rest.get(..self.batch_size).unwrap_or(rest);
        for &index in indices {
            check_index(index, self.dataset.len())?;
        }
        let load = || panics::silently(|| self.dataset.batch(indices));
        let loaded = match self.generator.clone() {
            Some(mut generator) => {
                // A batch has its own numbers, whoever loads it and whatever was loaded before.
                generator.set_stream(number as u64);
                random::aside(generator, load)
            }
            None => load(),
        };
        loaded.unwrap_or_else(|panic| bail!("the data set panicked on batch {number}: {panic}"))
    }
}

/// A thread that loads batches `first`, `first + step`, ..., and where they come out.
type Worker = (Receiver<Batch>, JoinHandle<()>);

fn start(plan: EpochPlan, first: usize, step: usize) -> Result<Worker> {
    let (sender, batches) = sync_channel(1); // one waits there, one in the thread's hand
    let work = move || {
        for number in (first..plan.len()).step_by(step) {
            let batch = plan.load(number);
            let failed = batch.is_err();
            // Nobody listens any more when the batches were dropped.
            if sender.send(batch).is_err() || failed {
                break;
            }
        }
    };
    let thread = Builder::new().name("data loader".into()).spawn(work)?;
    Ok((batches, thread))
}

/// One epoch of a [`DataLoader`](super::DataLoader): the batches still to come. It ends after the
/// first error; dropped before its end, it waits for its threads to stop. A Stop in the notebook is an
/// error too, and waits for nothing.
pub struct Batches {
    plan: EpochPlan,
    next: usize,
    num_workers: usize,
    workers: Vec<Worker>,
}

impl Batches {
    pub(super) fn new(plan: EpochPlan, num_workers: usize) -> Batches {
        Batches {
            num_workers: num_workers.min(MOST_WORKERS).min(plan.len()),
            plan,
            next: 0,
            workers: Vec::new(),
        }
    }

    fn load(&mut self) -> Batch {
        check_stop()?;
        if self.num_workers == 0 {
            return self.plan.load(self.next);
        }
        for first in self.workers.len()..self.num_workers {
            self.workers
                .push(start(self.plan.clone(), first, self.num_workers)?);
        }
        loop {
            check_stop()?;
            let batches = &self.workers[self.next % self.num_workers].0;
            match batches.recv_timeout(PATIENCE) {
                Ok(batch) => return batch,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("a thread of the data loader ended before its time")
                }
            }
        }
    }

    fn stop(&mut self) {
        let (batches, threads): (Vec<_>, Vec<_>) = self.workers.drain(..).unzip();
        drop(batches);
        if check_stop().is_err() {
            return; // the threads end at their next batch; waiting for it could take long
        }
        for thread in threads {
            let _ = thread.join(); // what it had to say is no longer wanted
        }
    }
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        if self.next >= self.plan.len() {
            return None;
        }
        let batch = self.load();
        self.next += 1;
        if batch.is_err() {
            self.next = self.plan.len();
        }
        if self.next >= self.plan.len() {
            self.stop();
        }
        Some(batch)
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} batches to come", self.plan.len() - self.next)
    }
}
