//! Notebook 3 of the first practical: a right answer is green, the usual wrong ones are red.

use crate::*;

#[test]
fn the_loss_of_a_batch_is_checked() {
    let sum = |probs: &[[f64; 3]], c: &[usize]| -> f64 {
        probs.iter().zip(c).map(|(row, &c)| -row[c].ln()).sum()
    };
    green(&tp1::nll_of_batch(|p, c| sum(p, c) / c.len() as f64));
    red(&tp1::nll_of_batch(sum), "nll(probs");
    red(&tp1::nll_of_batch(|p, c| sum(p, c) / 3.0), "nll(probs");
    red(
        &tp1::nll_of_batch(|p, c| -sum(p, c) / c.len() as f64),
        "got -",
    );
    red(
        &tp1::nll_of_batch(|p, c| sum(p, &vec![0; c.len()]) / c.len() as f64),
        "nll(probs",
    );
    assert_eq!(
        tp1::nll_of_batch(|_, _| todo!()).status(),
        Status::Unwritten
    );
}

#[test]
fn the_log_likelihood_is_checked() {
    let of_right = |p: &[f64], c: &[u32]| -> Vec<f64> {
        p.iter()
            .zip(c)
            .map(|(p, &c)| if c == 1 { *p } else { 1.0 - p })
            .collect()
    };
    green(&tp1::log_likelihood(|p, c| {
        of_right(p, c).iter().map(|p| p.ln()).sum()
    }));
    let product = |p: &[f64], c: &[u32]| of_right(p, c).iter().product::<f64>().ln();
    red(
        &tp1::log_likelihood(product),
        "got -inf. Stuck? Open Hint 2",
    );
    red(
        &tp1::log_likelihood(|p, _| p.iter().map(|p| p.ln()).sum()),
        "targets = [0]",
    );
    let mean =
        |p: &[f64], c: &[u32]| of_right(p, c).iter().map(|p| p.ln()).sum::<f64>() / c.len() as f64;
    red(&tp1::log_likelihood(mean), "Open the hint");
    red(
        &tp1::log_likelihood(|p, c| -of_right(p, c).iter().map(|p| p.ln()).sum::<f64>()),
        "expected -",
    );
}

#[test]
fn log_sum_exp_is_checked() {
    let naive = |z: &[f64]| z.iter().map(|z| z.exp()).sum::<f64>().ln();
    red(&tp1::log_sum_exp(naive), "got inf. Stuck? Open Hint 2");
    let shifted = |z: &[f64], m: f64| m + naive(&z.iter().map(|z| z - m).collect::<Vec<f64>>());
    green(&tp1::log_sum_exp(|z| {
        shifted(z, z.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    }));
    // The lowest, or the first, overflows; forgetting to add it again is wrong at once.
    red(
        &tp1::log_sum_exp(|z| shifted(z, z[0])),
        "log_sum_exp([-1000.0, 1000.0, 0.0])",
    );
    red(
        &tp1::log_sum_exp(|z| naive(&z.iter().map(|v| v - z[0]).collect::<Vec<f64>>())),
        "log_sum_exp(",
    );
}

/// The ten lines of the notebook, with each of the three errors or without.
fn lines(logits: &Tensor, targets: &Tensor, wrong: [bool; 3]) -> Result<Tensor> {
    let largest = logits.max_keepdim(1)?;
    let shifted = logits.broadcast_sub(&largest)?;
    let sums = shifted.exp()?.sum_keepdim(if wrong[0] { 0 } else { 1 })?;
    let log_probs = shifted.broadcast_sub(&sums.log()?)?;
    let classes = if wrong[1] {
        logits.argmax(1)?
    } else {
        targets.clone()
    };
    let log_p_c = log_probs.gather(&classes.unsqueeze(1)?, 1)?;
    let losses = log_p_c.neg()?;
    if wrong[2] {
        losses.sum_all()
    } else {
        losses.mean_all()
    }
}

#[test]
fn every_error_of_the_ten_lines_is_found() {
    green(&tp1::mended_loss(|z, c| lines(z, c, [false; 3])));
    for (i, said) in [
        (0, "targets = [0]"),
        (1, "targets = [2]"),
        (2, "targets = [0, 0]"),
    ] {
        let mut wrong = [false; 3];
        wrong[i] = true;
        red(&tp1::mended_loss(|z, c| lines(z, c, wrong)), said);
        wrong = wrong.map(|wrong| !wrong);
        red(&tp1::mended_loss(|z, c| lines(z, c, wrong)), "batch_loss(");
    }
    let naive = |z: &Tensor, c: &Tensor| {
        let exp = z.exp()?;
        loss::nll(&exp.broadcast_div(&exp.sum_keepdim(1)?)?.log()?, c)
    };
    assert_eq!(tp1::mended_loss(naive).status(), Status::Wrong);
}

#[test]
fn the_forward_pass_is_checked() {
    let logits = |x: &Tensor, w: &Tensor, b: &Tensor| x.matmul(&w.t()?)?.broadcast_add(b);
    green(&tp1::softmax_layer(|x, w, b| {
        F::log_softmax(&logits(x, w, b)?, 1)
    }));
    red(&tp1::softmax_layer(logits), "log_probs(x = ");
    red(
        &tp1::softmax_layer(|x, w, b| F::softmax(&logits(x, w, b)?, 1)),
        "log_probs(x = ",
    );
    red(
        &tp1::softmax_layer(|x, w, _| F::log_softmax(&x.matmul(&w.t()?)?, 1)),
        "log_probs(x = ",
    );
    red(
        &tp1::softmax_layer(|x, w, b| F::log_softmax(&x.matmul(w)?.broadcast_add(b)?, 1)),
        "log_probs(x = ",
    );
    red(
        &tp1::softmax_layer(|x, w, b| F::log_softmax(&logits(x, w, b)?, 0)),
        "log_probs(x = ",
    );
    red(
        &tp1::softmax_layer(|x, w, b| F::softmax(&logits(x, w, b)?, 1)?.log()),
        "Open Hint 2",
    );
}

/// One step with a factor for the slope and whether the mean is forgotten.
fn step(
    [w, b, x]: [&Tensor; 3],
    targets: &Tensor,
    lr: f64,
    (mean, bias): (bool, bool),
) -> Result<(Tensor, Tensor)> {
    let p = F::softmax(&x.matmul(&w.t()?)?.broadcast_add(b)?, 1)?;
    let n = if mean { x.dim(0)? as f64 } else { 1.0 };
    let slope = ((p - F::one_hot(targets, b.elem_count())?)? / n)?;
    let moved = (w - (slope.t()?.matmul(x)? * lr)?)?;
    let bias = if bias {
        (b - (slope.sum(0)? * lr)?)?
    } else {
        b.clone()
    };
    Ok((moved, bias))
}

#[test]
fn the_training_step_is_checked() {
    green(&tp1::softmax_step(|w, b, x, c, lr| {
        step([w, b, x], c, lr, (true, true))
    }));
    red(
        &tp1::softmax_step(|w, b, x, c, lr| step([w, b, x], c, -lr, (true, true))),
        "the weights of step(",
    );
    red(
        &tp1::softmax_step(|w, b, x, c, lr| step([w, b, x], c, lr, (false, true))),
        "the weights of step(",
    );
    red(
        &tp1::softmax_step(|w, b, x, c, lr| step([w, b, x], c, lr, (true, false))),
        "the biases of step(",
    );
    red(
        &tp1::softmax_step(|w, b, _, _, _| Ok((w.clone(), b.clone()))),
        "the weights of step(",
    );
}
