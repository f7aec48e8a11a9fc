//! Notebook 1 of the first practical: right answers are green, the mistakes that students make are red.

use crate::*;

type Forward = fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>;

#[test]
fn the_forward_pass_is_checked() {
    let by_formula: Forward = |x, w, b| {
        let z = x.matmul(&w.t()?)?.broadcast_add(b)?;
        let p = (z.neg()?.exp()? + 1.0)?.recip()?;
        Tensor::cat(&[&(1.0 - &p)?, &p], 1)
    };
    green(&tp1::forward(by_formula));
    let swapped: Forward = |x, w, b| {
        let p = F::sigmoid(&x.matmul(&w.t()?)?.broadcast_add(b)?)?;
        Tensor::cat(&[&p, &(1.0 - &p)?], 1)
    };
    red(&tp1::forward(swapped), "forward(x = [[");
    let no_bias: Forward = |x, w, _| {
        let p = F::sigmoid(&x.matmul(&w.t()?)?)?;
        Tensor::cat(&[&(1.0 - &p)?, &p], 1)
    };
    red(&tp1::forward(no_bias), "expected");
    let no_sigmoid: Forward = |x, w, b| {
        let z = x.matmul(&w.t()?)?.broadcast_add(b)?;
        Tensor::cat(&[&(1.0 - &z)?, &z], 1)
    };
    red(&tp1::forward(no_sigmoid), "expected");
    let sign: Forward = |x, w, b| {
        let p = (x.matmul(&w.t()?)?.broadcast_add(b)?.exp()? + 1.0)?.recip()?;
        Tensor::cat(&[&(1.0 - &p)?, &p], 1)
    };
    red(&tp1::forward(sign), "expected");
    let one_column: Forward = |x, w, b| F::sigmoid(&x.matmul(&w.t()?)?.broadcast_add(b)?);
    red(&tp1::forward(one_column), "the shape [1, 2], got [1, 1]");
    let not_turned: Forward = |x, w, b| x.matmul(w)?.broadcast_add(b);
    red(&tp1::forward(not_turned), "forward(x = [[");
    grey(&tp1::forward(|_, _, _| todo!("exercise 1")));
}

/// The negative log-likelihood of probabilities (N, C).
fn nll(probs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let p_c = probs.gather(&targets.unsqueeze(1)?, 1)?;
    p_c.log()?.neg()?.mean_all()
}

#[derive(Clone, Copy, PartialEq)]
enum Slip {
    None,
    Sign,
    NoRate,
    OnlyWeights,
    LossAfterTheStep,
    OneLossAnEpoch,
    Sum,
}

fn train(
    slip: Slip,
    params: &Parameters,
    model: &dyn Model,
    loader: &DataLoader,
    (epochs, lr): (usize, f64),
) -> Result<Vec<f64>> {
    let mut losses = vec![];
    for _ in 0..epochs {
        let mut last = 0.0;
        for batch in loader {
            let (x, targets) = batch?;
            let mut loss = nll(&model.forward(&x, true)?, &targets)?;
            if slip == Slip::Sum {
                loss = (loss * targets.dim(0)? as f64)?;
            }
            let grads = loss.backward()?;
            for parameter in params.all() {
                if slip == Slip::OnlyWeights && parameter.name() == "fc.bias" {
                    continue;
                }
                let rate = match slip {
                    Slip::Sign => -lr,
                    Slip::NoRate => 1.0,
                    _ => lr,
                };
                let gradient = grads.get(parameter.var()).unwrap();
                parameter.subtract(&(gradient * rate)?)?;
            }
            if slip == Slip::LossAfterTheStep {
                loss = nll(&model.forward(&x, true)?, &targets)?;
            }
            last = f64::from(loss.to_scalar::<f32>()?);
            if slip != Slip::OneLossAnEpoch {
                losses.push(last);
            }
        }
        if slip == Slip::OneLossAnEpoch {
            losses.push(last);
        }
    }
    Ok(losses)
}

#[test]
fn the_training_loop_is_checked() {
    let card = |slip: Slip| {
        tp1::training_loop(|params, model, loader, epochs, lr| {
            train(slip, params, model, loader, (epochs, lr))
        })
    };
    green(&card(Slip::None));
    red(&card(Slip::Sign), "fc.weight, [0.5, -0.25] before, after");
    red(&card(Slip::NoRate), "fc.weight");
    red(&card(Slip::OnlyWeights), "fc.bias");
    red(&card(Slip::LossAfterTheStep), "the losses of training on 4");
    red(&card(Slip::OneLossAnEpoch), "expected 3 numbers, got 1");
    red(&card(Slip::Sum), "the losses");
    grey(&tp1::training_loop(|_, _, _, _, _| todo!("exercise 3")));
}

#[test]
fn the_falling_loss_is_checked() {
    let epoch = |forgets_minus: bool, adds_up: bool| {
        tp1::one_epoch(move |model, loader, sgd| {
            let mut sum = 0.0;
            for batch in loader {
                let (x, targets) = batch?;
                let mut loss = nll(&model.forward(&x, true)?, &targets)?;
                if forgets_minus {
                    loss = loss.neg()?;
                }
                sgd.step(&loss.backward()?)?;
                sum += f64::from(loss.to_scalar::<f32>()?);
            }
            Ok(if adds_up {
                sum
            } else {
                sum / loader.len() as f64
            })
        })
    };
    green(&epoch(false, false));
    red(&epoch(true, false), "the mean loss of one_epoch");
    red(&epoch(false, true), "in batches of 2");
    // The number that is returned is mended, the step is not.
    let half = tp1::one_epoch(|model, loader, sgd| {
        let mut sum = 0.0;
        for batch in loader {
            let (x, targets) = batch?;
            let loss = nll(&model.forward(&x, true)?, &targets)?.neg()?;
            sgd.step(&loss.backward()?)?;
            sum -= f64::from(loss.to_scalar::<f32>()?);
        }
        Ok(sum / loader.len() as f64)
    });
    red(&half, "fc.weight");
    grey(&tp1::one_epoch(|_, _, _| todo!("exercise 4")));
}
