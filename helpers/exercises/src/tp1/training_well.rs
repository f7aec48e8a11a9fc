//! Notebook 6: a layer's first weights, evaluation, dropout.

use candle_core::{DType, Device, Result, Tensor};

use crate::{Card, check};
use candle_functional::{random, values};
use networks::data::TensorDataset;
use networks::nn::{self, Model, Parameters};
use networks::{loss, metrics};

/// The square root of the mean square.
fn size(x: &Tensor) -> Result<f64> {
    let values = values(x)?;
    Ok((values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).sqrt())
}

/// Checks a layer with ReLU whose weights are drawn by He's rule: `f(h, outputs)` maps h (N, inputs)
/// to (N, outputs).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::he_layer(|h, outputs| {
///     let inputs = h.dim(1)?;
///     let std = (2.0 / inputs as f64).sqrt();
///     let weight = random::normal(0.0, std, (outputs, inputs), h.device())?;
///     F::relu(&h.matmul(&weight.t()?)?)
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn he_layer(f: impl Fn(&Tensor, usize) -> Result<Tensor>) -> Card {
    let verified = "Shape, ReLU and the size of the signal are right, through ten layers too";
    check("A layer with He's weights", verified, |cases| {
        for (n, inputs, outputs) in [(3, 8, 5), (200, 784, 50), (200, 50, 400), (100, 100, 100)] {
            let h = random::normal(0.0, 1.0, (n, inputs), &Device::Cpu)?;
            let call = format!("he_layer(h, {outputs}) for h of shape ({n}, {inputs})");
            cases.hint("Hint 1");
            let shape = || Ok(f(&h, outputs)?.dims().to_vec());
            cases.equal(&format!("the shape of {call}"), shape, vec![n, outputs])?;
            let lowest = || {
                let lowest = values(&f(&h, outputs)?)?.into_iter().fold(0.0, f64::min);
                Ok(match lowest < 0.0 {
                    true => format!("{lowest:.3}"),
                    false => "0".to_string(),
                })
            };
            cases.equal(
                &format!("the lowest output of {call}"),
                lowest,
                "0".to_string(),
            )?;
            if n > 3 {
                cases.hint("Hint 2");
                let got = || Ok(about_one(size(&f(&h, outputs)?)?, 0.85, 1.15));
                let input = format!("the root mean square of {call}, whose own is 1");
                cases.equal(&input, got, "about 1".to_string())?;
            }
        }
        let ten_layers = || {
            let mut h = random::normal(0.0, 1.0, (200, 100), &Device::Cpu)?;
            for _ in 0..10 {
                h = f(&h, 100)?;
            }
            Ok(about_one(size(&h)?, 0.3, 3.0))
        };
        cases.equal(
            "the root mean square after ten layers of 100 units",
            ten_layers,
            "about 1".to_string(),
        )
    })
}

fn about_one(size: f64, low: f64, high: f64) -> String {
    match (low..=high).contains(&size) {
        true => "about 1".to_string(),
        false => format!("{size:.3}"),
    }
}

