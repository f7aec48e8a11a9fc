//! The checks of TP2's notebook 4: a right answer is green, the usual wrong ones are red.

use exercise::tp2;
use helpers::prelude::*;

use crate::{green, grey, red};

type Layer = fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>;

/// The sum over the delays, the first frame of a window with the weights at `place(delay, k)`.
fn by_delays(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    place: fn(usize, usize) -> usize,
) -> Result<Tensor> {
    let (kernels, _, k) = weight.dims3()?;
    let frames = x.dim(2)? - k + 1;
    let mut sums = bias.reshape((1, kernels, 1))?;
    for delay in 0..k {
        let w = weight.narrow(2, place(delay, k), 1)?.squeeze(2)?;
        let seen = x.narrow(2, delay, frames)?.contiguous()?;
        sums = w
            .contiguous()?
            .broadcast_matmul(&seen)?
            .broadcast_add(&sums)?;
    }
    Ok(sums)
}

#[test]
fn a_time_delay_layer_is_checked() {
    green(&tp2::time_delay(|x, w, b| {
        by_delays(x, w, b, |delay, _| delay)
    }));
    let wrong: [Layer; 3] = [
        // Weights in reverse; no bias; padded, so that it is as long as before.
        |x, w, b| by_delays(x, w, b, |delay, k| k - 1 - delay),
        |x, w, b| by_delays(x, w, &b.zeros_like()?, |delay, _| delay),
        |x, w, b| {
            let longer = x.pad_with_zeros(2, 0, w.dim(2)? - 1)?;
            by_delays(&longer, w, b, |delay, _| delay)
        },
    ];
    for f in wrong {
        red(&tp2::time_delay(f), "time_delay(x = [");
    }
    grey(&tp2::time_delay(|_, _, _| todo!("exercise 1")));
}

/// The notebook's network, with windows of any size.
struct TimeDelay {
    h1: nn::Conv1d,
    h2: nn::Conv1d,
    weight: nn::Parameter,
    bias: nn::Parameter,
    relu: bool,
}

fn tdnn(first: usize, second: usize, relu: bool, params: &Parameters) -> Result<TimeDelay> {
    let out = params.at("out");
    Ok(TimeDelay {
        h1: nn::conv1d(16, 8, first, &params.at("h1"))?,
        h2: nn::conv1d(8, 3, second, &params.at("h2"))?,
        weight: out.create("weight", (3, 1), nn::Init::Constant(9.0))?,
        bias: out.create("bias", (3, 1), nn::Init::ZEROS)?,
        relu,
    })
}

impl Model for TimeDelay {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let activation = if self.relu { F::relu } else { F::sigmoid };
        let h1 = activation(&self.h1.forward(x, train)?)?;
        let h2 = activation(&self.h2.forward(&h1, train)?)?;
        let mean = F::avg_pool1d(&h2, F::PoolOptions::new(h2.dim(2)?))?;
        let logits = mean.broadcast_mul(&self.weight.tensor())?;
        logits.broadcast_add(&self.bias.tensor())?.squeeze(2)
    }
}

#[test]
fn other_windows_are_checked() {
    green(&tp2::windows(|a, b, params| tdnn(a, b, false, params)));
    red(
        &tp2::windows(|_, _, params| tdnn(3, 5, false, params)),
        "the parameters of tdnn_with(1, 1, params): expected 169, got 521",
    );
    red(
        &tp2::windows(|a, b, params| tdnn(b, a, false, params)),
        "tdnn_with(3, 5, params)",
    );
    red(
        &tp2::windows(|a, b, params| tdnn(a, b, true, params)),
        "forward of x (2, 16, 15)",
    );
    grey(&tp2::windows(|_, _, _| -> Result<TimeDelay> {
        todo!("exercise 2")
    }));
}

fn three(dilations: [usize; 3], params: &Parameters) -> Result<nn::Sequential> {
    let [a, b, c] = dilations;
    Ok(nn::Sequential::new(params)
        .add(
            "conv1",
            nn::conv1d(16, 8, 3, &params.at("conv1"))?.dilation(a),
        )
        .add("relu1", nn::Relu)
        .add(
            "conv2",
            nn::conv1d(8, 8, 3, &params.at("conv2"))?.dilation(b),
        )
        .add("relu2", nn::Relu)
        .add(
            "conv3",
            nn::conv1d(8, 3, 3, &params.at("conv3"))?.dilation(c),
        )
        .add("flatten", nn::Flatten))
}

#[test]
fn dilated_windows_are_checked() {
    green(&tp2::dilated(|params| three([1, 2, 4], params)));
    // As wide, but another network; not as wide.
    red(
        &tp2::dilated(|params| three([4, 2, 1], params)),
        "forward of x",
    );
    red(
        &tp2::dilated(|params| three([1, 1, 1], params)),
        "expected the shape [2, 3]",
    );
    grey(&tp2::dilated(|_| -> Result<nn::Sequential> {
        todo!("exercise 3")
    }));
}

