//! Notebook 3: the cross-entropy of C classes in tensors, its layer and its training step.

use candle_core::{DType, Device, Result, Tensor};

use super::inputs::{CASES, value, whole};
use crate::{Card, check};

/// Checks ten mended lines: `f(logits, targets)` is the mean cross-entropy of a batch, for logits
/// (N, C) and targets (N); also of logits of 1000.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::mended_loss(|logits, targets| loss::cross_entropy(logits, targets));
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::mended_loss(|logits, targets| {
///     loss::cross_entropy(logits, targets)? * targets.elem_count() as f64 // not the mean
/// });
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn mended_loss(f: impl Fn(&Tensor, &Tensor) -> Result<Tensor>) -> Card {
    check(
        "Three bugs fixed",
        "The mean is right for fresh batches, also for logits of 1000",
        |cases| {
            // One point whose class has the highest logit, one whose class has not, then batches,
            // then large logits.
            let mut batches = vec![
                (vec![vec![2.0, 1.0, -1.0]], vec![0]),
                (vec![vec![2.0, 1.0, -1.0]], vec![2]),
                (vec![vec![1.0, 0.0], vec![1.0, 0.0]], vec![0, 0]),
            ];
            for case in 0..CASES {
                let (n, classes) = (1 + case % 4, 2 + case % 3);
                batches.push((rows(n, classes), classes_of(n, classes)));
            }
            batches.push((vec![vec![1000.0, 999.0], vec![-1000.0, -999.0]], vec![1, 0]));
            for (logits, targets) in batches {
                let input = format!("batch_loss(logits = {logits:?}, targets = {targets:?})");
                let logs = log_softmax(&logits);
                let pairs = logs.iter().zip(&targets);
                let losses: Vec<f64> = pairs.map(|(row, &c)| -row[c as usize]).collect();
                let mean = losses.iter().sum::<f64>() / losses.len() as f64;
                let (logits, targets) = (matrix(&logits)?, vector(&targets)?);
                let got = || number(&f(&logits, &targets)?);
                cases.close(&input, got, mean)?;
            }
            Ok(())
        },
    )
}

/// Checks the forward pass of a layer of C neurons with a softmax: `f(x, w, b)` is the log-softmax of
/// `x w^T + b`, for x (N, D), w (C, D) and b (C); also where the logits are 1000.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::softmax_layer(|x, w, b| {
///     F::log_softmax(&x.matmul(&w.t()?)?.broadcast_add(b)?, 1)
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// let card = exercise::tp1::softmax_layer(|x, w, b| x.matmul(&w.t()?)?.broadcast_add(b)); // logits
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn softmax_layer(f: impl Fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>) -> Card {
    check(
        "A forward pass",
        "The log-probabilities of fresh layers are right, also where the logits are 1000",
        |cases| {
            for case in 0..CASES {
                let large = case + 4 >= CASES;
                if large {
                    cases.hint("Hint 2");
                }
                let (n, d, classes) = (1 + case % 4, 1 + case % 3, 2 + case % 2);
                let (x, mut w) = (rows(n, d), rows(classes, d));
                let b: Vec<f64> = (0..classes).map(|_| value()).collect();
                if large {
                    w.iter_mut().flatten().for_each(|w| *w *= 1000.0);
                }
                let logs = log_softmax(&logits_of(&x, &w, &b));
                let input = format!("log_probs(x = {x:?}, w = {w:?}, b = {b:?})");
                let (x, w, b) = (matrix(&x)?, matrix(&w)?, vector_f32(&b)?);
                cases.close_tensor(&input, || f(&x, &w, &b), &matrix(&logs)?)?;
            }
            Ok(())
        },
    )
}

/// Checks one step of gradient descent on the cross-entropy of a layer of C neurons, without
/// `backward`: `f(w, b, x, targets, lr)` is the weights (C, D) and the biases (C) after the step. Then
/// 50 such steps train a fresh layer.
///
/// ```
/// use helpers::prelude::*;
/// let step = |w: &Tensor, b: &Tensor, x: &Tensor, c: &Tensor, lr: f64| {
///     let p = F::softmax(&x.matmul(&w.t()?)?.broadcast_add(b)?, 1)?;
///     let slope = ((p - F::one_hot(c, b.elem_count())?)? / x.dim(0)? as f64)?;
///     let (of_w, of_b) = (slope.t()?.matmul(x)?, slope.sum(0)?);
///     Ok(((w - (of_w * lr)?)?, (b - (of_b * lr)?)?))
/// };
/// assert_eq!(exercise::tp1::softmax_step(step).status(), exercise::Status::Right);
/// let uphill = |w: &Tensor, b: &Tensor, x: &Tensor, c: &Tensor, lr: f64| step(w, b, x, c, -lr);
/// assert_eq!(exercise::tp1::softmax_step(uphill).status(), exercise::Status::Wrong);
/// ```
pub fn softmax_step(
    f: impl Fn(&Tensor, &Tensor, &Tensor, &Tensor, f64) -> Result<(Tensor, Tensor)>,
) -> Card {
    check(
        "A training step",
        "Weights and biases are right after a step, and after 50 on a fresh problem",
        |cases| {
            for case in 0..CASES {
                let (n, d, classes) = (1 + case % 4, 1 + case % 3, 2 + case % 2);
                let (x, w) = (rows(n, d), rows(classes, d));
                let b: Vec<f64> = (0..classes).map(|_| value()).collect();
                let (targets, lr) = (classes_of(n, classes), [1.0, 0.1][case % 2]);
                let input = format!(
                    "step(w = {w:?}, b = {b:?}, x = {x:?}, targets = {targets:?}, lr = {lr})"
                );
                let (right_w, right_b) = after_step((&w, &b), &x, &targets, lr);
                let (w, b) = (matrix(&w)?, vector_f32(&b)?);
                let (x, targets) = (matrix(&x)?, vector(&targets)?);
                let got = || f(&w, &b, &x, &targets, lr);
                let (of_w, of_b) = (
                    format!("the weights of {input}"),
                    format!("the biases of {input}"),
                );
                cases.close_tensor(&of_w, || Ok(got()?.0), &matrix(&right_w)?)?;
                cases.close_tensor(&of_b, || Ok(got()?.1), &vector_f32(&right_b)?)?;
            }
            let x: Vec<Vec<f64>> = (0..12)
                .map(|i| {
                    vec![
                        [2.0, -2.0, 0.0][i % 3] + 0.3 * value(),
                        [0.0, 0.0, 2.0][i % 3],
                    ]
                })
                .collect();
            let targets: Vec<u32> = (0..12).map(|i| i % 3).collect();
            let (mut w, mut b) = (vec![vec![0.0; 2]; 3], vec![0.0; 3]);
            for _ in 0..50 {
                (w, b) = after_step((&w, &b), &x, &targets, 0.5);
            }
            let (x, targets) = (matrix(&x)?, vector(&targets)?);
            let train = || {
                let mut at = (matrix(&vec![vec![0.0; 2]; 3])?, vector_f32(&[0.0; 3])?);
                for _ in 0..50 {
                    at = f(&at.0, &at.1, &x, &targets, 0.5)?;
                }
                Ok(at.0)
            };
            let input = "the weights after 50 steps on 12 fresh points of 3 classes, lr = 0.5";
            cases.close_tensor(input, train, &matrix(&w)?)
        },
    )
}

/// Logits by hand: a row for each point, `w[k] . x + b[k]` for each class k.
fn logits_of(x: &[Vec<f64>], w: &[Vec<f64>], b: &[f64]) -> Vec<Vec<f64>> {
    let dot = |w: &Vec<f64>, x: &Vec<f64>| w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
    let row = |x: &Vec<f64>| w.iter().zip(b).map(|(w, b)| dot(w, x) + b).collect();
    x.iter().map(row).collect()
}

fn log_softmax(logits: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let row = |z: &Vec<f64>| {
        let highest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = z.iter().map(|z| (z - highest).exp()).sum();
        z.iter().map(|z| z - highest - sum.ln()).collect()
    };
    logits.iter().map(row).collect()
}

/// The weights and the biases after one step, number by number.
fn after_step(
    (w, b): (&[Vec<f64>], &[f64]),
    x: &[Vec<f64>],
    targets: &[u32],
    lr: f64,
) -> (Vec<Vec<f64>>, Vec<f64>) {
    let (mut w_after, mut b_after) = (w.to_vec(), b.to_vec());
    let logs = log_softmax(&logits_of(x, w, b));
    for ((x, logs), &target) in x.iter().zip(&logs).zip(targets) {
        for (k, log) in logs.iter().enumerate() {
            let y = f64::from(u8::from(k == target as usize));
            let part = lr * (log.exp() - y) / targets.len() as f64;
            b_after[k] -= part;
            for (w, x) in w_after[k].iter_mut().zip(x) {
                *w -= part * x;
            }
        }
    }
    (w_after, b_after)
}

fn rows(n: usize, columns: usize) -> Vec<Vec<f64>> {
    let row = |_| (0..columns).map(|_| value()).collect();
    (0..n).map(row).collect()
}

fn classes_of(n: usize, classes: usize) -> Vec<u32> {
    (0..n).map(|_| whole(0, classes - 1) as u32).collect()
}

fn matrix(rows: &[Vec<f64>]) -> Result<Tensor> {
    let values: Vec<f32> = rows.iter().flatten().map(|&v| v as f32).collect();
    Tensor::from_vec(values, (rows.len(), rows[0].len()), &Device::Cpu)
}

fn vector(classes: &[u32]) -> Result<Tensor> {
    Tensor::new(classes, &Device::Cpu)
}

fn vector_f32(numbers: &[f64]) -> Result<Tensor> {
    let numbers: Vec<f32> = numbers.iter().map(|&v| v as f32).collect();
    Tensor::new(numbers, &Device::Cpu)
}

fn number(tensor: &Tensor) -> Result<f64> {
    tensor.to_dtype(DType::F64)?.to_scalar::<f64>()
}
