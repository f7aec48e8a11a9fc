//! Notebook 1: a neuron's forward pass, its boundary, the training loop, a loss with a mistake in it.

use candle_core::{DType, Device, Result, Tensor};

use super::inputs::{CASES, pair, value};
use crate::{Card, Cases, check};
use networks::data::{DataLoader, TensorDataset};
use networks::nn::{Model, Parameters};
use networks::optim::Sgd;
use networks::{loss, models};

/// Checks the forward pass of one neuron, called as `f(x, w, b)` with inputs (N, D), weights (1, D) and
/// a bias (1): the probabilities (1 - p, p), (N, 2), where p is the sigmoid of x w^T + b.
///
/// ```
/// use helpers::prelude::*;
/// fn forward(x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor> {
///     let p = F::sigmoid(&x.matmul(&w.t()?)?.broadcast_add(b)?)?;
///     Tensor::cat(&[&(1.0 - &p)?, &p], 1)
/// }
/// let card = exercise::tp1::forward(forward);
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn forward(f: impl Fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>) -> Card {
    check(
        "The forward pass",
        "Both probabilities are right for fresh inputs, weights and biases",
        |cases| {
            for case in 0..CASES {
                // One point that can be computed by hand, then batches, then more inputs than two.
                let (n, inputs) = match case {
                    0..5 => (1, 2),
                    5..10 => (case - 3, 2),
                    _ => (1 + case % 4, case - 7),
                };
                let (x, w) = (halves(n * inputs), halves(inputs));
                let b = value() / 2.0;
                let call = match n * inputs {
                    2 => format!("forward(x = [{x:?}], w = [{w:?}], b = [{b}])"),
                    _ => format!("forward of x ({n}, {inputs}), w (1, {inputs}), b (1)"),
                };
                let mut right = Vec::new();
                for row in x.chunks(inputs) {
                    let products = row.iter().zip(&w).map(|(x, w)| x * w);
                    let p = 1.0 / (1.0 + (-(products.sum::<f64>() + b)).exp());
                    right.extend([1.0 - p, p]);
                }
                let right = Tensor::from_vec(right, (n, 2), &Device::Cpu)?;
                let single = |values: Vec<f64>, dims: (usize, usize)| {
                    Tensor::from_vec(values, dims, &Device::Cpu)?.to_dtype(DType::F32)
                };
                let (x, w) = (single(x, (n, inputs))?, single(w, (1, inputs))?);
                let b = Tensor::new(&[b as f32], &Device::Cpu)?;
                cases.close_tensor(&call, || f(&x, &w, &b), &right)?;
            }
            Ok(())
        },
    )
}

/// Numbers from -1.5 to 1.5, with two decimals at most.
fn halves(count: usize) -> Vec<f64> {
    (0..count).map(|_| value() / 2.0).collect()
}

/// Checks the decision boundary of a neuron: `f(w, b)` must return `(a, c)` such that the line
/// `w0 x0 + w1 x1 + b = 0` reads `x1 = a x0 + c`. `w1` is never 0.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::boundary(|w, b| (w[0], b));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn boundary(f: impl Fn([f64; 2], f64) -> (f64, f64)) -> Card {
    check(
        "The decision boundary",
        "Slope and intercept are right on fresh weights",
        |cases| {
            for _ in 0..CASES {
                let (mut w, b) = (pair(), value());
                if w[1] == 0.0 {
                    w[1] = 1.0;
                }
                let call = format!("boundary(w = {w:?}, b = {b:?})");
                let (slope, intercept) = (-w[0] / w[1], -b / w[1]);
                cases.close(&format!("the slope a of {call}"), || Ok(f(w, b).0), slope)?;
                cases.close(
                    &format!("the intercept c of {call}"),
                    || Ok(f(w, b).1),
                    intercept,
                )?;
            }
            Ok(())
        },
    )
}

/// A perceptron with the weights (0.5, -0.25) and the bias 0.1, and points to train it on.
struct Problem {
    params: Parameters,
    model: models::Perceptron,
    loader: DataLoader,
}

impl Problem {
    fn new(set: &TensorDataset, batch_size: usize) -> Result<Problem> {
        let params = Parameters::new(&Device::Cpu);
        let model = models::perceptron(2, &params)?;
        let (weight, bias) = (&model.fc.weight, &model.fc.bias);
        weight.set(&Tensor::new(&[[0.5f32, -0.25]], &Device::Cpu)?)?;
        bias.set(&Tensor::new(&[0.1f32], &Device::Cpu)?)?;
        Ok(Problem {
            params,
            model,
            loader: DataLoader::new(set.clone(), batch_size)?,
        })
    }