/// The notebook's tower with means over parts of `window` moments.
struct Tower {
    conv1: nn::Conv1d,
    conv2: nn::Conv1d,
    fc: nn::Linear,
    window: usize,
}

fn tower(window: usize, params: &Parameters) -> Result<Tower> {
    Ok(Tower {
        conv1: nn::conv1d(4, 16, 5, &params.at("conv1"))?.stride(2),
        conv2: nn::conv1d(16, 32, 5, &params.at("conv2"))?.stride(2),
        fc: nn::linear(32 * (29 / window), 16, &params.at("fc"))?,
        window,
    })
}

impl Model for Tower {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let h = F::relu(&self.conv1.forward(x, train)?)?;
        let h = F::relu(&self.conv2.forward(&h, train)?)?;
        let parts = F::avg_pool1d(&h, F::PoolOptions::new(self.window))?;
        self.fc.forward(&parts.flatten_from(1)?, train)
    }
}

#[test]
fn a_tower_of_parts_is_checked() {
    green(&tp2::tower_of_parts(|params| tower(7, params)));
    red(
        &tp2::tower_of_parts(|params| tower(29, params)),
        "expected 4992, got 3456",
    );
    // Four windows, but not the first four.
    red(
        &tp2::tower_of_parts(|params| tower(6, params)),
        "forward of x",
    );
    grey(&tp2::tower_of_parts(|_| -> Result<Tower> {
        todo!("exercise 6")
    }));
}

/// The loss from squared distances; `beyond` is what becomes of margin - D.
fn contrastive(
    [a, b]: [&Tensor; 2],
    same: &Tensor,
    margin: f64,
    tiny: f64,
    beyond: fn(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let squares = ((a - b)?.sqr()?.sum(1)? + tiny)?;
    let short = beyond(&squares.sqrt()?.affine(-1.0, margin)?)?;
    let push = (short.sqr()? * same.affine(-1.0, 1.0)?)?;
    ((squares * same)? + push)?.mean_all()? / 2.0
}

type Loss = fn(&Tensor, &Tensor, &Tensor, f64) -> Result<Tensor>;

#[test]
fn the_contrastive_loss_is_checked() {
    green(&tp2::contrastive(|a, b, same, m| {
        contrastive([a, b], same, m, 1e-12, F::relu)
    }));
    let wrong: [(Loss, &str); 5] = [
        (
            |a, b, same, m| contrastive([a, b], &same.affine(-1.0, 1.0)?, m, 1e-12, F::relu),
            "same = 1, margin 1: expected 12.5, got 0",
        ),
        (
            |a, b, same, m| contrastive([a, b], same, m, 1e-12, |x| Ok(x.clone())),
            "b = [3.0, 4.0], same = 0, margin 1: expected 0, got 8",
        ),
        (
            |a, b, same, _| contrastive([a, b], same, 1.0, 1e-12, F::relu),
            "margin 3: expected 2, got 0",
        ),
        (
            |a, b, same, m| contrastive([a, b], same, m, 1e-12, F::relu)? * 2.0,
            "expected 12.5, got 25",
        ),
        (
            |a, b, same, m| contrastive([a, b], same, m, 0.0, F::relu),
            "the gradient is finite where a = b and same = 0: expected true, got false",
        ),
    ];
    for (f, expected) in wrong {
        red(&tp2::contrastive(f), expected);
    }
    grey(&tp2::contrastive(|_, _, _, _| todo!("exercise 4")));
}

/// The notebook's step, with one bug or the other.
fn step(
    tower: &dyn Model,
    sgd: &mut optim::Sgd,
    pairs: &Tensor,
    same: &Tensor,
    cut: bool,
    beyond: fn(&Tensor) -> Result<Tensor>,
) -> Result<f64> {
    let a = tower.forward(&pairs.i((.., 0))?, true)?;
    let b = tower.forward(&pairs.i((.., 1))?, true)?;
    let b = if cut { b.detach() } else { b };
    let same = same.to_dtype(DType::F32)?;
    let loss = contrastive([&a, &b], &same, 1.0, 1e-12, beyond)?;
    sgd.backward_step(&loss)?;
    Ok(f64::from(loss.to_scalar::<f32>()?))
}

#[test]
fn a_training_step_on_pairs_is_checked() {
    green(&tp2::pair_step(|tower, sgd, pairs, same| {
        step(tower, sgd, pairs, same, false, F::relu)
    }));
    let card =
        tp2::pair_step(|tower, sgd, pairs, same| step(tower, sgd, pairs, same, true, F::relu));
    red(
        &card,
        "the weights after pair_step, distances below the margin",
    );
    assert!(card.message().contains("Open the hint"), "{card}");
    let card = tp2::pair_step(|tower, sgd, pairs, same| {
        step(tower, sgd, pairs, same, false, |x| Ok(x.clone()))
    });
    red(
        &card,
        "the loss of pair_step, distances on both sides of the margin",
    );
    assert!(card.message().contains("Open Hint 2"), "{card}");
    grey(&tp2::pair_step(|_, _, _, _| todo!("exercise 5")));
}