/// Checks an evaluation: `f(model, set)` is the mean cross-entropy over the set and the accuracy, in
/// evaluation mode and whatever the size of the set.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::evaluation_mode(|model, set| {
///     let logits = model.forward(set.inputs(), true)?; // dropout is on
///     let loss = loss::cross_entropy(&logits, set.targets())?.to_scalar::<f32>()?;
///     Ok((f64::from(loss), metrics::accuracy(&logits, set.targets())?))
/// });
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn evaluation_mode(f: impl Fn(&dyn Model, &TensorDataset) -> Result<(f64, f64)>) -> Card {
    let verified = "Loss and accuracy are right with and without dropout, on sets of many sizes";
    check("Two bugs in an evaluation", verified, |cases| {
        let centres = [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
        for (p, count) in [
            (0.0, 15),
            (0.0, 32),
            (0.0, 11),
            (0.5, 32),
            (0.5, 15),
            (0.2, 7),
        ] {
            let params = Parameters::new(&Device::Cpu);
            let model = nn::Sequential::new(&params)
                .add("fc1", nn::linear(2, 16, &params.at("fc1"))?)
                .add("relu1", nn::Relu)
                .add("dropout1", nn::dropout(p)?)
                .add("fc2", nn::linear(16, 3, &params.at("fc2"))?);
            // Large weights: the examples' losses differ.
            for parameter in params.all() {
                parameter.set(&(parameter.tensor() * 3.0)?)?;
            }
            let set = datasets::blobs(count, &centres, 1.0)?;
            let logits = model.forward(set.inputs(), false)?;
            let loss = loss::cross_entropy(&logits, set.targets())?;
            let loss = loss.to_dtype(DType::F64)?.to_scalar::<f64>()?;
            let accuracy = metrics::accuracy(&logits, set.targets())?;
            cases.hint(if p == 0.0 { "Hint 1" } else { "Hint 2" });
            let model_is = match p {
                0.0 => "a model without dropout".to_string(),
                p => format!("a model with dropout {p}"),
            };
            let on = format!("of {model_is} on {} points", 3 * count);
            cases.close(&format!("the loss {on}"), || Ok(f(&model, &set)?.0), loss)?;
            let got = || Ok(f(&model, &set)?.1);
            cases.close(&format!("the accuracy {on}"), got, accuracy)?;
        }
        Ok(())
    })
}

/// Checks dropout written by hand: `f(x, p, train)` sets each number to 0 with probability `p` and
/// divides the others by `1 - p` while training, and gives back `x` otherwise.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp1::dropout_by_hand(F::dropout);
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn dropout_by_hand(f: impl Fn(&Tensor, f64, bool) -> Result<Tensor>) -> Card {
    let verified = "Training drops the right share and keeps the mean, evaluation drops nothing";
    check("Dropout by hand", verified, |cases| {
        let small = random::normal(0.0, 1.0, (2, 3), &Device::Cpu)?;
        cases.hint("Hint 1");
        cases.close_tensor("dropout(x, 0.5, false)", || f(&small, 0.5, false), &small)?;
        let x = random::uniform(1.0, 2.0, (100, 100), &Device::Cpu)?;
        for p in [0.5, 0.2, 0.75] {
            let call = format!("dropout(x, {p}, true) for x of shape (100, 100)");
            cases.hint("Hint 2");
            let shape = || Ok(f(&x, p, true)?.dims().to_vec());
            cases.equal(&format!("the shape of {call}"), shape, vec![100, 100])?;
            let strange = || {
                let pairs = values(&x)?.into_iter().zip(values(&f(&x, p, true)?)?);
                let is_strange =
                    |(x, y): &(f64, f64)| *y != 0.0 && (y - x / (1.0 - p)).abs() > 1e-3;
                Ok(match pairs.into_iter().find(is_strange) {
                    Some((x, y)) => format!("{y:.3} for x = {x:.3}"),
                    None => "0 or x / (1 - p)".to_string(),
                })
            };
            let each = format!("each number of {call}");
            cases.equal(&each, strange, "0 or x / (1 - p)".to_string())?;
            cases.hint("Hint 1");
            let share = || {
                let zeros = zeros(&f(&x, p, true)?)?;
                let share = zeros.iter().filter(|zero| **zero).count() as f64 / zeros.len() as f64;
                Ok(match (share - p).abs() < 0.03 {
                    true => format!("about {p}"),
                    false => format!("{share:.3}"),
                })
            };
            cases.equal(
                &format!("the share of zeros in {call}"),
                share,
                format!("about {p}"),
            )?;
            let rows = || {
                let zeros = zeros(&f(&x, p, true)?)?;
                let (first, second) = (&zeros[..100], &zeros[100..200]);
                Ok(if first == second {
                    "the same"
                } else {
                    "others"
                })
            };
            cases.equal(
                &format!("what {call} drops in its second row"),
                rows,
                "others",
            )?;
            let calls = || {
                let same = zeros(&f(&x, p, true)?)? == zeros(&f(&x, p, true)?)?;
                Ok(if same { "the same" } else { "others" })
            };
            cases.equal(&format!("what a second {call} drops"), calls, "others")?;
        }
        Ok(())
    })
}

/// Where a tensor is 0.
fn zeros(x: &Tensor) -> Result<Vec<bool>> {
    Ok(values(x)?.iter().map(|value| *value == 0.0).collect())
}
