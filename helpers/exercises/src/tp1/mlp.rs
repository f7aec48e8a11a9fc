//! Notebook 5: networks with a hidden layer.

use candle_core::{DType, Device, Error, Result, Tensor};

use super::inputs::{CASES, value, whole};
use crate::{Card, check};
use candle_functional::random;
use networks::data::{Dataset, TensorDataset};
use networks::nn::{Model, Parameters};
use networks::optim::{self, Optimizer};
use networks::{loss, models};

/// The weights of a 2-2-1 network with tanh: `(w1, b1, w2, b2)`, a row of `w1` for each hidden neuron.
type TwoTwoOne = ([[f64; 2]; 2], [f64; 2], [f64; 2], f64);

/// Checks the weights of a 2-2-1 network, found by hand, that solves XOR: its score
/// `w2 . tanh(w1 x + b1) + b2` must be above 0 where the signs of x0 and x1 differ, else below.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::xor_by_hand(|| ([[1.0, 1.0], [1.0, 1.0]], [0.0; 2], [1.0; 2], 0.0));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn xor_by_hand(f: impl Fn() -> TwoTwoOne) -> Card {
    check(
        "XOR by hand",
        "The score has the right sign around all four corners",
        |cases| {
            let (w1, b1, w2, b2) = f();
            for case in 0..CASES {
                let corner = [case & 1, case >> 1 & 1].map(|bit| 2.0 * bit as f64 - 1.0);
                // The corners themselves come first.
                let near = |c: f64| match case {
                    0..4 => c,
                    _ => c + (whole(0, 6) as f64 - 3.0) / 10.0,
                };
                let x = corner.map(near);
                let hidden = |i: usize| (w1[i][0] * x[0] + w1[i][1] * x[1] + b1[i]).tanh();
                let z = w2[0] * hidden(0) + w2[1] * hidden(1) + b2;
                let right = if x[0] * x[1] < 0.0 {
                    "above 0"
                } else {
                    "below 0"
                };
                let got = match z {
                    z if z > 0.0 => "above 0".to_string(),
                    z if z < 0.0 => "below 0".to_string(),
                    z => format!("{z}"),
                };
                let input = format!("the score at ({:.1}, {:.1}), {z:.4}", x[0], x[1]);
                cases.equal(&input, || Ok(got), right.to_string())?;
            }
            Ok(())
        },
    )
}

/// Checks the forward pass of a network with one hidden layer, in tensors: `f(x, w1, b1, w2, b2)` is
/// `tanh(x W1^T + b1) W2^T + b2`, with x (N, D), w1 (H, D), b1 (H), w2 (K, H), b2 (K).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::mlp_forward(|x, w1, b1, w2, b2| {
///     let h = F::linear(x, w1, Some(b1))?.tanh()?;
///     F::linear(&h, w2, Some(b2))
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn mlp_forward(
    f: impl Fn(&Tensor, &Tensor, &Tensor, &Tensor, &Tensor) -> Result<Tensor>,
) -> Card {
    check(
        "The forward pass of an MLP",
        "Shapes and scores are right for fresh batches and layers",
        |cases| {
            for case in 0..CASES {
                // One point and two hidden neurons first: numbers that can be followed by hand.
                let (n, d, h, k) = match case {
                    0 => (1, 2, 2, 1),
                    _ => (whole(1, 4), whole(1, 3), whole(1, 5), whole(1, 3)),
                };
                let (x, w1, b1) = (halves(&[n, d])?, halves(&[h, d])?, halves(&[h])?);
                let (w2, b2) = (halves(&[k, h])?, halves(&[k])?);
                let hidden = x.matmul(&w1.t()?)?.broadcast_add(&b1)?.tanh()?;
                let scores = hidden.matmul(&w2.t()?)?.broadcast_add(&b2)?;
                let input = match case {
                    0 => format!(
                        "forward(x = {}, w1 = {}, b1 = {}, w2 = {}, b2 = {})",
                        list(&x)?,
                        list(&w1)?,
                        list(&b1)?,
                        list(&w2)?,
                        list(&b2)?
                    ),
                    _ => format!(
                        "forward of x ({n}, {d}), w1 ({h}, {d}), b1 ({h}), w2 ({k}, {h}), b2 ({k})"
                    ),
                };
                cases.close_tensor(&input, || f(&x, &w1, &b1, &w2, &b2), &scores)?;
            }
            Ok(())
        },
    )
}

