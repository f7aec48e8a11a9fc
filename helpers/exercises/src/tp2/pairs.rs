//! Notebook 4: networks that compare two signals.

use candle_core::{DType, Device, Error, Result, Tensor, Var, bail};

use crate::{Card, Cases, check};
use candle_functional::{random, values};
use networks::nn::{Model, Parameters};
use networks::optim::{Optimizer, Sgd};
use networks::{loss, models};

/// Checks the contrastive loss from embeddings: `f(a, b, same, margin)` for `a`, `b` (N, E) and `same` (N), f32.
///
/// ```
/// use helpers::prelude::*;
/// let by_crate = |a: &Tensor, b: &Tensor, same: &Tensor, margin: f64| {
///     loss::contrastive(&loss::pairwise_distance(a, b)?, same, margin)
/// };
/// assert_eq!(exercise::tp2::contrastive(by_crate).status(), exercise::Status::Right);
/// ```
pub fn contrastive(f: impl Fn(&Tensor, &Tensor, &Tensor, f64) -> Result<Tensor>) -> Card {
    let verified = "Values are right, and two equal embeddings have a finite gradient";
    check("The contrastive loss", verified, |cases| {
        let vector = |numbers: &[f32]| Tensor::new(numbers, &Device::Cpu);
        // One pair at a time: alike, within the margin, beyond it; then batches.
        for (b, same, margin) in [
            ([3.0f32, 4.0], 1.0f32, 1.0),
            ([0.3, 0.4], 0.0, 1.0),
            ([3.0, 4.0], 0.0, 1.0),
            ([0.6, 0.8], 0.0, 3.0),
        ] {
            let call =
                format!("contrastive of a = (0, 0), b = {b:?}, same = {same}, margin {margin}");
            let (a, b) = (
                vector(&[0.0, 0.0])?.unsqueeze(0)?,
                vector(&b)?.unsqueeze(0)?,
            );
            one_loss(cases, &call, &f, [&a, &b], &vector(&[same])?, margin)?;
        }
        cases.hint("Hint 2");
        for n in [2, 5] {
            let draw = || random::normal(0.0, 0.5, (n, 3), &Device::Cpu);
            let same: Vec<f32> = (0..n).map(|i| (i % 2) as f32).collect();
            let call = format!("contrastive of a and b ({n}, 3), same = {same:?}, margin 1");
            one_loss(cases, &call, &f, [&draw()?, &draw()?], &vector(&same)?, 1.0)?;
        }
        let equal = Var::from_tensor(&Tensor::new(&[[0.5f32, -1.0]], &Device::Cpu)?)?;
        let gradient = || {
            let other = equal.as_tensor().detach();
            let loss = f(equal.as_tensor(), &other, &vector(&[0.0])?, 1.0)?;
            let grads = loss.backward()?;
            let Some(gradient) = grads.get(&equal) else {
                bail!("the loss has no gradient for a: does it depend on it?");
            };
            let finite = values(gradient)?.iter().all(|number| number.is_finite());
            Ok::<_, Error>(finite)
        };
        let input = "whether the gradient is finite where a = b and same = 0";
        cases.equal(input, gradient, true)
    })
}

fn one_loss(
    cases: &mut Cases,
    call: &str,
    f: impl Fn(&Tensor, &Tensor, &Tensor, f64) -> Result<Tensor>,
    [a, b]: [&Tensor; 2],
    same: &Tensor,
    margin: f64,
) -> Result<()> {
    let right = loss::contrastive(&loss::pairwise_distance(a, b)?, same, margin)?;
    let got = || number(&f(a, b, same, margin)?);
    cases.close(call, got, number(&right)?)
}

fn number(tensor: &Tensor) -> Result<f64> {
    tensor.to_dtype(DType::F64)?.to_scalar::<f64>()
}

/// Checks a training step on pairs: `f(tower, sgd, pairs, same)` takes one step with the contrastive loss, margin
/// 1, for `pairs` (N, 2, C, T) and `same` (N), u32, and returns the loss before it.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::pair_step(|_, _, _, _| Ok(0.0));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn pair_step(f: impl Fn(&dyn Model, &mut Sgd, &Tensor, &Tensor) -> Result<f64>) -> Card {
    let verified = "Loss and step are right: both copies send their gradient, far pairs none";
    check("Bugs in a training step", verified, |cases| {
        for case in 0..6u64 {
            // Near each other at first, so that no forgery lies beyond the margin.
            let size = if case < 3 { 0.1 } else { 1.5 };
            if case == 3 {
                cases.hint("Hint 2");
            }
            let pairs = random::normal(0.0, size, (4, 2, 2, 3), &Device::Cpu)?;
            let same = Tensor::new(&[1u32, 0, 0, 1], &Device::Cpu)?;
            let (theirs, ours) = (Small::new(case)?, Small::new(case)?);
            let mut sgd = Sgd::new(&theirs.params, 0.1)?;
            let right = ours.step(&pairs, &same)?;
            let distances = if case < 3 {
                "below"
            } else {
                "on both sides of"
            };
            let call = format!("the loss of pair_step, distances {distances} the margin");
            cases.close(&call, || f(&theirs.tower, &mut sgd, &pairs, &same), right)?;
            let call = format!("the weights after pair_step, distances {distances} the margin");
            let weights = |small: &Small| Ok::<_, Error>(small.params.get("fc1.weight")?.tensor());
            cases.close_tensor(&call, || weights(&theirs), &weights(&ours)?)?;
        }
        Ok(())
    })
}

/// A tower of one layer, (N, 2, 3) to (N, 2).
struct Small {
    params: Parameters,
    tower: models::Mlp,
}

impl Small {
    fn new(seed: u64) -> Result<Small> {
        let params = Parameters::new(&Device::Cpu);
        let tower = random::aside(random::seeded(seed), || models::mlp(&[6, 2], &params))?;
        Ok(Small { params, tower })
    }

    /// The loss before one step.
    fn step(&self, pairs: &Tensor, same: &Tensor) -> Result<f64> {
        let one = |i: usize| {
            self.tower
                .forward(&pairs.narrow(1, i, 1)?.squeeze(1)?, true)
        };
        let distances = loss::pairwise_distance(&one(0)?, &one(1)?)?;
        let loss = loss::contrastive(&distances, same, 1.0)?;
        Sgd::new(&self.params, 0.1)?.step(&loss.backward()?)?;
        number(&loss)
    }
}
