//! The checks of notebook 6: a right answer is green, the typical wrong ones are red.

use crate::*;

/// max(0, h W^T) with weights of this standard deviation.
fn layer(h: &Tensor, outputs: usize, std: f64) -> Result<Tensor> {
    let weight = random::normal(0.0, std, (outputs, h.dim(1)?), h.device())?;
    F::relu(&h.matmul(&weight.t()?)?)
}

#[test]
fn a_layer_with_hes_weights_is_checked() {
    let fan_in = |h: &Tensor| h.dim(1).map(|n| n as f64);
    green(&tp1::he_layer(|h, n| {
        layer(h, n, (2.0 / fan_in(h)?).sqrt())
    }));
    // Uniform, with the same variance.
    green(&tp1::he_layer(|h, n| {
        let weight = nn::Init::HeUniform.draw((n, h.dim(1)?), h.device())?;
        F::relu(&h.matmul(&weight.t()?)?)
    }));
    let size = "the root mean square of he_layer(h, ";
    red(&tp1::he_layer(|h, n| layer(h, n, 2.0 / fan_in(h)?)), size);
    red(
        &tp1::he_layer(|h, n| layer(h, n, (1.0 / fan_in(h)?).sqrt())),
        size,
    );
    red(
        &tp1::he_layer(|h, n| layer(h, n, (2.0 / n as f64).sqrt())),
        size,
    );
    red(
        &tp1::he_layer(|h, n| layer(h, n, (2.0 / (fan_in(h)? + n as f64)).sqrt())),
        size,
    );
    let no_relu = |h: &Tensor, n| {
        let weight = nn::Init::HeNormal.draw((n, h.dim(1)?), h.device())?;
        h.matmul(&weight.t()?)
    };
    red(&tp1::he_layer(no_relu), "the lowest output");
    let transposed = |h: &Tensor, n| {
        let weight = nn::Init::HeNormal.draw((n, h.dim(1)?), h.device())?;
        F::relu(&h.matmul(&weight)?)
    };
    red(
        &tp1::he_layer(transposed),
        "the shape of he_layer(h, 5) for h of shape (3, 8)",
    );
    grey(&tp1::he_layer(|_, _| todo!("exercise 1")));
}

type TrainEpoch<'a> = &'a mut dyn FnMut() -> Result<f64>;
type Keep<'a> = &'a mut dyn FnMut() -> Result<()>;

/// A loop with its places for mistakes.
fn stopping(
    train_epoch: TrainEpoch,
    keep: Keep,
    patience: usize,
    epochs: usize,
    is_better: impl Fn(f64, f64) -> bool,
) -> Result<usize> {
    let (mut lowest, mut since) = (f64::INFINITY, 0);
    for epoch in 1..=epochs {
        let loss = train_epoch()?;
        since += 1;
        if is_better(loss, lowest) {
            (lowest, since) = (loss, 0);
            keep()?;
        }
        if since >= patience {
            return Ok(epoch);
        }
    }
    Ok(epochs)
}

#[test]
fn a_loop_that_stops_early_is_checked() {
    green(&tp1::stop_early(|train, keep, patience, epochs| {
        stopping(train, keep, patience, epochs, |loss, lowest| loss < lowest)
    }));
    let first = "validation losses [0.9, 0.7, 0.8, 0.75, 0.6] and patience 2: expected \"trained 4 epochs, kept after [1, 2], returned 4\"";
    // Never stops.
    red(
        &tp1::stop_early(|train, keep, _, epochs| {
            stopping(train, keep, 1000, epochs, |loss, lowest| loss < lowest)
        }),
        first,
    );
    // One epoch late.
    red(
        &tp1::stop_early(|train, keep, patience, epochs| {
            stopping(train, keep, patience + 1, epochs, |loss, lowest| {
                loss < lowest
            })
        }),
        first,
    );
    // Keeps every epoch.
    red(
        &tp1::stop_early(|train, keep, patience, epochs| {
            stopping(train, keep, patience, epochs, |_, _| true)
        }),
        first,
    );
    // Compares with the epoch before.
    red(
        &tp1::stop_early(|train, keep, patience, epochs| {
            let before = std::cell::Cell::new(f64::INFINITY);
            stopping(train, keep, patience, epochs, |loss, _| {
                loss < before.replace(loss)
            })
        }),
        first,
    );
    // An equal loss is not lower.
    red(
        &tp1::stop_early(|train, keep, patience, epochs| {
            stopping(train, keep, patience, epochs, |loss, lowest| loss <= lowest)
        }),
        "validation losses [0.5, 0.5, 0.5, 0.4] and patience 2",
    );
    // Trains on after the last epoch.
    red(
        &tp1::stop_early(|train, keep, patience, _| {
            stopping(train, keep, patience, 1000, |loss, lowest| loss < lowest)
        }),
        "train_epoch() was called more than",
    );
    grey(&tp1::stop_early(|_, _, _, _| todo!("exercise 2")));
}