/// A tensor of numbers from -3 to 3 by steps of 0.5.
fn halves(dims: &[usize]) -> Result<Tensor> {
    let count = dims.iter().product();
    let numbers: Vec<f32> = (0..count).map(|_| value() as f32).collect();
    Tensor::from_vec(numbers, dims, &Device::Cpu)
}

/// The numbers of a tensor as Rust writes them, a row for each of its rows.
fn list(tensor: &Tensor) -> Result<String> {
    Ok(match tensor.rank() {
        1 => format!("{:?}", tensor.to_vec1::<f32>()?),
        _ => format!("{:?}", tensor.to_vec2::<f32>()?),
    })
}

/// Checks one operation of the notebook's tape, a whole neuron `z = sum(w_i x_i) + b`. `f(w, x, b)`
/// is the value of z and the gradient of z², as the tape finds it: for each weight, for each input,
/// for the bias.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::neuron_rule(|w, x, b| {
///     let z = w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b;
///     let all = x.iter().chain(w).chain(&[1.0]);
///     (z, all.map(|derivative| 2.0 * z * derivative).collect())
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn neuron_rule(f: impl Fn(&[f64], &[f64], f64) -> (f64, Vec<f64>)) -> Card {
    check(
        "A neuron as one node",
        "Value and gradients are right for fresh neurons of 1 to 4 inputs",
        |cases| {
            for case in 0..CASES {
                let count = if case == 0 { 2 } else { whole(1, 4) };
                let w: Vec<f64> = (0..count).map(|_| value()).collect();
                let x: Vec<f64> = (0..count).map(|_| value()).collect();
                let sum = w.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>();
                // With b = 0 a forgotten bias would be right; with z = 0 so would any gradient of z².
                let mut biases = [value(), 1.0, 2.0].into_iter();
                let b = biases.find(|b| *b != 0.0 && sum + b != 0.0).unwrap_or(2.0);
                let z = sum + b;
                let of = format!("w = {w:?}, x = {x:?}, b = {b}");
                let mut grads = Vec::new();
                let got = || {
                    let (z, found) = f(&w, &x, b);
                    grads = found;
                    Ok(z)
                };
                cases.close(&format!("z for {of}"), got, z)?;
                let [of_w, of_x] = [&x, &w].map(|d| d.iter().map(|d| 2.0 * z * d).collect());
                let parts: [(&str, usize, Vec<f64>); 3] = [
                    ("weights", 0, of_w),
                    ("inputs", count, of_x),
                    ("bias", 2 * count, vec![2.0 * z]),
                ];
                for (name, from, right) in parts {
                    let got = || Ok(grads.iter().skip(from).take(right.len()).copied().collect());
                    let input = format!("the gradient of z² for the {name}, {of}");
                    cases.close_list(&input, got, &right)?;
                }
            }
            Ok(())
        },
    )
}