    /// Gradient descent on the negative log-likelihood, as the notebook teaches it: the loss of each
    /// batch.
    fn descend(&self, epochs: usize, lr: f64) -> Result<Vec<f64>> {
        let mut losses = Vec::new();
        for _ in 0..epochs {
            for batch in &self.loader {
                let (x, targets) = batch?;
                let probs = self.model.forward(&x, true)?;
                let loss = loss::nll(&probs.log()?, &targets)?;
                let grads = loss.backward()?;
                for parameter in self.params.all() {
                    if let Some(gradient) = grads.get(parameter.var()) {
                        parameter.subtract(&(gradient * lr)?)?;
                    }
                }
                losses.push(f64::from(loss.to_scalar::<f32>()?));
            }
        }
        Ok(losses)
    }
}

/// The weights and the bias of `got` must be those of `right`.
fn compare(cases: &mut Cases, call: &str, got: &Problem, right: &Problem) -> Result<()> {
    for (name, before) in [("weight", "[0.5, -0.25]"), ("bias", "0.1")] {
        let of = |problem: &Problem| -> Result<Tensor> {
            Ok(problem.params.at("fc").get(name)?.tensor())
        };
        let what = format!("fc.{name}, {before} before, after {call}");
        cases.close_tensor(&what, || of(got), &of(right)?)?;
    }
    Ok(())
}

/// Checks a training loop, called as `f(params, model, loader, epochs, lr)`: it must take a step of plain
/// gradient descent on the negative log-likelihood of each batch, and return the losses of all batches,
/// each as it was before its step. The model returns probabilities, (N, 2).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::training_loop(|_, _, _, _, _| Ok(vec![]));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn training_loop(
    f: impl Fn(&Parameters, &dyn Model, &DataLoader, usize, f64) -> Result<Vec<f64>>,
) -> Card {
    check(
        "The training loop",
        "Losses and parameters are right on fresh points, with one batch and with several",
        |cases| {
            // One step, then more batches, more epochs, a last batch that is smaller.
            let runs = [
                (4, 4, 1, 0.5),
                (6, 2, 1, 0.5),
                (4, 4, 3, 0.25),
                (10, 4, 2, 0.1),
            ];
            for (points, batch_size, epochs, lr) in runs {
                let set = datasets::blobs(points / 2, &[[-1.0, 0.0], [1.0, 0.5]], 1.0)?;
                let (got, right) = (
                    Problem::new(&set, batch_size)?,
                    Problem::new(&set, batch_size)?,
                );
                let call = format!(
                    "training on {points} points in batches of {batch_size}, epochs = {epochs}, lr = {lr}"
                );
                let losses = right.descend(epochs, lr)?;
                let run = || f(&got.params, &got.model, &got.loader, epochs, lr);
                cases.close_list(&format!("the losses of {call}"), run, &losses)?;
                compare(cases, &call, &got, &right)?;
            }
            Ok(())
        },
    )
}

/// Checks one epoch of training, called as `f(model, loader, sgd)`: a step of `sgd` on the negative
/// log-likelihood of each batch; it returns the mean loss of the batches. The model returns
/// probabilities, (N, 2).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::one_epoch(|_, _, _| Ok(0.0));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn one_epoch(f: impl Fn(&dyn Model, &DataLoader, &mut Sgd) -> Result<f64>) -> Card {
    check(
        "The falling loss",
        "The mean loss and the parameters after an epoch are right on fresh points",
        |cases| {
            for (points, batch_size, lr) in [(4, 4, 0.5), (6, 2, 0.5), (10, 4, 0.1)] {
                let set = datasets::blobs(points / 2, &[[-1.0, 0.0], [1.0, 0.5]], 1.0)?;
                let (got, right) = (
                    Problem::new(&set, batch_size)?,
                    Problem::new(&set, batch_size)?,
                );
                let call =
                    format!("one_epoch on {points} points in batches of {batch_size}, lr = {lr}");
                let losses = right.descend(1, lr)?;
                let mean = losses.iter().sum::<f64>() / losses.len() as f64;
                let mut sgd = Sgd::new(&got.params, lr)?;
                let run = || f(&got.model, &got.loader, &mut sgd);
                cases.close(&format!("the mean loss of {call}"), run, mean)?;
                compare(cases, &call, &got, &right)?;
            }
            Ok(())
        },
    )
}
