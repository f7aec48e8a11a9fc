//! Notebook 7: how a network is fine-tuned, and how long a layer takes at least.

use candle_core::{Device, Result};

use crate::{Card, check};
use candle_functional::random;
use networks::data::{DataLoader, TensorDataset};
use networks::metrics;
use networks::nn::{self, Model, Parameters, Sequential};
use networks::optim::{Optimizer, Schedule, Sgd};

/// Checks a loop that keeps the best weights: `f(model, params, sgd, loader, validation, epochs)` trains, goes
/// back to the weights of the epoch with the highest validation accuracy (the first of equals), and returns
/// that accuracy.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::best_weights(|_model, _params, _sgd, _loader, _validation, _epochs| Ok(0.5));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn best_weights(
    f: impl Fn(&dyn Model, &Parameters, &mut Sgd, &DataLoader, &TensorDataset, usize) -> Result<f64>,
) -> Card {
    let verified = "The network ends with the weights of its best epoch";
    check("Two bugs around the best weights", verified, |cases| {
        for (seed, epochs) in [(1, 6), (2, 8), (3, 10)] {
            let run = Run::new(seed)?;
            let (mut best, mut kept) = (0.0, Vec::new());
            let (params, model, mut sgd) = run.parts()?;
            for _ in 0..epochs {
                run.epoch(&model, &mut sgd)?;
                let accuracy = run.accuracy(&model)?;
                if accuracy > best {
                    best = accuracy;
                    kept = params
                        .all()
                        .iter()
                        .map(|p| p.tensor().copy())
                        .collect::<Result<_>>()?;
                }
            }

            let (params, model, mut sgd) = run.parts()?;
            let of = format!("{epochs} epochs of a small network (seed {seed})");
            cases.hint("Hint 1");
            let call = || {
                f(
                    &model,
                    &params,
                    &mut sgd,
                    &run.loader,
                    &run.validation,
                    epochs,
                )
            };
            cases.close(&format!("the best validation accuracy in {of}"), call, best)?;
            cases.hint("Hint 2");
            for (parameter, right) in params.all().iter().zip(&kept) {
                let input = format!("{} at the end of {of}", parameter.name());
                cases.close_tensor(&input, || Ok(parameter.tensor()), right)?;
            }
        }
        Ok(())
    })
}

/// Three clouds that overlap, and a network with dropout that never settles at its high learning rate.
struct Run {
    seed: u64,
    loader: DataLoader,
    validation: TensorDataset,
}

impl Run {
    fn new(seed: u64) -> Result<Run> {
        random::manual_seed(seed);
        let centres = [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
        let train = datasets::blobs(10, &centres, 0.8)?;
        Ok(Run {
            seed,
            loader: DataLoader::new(train, 6)?.shuffle(true),
            validation: datasets::blobs(30, &centres, 0.8)?,
        })
    }

    /// The same at each call, and the random numbers behind it too.
    fn parts(&self) -> Result<(Parameters, Sequential, Sgd)> {
        random::manual_seed(100 + self.seed);
        let params = Parameters::new(&Device::Cpu);
        let model = Sequential::new(&params)
            .add("fc1", nn::linear(2, 8, &params.at("fc1"))?)
            .add("relu", nn::Relu)
            .add("dropout", nn::dropout(0.5)?)
            .add("fc2", nn::linear(8, 3, &params.at("fc2"))?);
        let sgd = Sgd::new(&params, 1.5)?;
        Ok((params, model, sgd))
    }

    fn epoch(&self, model: &dyn Model, sgd: &mut Sgd) -> Result<()> {
        for batch in &self.loader {
            let (x, targets) = batch?;
            let loss = networks::loss::cross_entropy(&model.forward(&x, true)?, &targets)?;
            sgd.backward_step(&loss)?;
        }
        Ok(())
    }

    fn accuracy(&self, model: &dyn Model) -> Result<f64> {
        let logits = model.forward(self.validation.inputs(), false)?;
        metrics::accuracy(&logits, self.validation.targets())
    }
}

/// Checks step decay at given epochs: `f(lr, milestones, gamma)` builds a schedule that starts at `lr` and is
/// multiplied by `gamma` at each epoch of the list.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::milestones(|lr, milestones, gamma| {
///     optim::StepLr::new(lr, milestones[0], gamma).unwrap_or_else(|_| todo!())
/// });
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn milestones<S: Schedule>(f: impl Fn(f64, Vec<usize>, f64) -> S) -> Card {
    let verified = "The rate is multiplied at every milestone, and at no other epoch";
    check("A learning rate that decays", verified, |cases| {
        for (lr, places, gamma) in [
            (0.1, vec![3, 5], 0.1),
            (0.5, vec![1, 2, 7], 0.5),
            (0.01, vec![30, 60, 90], 0.1),
            (0.2, vec![], 0.1),
        ] {
            let schedule = f(lr, places.clone(), gamma);
            // The last first: a rate that is multiplied when it is asked for remembers what it should not.
            for epoch in [100, 90, 60, 30, 8, 7, 6, 5, 4, 3, 2, 1, 0] {
                let passed = places.iter().filter(|place| **place <= epoch).count();
                let right = lr * gamma.powi(passed as i32);
                let input = format!("lr {lr}, milestones {places:?}, gamma {gamma}: lr({epoch})");
                cases.hint(if epoch > 0 && places.contains(&epoch) {
                    "Hint 2"
                } else {
                    "Hint 1"
                });
                // Relative: a rate of a millionth is no zero.
                cases.close(&input, || Ok(schedule.lr(epoch) / right), 1.0)?;
            }
        }
        Ok(())
    })
}

/// Checks the least time of a convolution: `f(shape, operations, bytes)` for the shape (N, C_in, C_out, k, side)
/// of a layer with stride 1 and an output as large as its input, on a device with these numbers of operations
/// and bytes a second.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::least_time(|_shape, _operations, _bytes| 0.0);
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn least_time(f: impl Fn([usize; 5], f64, f64) -> f64) -> Card {
    let verified = "Arithmetic or memory, whichever takes longer";
    check("The least time of a layer", verified, |cases| {
        for (shape, operations, bytes) in [
            ([1, 64, 64, 3, 56], 1e9, 1e12),
            ([8, 3, 16, 5, 28], 2e9, 1e12),
            ([1, 64, 64, 1, 56], 1e15, 1e9),
            ([32, 8, 8, 3, 14], 1e15, 5e9),
            ([1, 64, 64, 1, 56], 50e9, 10e9),
            ([64, 64, 64, 3, 56], 50e9, 10e9),
        ] {
            cases.hint(if bytes >= 1e12 {
                "Hint 1"
            } else if operations >= 1e15 {
                "Hint 2"
            } else {
                "the hints"
            });
            let [n, inputs, outputs, k, side] = shape.map(|size| size as f64);
            let pixels = n * side * side;
            let work = 2.0 * pixels * outputs * inputs * k * k;
            let moved = 4.0 * (pixels * (inputs + outputs) + outputs * inputs * k * k);
            let right = (work / operations).max(moved / bytes);
            let input = format!(
                "{shape:?} at {operations:e} operations and {bytes:e} bytes a second, in milliseconds"
            );
            let got = || Ok(1000.0 * f(shape, operations, bytes));
            cases.close(&input, got, 1000.0 * right)?;
        }
        Ok(())
    })
}