/// The notebook's evaluation, with and without each of its bugs.
fn evaluate(
    model: &dyn Model,
    set: &TensorDataset,
    train: bool,
    by_batch: bool,
) -> Result<(f64, f64)> {
    let loader = DataLoader::new(set.clone(), 32)?;
    let (mut losses, mut accuracies, mut total) = (0.0, 0.0, 0.0);
    for batch in &loader {
        let (x, targets) = batch?;
        let logits = model.forward(&x, train)?;
        let weight = if by_batch { 1.0 } else { x.dim(0)? as f64 };
        let loss = loss::cross_entropy(&logits, &targets)?;
        losses += weight * f64::from(loss.to_scalar::<f32>()?);
        accuracies += weight * metrics::accuracy(&logits, &targets)?;
        total += weight;
    }
    Ok((losses / total, accuracies / total))
}

#[test]
fn the_bugs_of_an_evaluation_are_found() {
    green(&tp1::evaluation_mode(|model, set| {
        evaluate(model, set, false, false)
    }));
    let both = tp1::evaluation_mode(|model, set| evaluate(model, set, true, true));
    red(&both, "the loss of a model without dropout on 45 points");
    let mean_only = tp1::evaluation_mode(|model, set| evaluate(model, set, false, true));
    red(&mean_only, "Open Hint 1");
    let mode_only = tp1::evaluation_mode(|model, set| evaluate(model, set, true, false));
    red(
        &mode_only,
        "the loss of a model with dropout 0.5 on 96 points",
    );
    assert!(mode_only.message().contains("Open Hint 2"), "{mode_only}");
    grey(&tp1::evaluation_mode(|_, _| todo!("exercise 3")));
}

#[test]
fn dropout_by_hand_is_checked() {
    green(&tp1::dropout_by_hand(F::dropout));
    green(&tp1::dropout_by_hand(|x, p, train| {
        if !train {
            return Ok(x.clone());
        }
        let kept = random::uniform(0.0, 1.0, x.dims(), x.device())?.ge(p)?;
        (x * kept.to_dtype(DType::F32)?)? / (1.0 - p)
    }));
    red(
        &tp1::dropout_by_hand(|x, p, _| F::dropout(x, p, true)),
        "dropout(x, 0.5, false)",
    );
    let unscaled = |x: &Tensor, p: f64, train: bool| match train {
        true => F::dropout(x, p, true)? * (1.0 - p),
        false => Ok(x.clone()),
    };
    red(
        &tp1::dropout_by_hand(unscaled),
        "each number of dropout(x, 0.5, true)",
    );
    // Keeps with probability p, and divides by 1 - p: right at 0.5.
    let swapped = |x: &Tensor, p: f64, train: bool| match train {
        true => (F::dropout(x, 1.0 - p, true)? * p)? / (1.0 - p),
        false => Ok(x.clone()),
    };
    red(
        &tp1::dropout_by_hand(swapped),
        "the share of zeros in dropout(x, 0.2, true)",
    );
    // One mask for all rows.
    let columns = |x: &Tensor, p: f64, train: bool| match train {
        true => {
            let mask = random::uniform(0.0, 1.0, (1, x.dim(1)?), x.device())?.ge(p)?;
            x.broadcast_mul(&mask.to_dtype(DType::F32)?)? / (1.0 - p)
        }
        false => Ok(x.clone()),
    };
    assert_eq!(tp1::dropout_by_hand(columns).status(), Status::Wrong);
    let fixed = |x: &Tensor, p: f64, train: bool| {
        manual_seed(1);
        F::dropout(x, p, train)
    };
    red(
        &tp1::dropout_by_hand(fixed),
        "what a second dropout(x, 0.5, true)",
    );
    grey(&tp1::dropout_by_hand(|_, _, _| todo!("exercise 4")));
}
