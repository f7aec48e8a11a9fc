//! The checks of TP2's notebook 7, how a network is fine-tuned: a right answer is green, the usual wrong ones are red.

use exercise::{Card, tp2};
use helpers::prelude::*;

use crate::{green, grey, red};

/// The notebook's loop, with copies or handles, in this mode, and with this comparison.
fn keep_best(
    copied: bool,
    train: bool,
    better: fn(f64, f64) -> bool,
    (model, params, sgd): (&dyn Model, &Parameters, &mut optim::Sgd),
    loader: &DataLoader,
    validation: &TensorDataset,
    epochs: usize,
) -> Result<f64> {
    let (mut best, mut kept) = (0.0, vec![]);
    for _ in 0..epochs {
        for batch in loader {
            let (x, targets) = batch?;
            let loss = loss::cross_entropy(&model.forward(&x, true)?, &targets)?;
            sgd.backward_step(&loss)?;
        }
        let logits = model.forward(validation.inputs(), train)?;
        let accuracy = metrics::accuracy(&logits, validation.targets())?;
        if better(accuracy, best) {
            best = accuracy;
            kept.clear();
            for p in params.all() {
                kept.push(if copied {
                    p.tensor().copy()?
                } else {
                    p.tensor()
                });
            }
        }
    }
    for (p, values) in params.all().iter().zip(&kept) {
        p.set(values)?;
    }
    Ok(best)
}

#[test]
fn the_best_weights_are_checked() {
    green(&tp2::best_weights(|m, p, s, loader, set, epochs| {
        keep_best(true, false, |a, b| a > b, (m, p, s), loader, set, epochs)
    }));
    // Handles instead of copies; training mode; the last of equals; never going back.
    let card = tp2::best_weights(|m, p, s, loader, set, epochs| {
        keep_best(false, false, |a, b| a > b, (m, p, s), loader, set, epochs)
    });
    red(&card, "fc1.weight at the end of");
    let card = tp2::best_weights(|m, p, s, loader, set, epochs| {
        keep_best(true, true, |a, b| a > b, (m, p, s), loader, set, epochs)
    });
    red(&card, "the best validation accuracy in");
    let card = tp2::best_weights(|m, p, s, loader, set, epochs| {
        keep_best(true, false, |_, _| true, (m, p, s), loader, set, epochs)
    });
    red(&card, "the best validation accuracy in");
    grey(&tp2::best_weights(|_, _, _, _, _, _| todo!("exercise 3")));
}

struct Milestones {
    lr: f64,
    milestones: Vec<usize>,
    gamma: f64,
    passed: fn(usize, usize) -> bool,
}

impl Schedule for Milestones {
    fn lr(&self, epoch: usize) -> f64 {
        let passed = self.milestones.iter();
        let passed = passed.filter(|m| (self.passed)(**m, epoch)).count();
        self.lr * self.gamma.powi(passed as i32)
    }
}

fn decaying(passed: fn(usize, usize) -> bool) -> Card {
    tp2::milestones(|lr, milestones, gamma| Milestones {
        lr,
        milestones,
        gamma,
        passed,
    })
}

#[test]
fn milestones_are_checked() {
    green(&decaying(|milestone, epoch| milestone <= epoch));
    // An epoch late; only at the milestone itself; never.
    red(
        &decaying(|milestone, epoch| milestone < epoch),
        "lr(5): expected 1, got 10",
    );
    red(&decaying(|milestone, epoch| milestone == epoch), "lr(100)");
    red(&decaying(|_, _| false), "lr(100)");
    grey(&tp2::milestones(|lr, milestones, gamma| Milestones {
        lr,
        milestones,
        gamma,
        passed: |_, _| todo!("exercise 4"),
    }));
}

#[test]
fn the_least_time_is_checked() {
    let sizes = |shape: [usize; 5]| {
        let [n, inputs, outputs, k, side] = shape.map(|size| size as f64);
        let weights = outputs * inputs * k * k;
        let pixels = n * side * side;
        (
            2.0 * pixels * weights,
            4.0 * (pixels * (inputs + outputs) + weights),
        )
    };
    green(&tp2::least_time(|shape, operations, bytes| {
        let (work, moved) = sizes(shape);
        (work / operations).max(moved / bytes)
    }));
    // Multiply-adds as one operation; numbers for bytes; the sum of both; the smaller.
    red(
        &tp2::least_time(|shape, operations, _| sizes(shape).0 / 2.0 / operations),
        "Open Hint 1",
    );
    red(
        &tp2::least_time(|shape, operations, bytes| {
            let (work, moved) = sizes(shape);
            (work / operations).max(moved / 4.0 / bytes)
        }),
        "Open Hint 2",
    );
    red(
        &tp2::least_time(|shape, operations, bytes| {
            let (work, moved) = sizes(shape);
            work / operations + moved / bytes
        }),
        "in milliseconds",
    );
    grey(&tp2::least_time(|_, _, _| todo!("exercise 6")));
}