/// Checks a training loop without an optimizer: `f(model, params, set, lr, steps)` takes `steps` steps
/// of gradient descent on all points, with the binary cross-entropy of the model's logits (N, 1),
/// and returns the loss before each step.
///
/// ```
/// use helpers::prelude::*;
/// // One that never moves.
/// let card = exercise::tp1::mlp_training_loop(|_model, _params, _set, _lr, steps| Ok(vec![0.7; steps]));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn mlp_training_loop(
    f: impl Fn(&dyn Model, &Parameters, &TensorDataset, f64, usize) -> Result<Vec<f64>>,
) -> Card {
    check(
        "The training loop",
        "Losses and parameters are right on fresh XOR problems",
        |cases| {
            for (case, steps) in [1, 1, 2, 3, 20].into_iter().enumerate() {
                let seed = 2000 + case as u64;
                random::manual_seed(seed);
                let set = datasets::xor(6 + case, 0.3)?;
                let lr = [0.5, 0.1, 0.25][case % 3];
                // The same start twice: one for the student's loop, one for ours.
                let start = || {
                    random::manual_seed(seed);
                    let params = Parameters::new(&Device::Cpu);
                    Ok::<_, Error>((models::mlp(&[2, 3, 1], &params)?, params))
                };
                let ((model, params), (ours, our_params)) = (start()?, start()?);
                let y = set.targets().to_dtype(DType::F32)?;
                let mut sgd = optim::Sgd::new(&our_params, lr)?;
                let mut losses = Vec::new();
                for _ in 0..steps {
                    let z = ours.forward(set.inputs(), true)?.squeeze(1)?;
                    let loss = loss::binary_cross_entropy_with_logits(&z, &y)?;
                    losses.push(f64::from(loss.to_scalar::<f32>()?));
                    sgd.step(&loss.backward()?)?;
                }
                let points = set.len();
                let run = format!("(2, 3, 1) on {points} points, lr = {lr}, {steps} steps");
                let got = || f(&model, &params, &set, lr, steps);
                cases.close_list(&format!("the losses of {run}"), got, &losses)?;
                for (got, right) in params.all().iter().zip(our_params.all()) {
                    let input = format!("{} after {run}", got.name());
                    cases.close_tensor(&input, || Ok(got.tensor()), &right.tensor())?;
                }
            }
            Ok(())
        },
    )
}

/// Checks a training step of a classifier: `f(model, sgd, x, targets)` is the cross-entropy of this
/// batch before the step that it takes.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::digit_step(|model, sgd, x, targets| {
///     let loss = loss::cross_entropy(&model.forward(x, true)?, targets)?;
///     sgd.step(&loss.backward()?)?;
///     Ok(f64::from(loss.to_scalar::<f32>()?))
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn digit_step(
    f: impl Fn(&dyn Model, &mut optim::Sgd, &Tensor, &Tensor) -> Result<f64>,
) -> Card {
    check(
        "A step of training",
        "Losses and parameters are right over fresh batches",
        |cases| {
            random::manual_seed(3000);
            let start = || {
                random::manual_seed(3001);
                let params = Parameters::new(&Device::Cpu);
                let model = models::mlp(&[4, 5, 3], &params)?;
                let sgd = optim::Sgd::new(&params, 0.5)?;
                Ok::<_, Error>((model, params, sgd))
            };
            let ((model, params, mut sgd), (ours, our_params, mut our_sgd)) = (start()?, start()?);
            for step in 1..=5 {
                let n = whole(3, 8);
                let x = random::normal(0.0, 1.0, (n, 4), &Device::Cpu)?;
                let targets: Vec<u32> = (0..n).map(|_| whole(0, 2) as u32).collect();
                let targets = Tensor::new(targets, &Device::Cpu)?;
                let loss = loss::cross_entropy(&ours.forward(&x, true)?, &targets)?;
                let right = f64::from(loss.to_scalar::<f32>()?);
                our_sgd.step(&loss.backward()?)?;
                let run = format!("step {step}, x ({n}, 4), 3 classes");
                let got = || f(&model, &mut sgd, &x, &targets);
                cases.close(&format!("the loss of {run}"), got, right)?;
                for (got, right) in params.all().iter().zip(our_params.all()) {
                    let input = format!("{} after {run}", got.name());
                    cases.close_tensor(&input, || Ok(got.tensor()), &right.tensor())?;
                }
            }
            Ok(())
        },
    )
}
