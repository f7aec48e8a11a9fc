//! The checks of TP2's notebook 6: a right answer is green, the usual wrong ones are red.

use exercise::tp2;
use helpers::prelude::*;

use crate::{green, grey, red};

/// The solution, with this padding of the first former dense layer; its weights are copied or not.
fn fcn(
    trained: &Parameters,
    params: &Parameters,
    padding: usize,
    copied: bool,
) -> Result<nn::Sequential> {
    let fc1 = nn::conv2d(16, 120, 5, &params.at("fc1"))?.padding(padding);
    let model = nn::Sequential::new(params)
        .add("conv1", nn::conv2d(1, 6, 5, &params.at("conv1"))?)
        .add("relu1", nn::Relu)
        .add("pool1", nn::max_pool2d(2))
        .add("conv2", nn::conv2d(6, 16, 5, &params.at("conv2"))?)
        .add("relu2", nn::Relu)
        .add("pool2", nn::max_pool2d(2))
        .add("fc1", fc1)
        .add("relu3", nn::Relu)
        .add("fc2", nn::conv2d(120, 84, 1, &params.at("fc2"))?)
        .add("relu4", nn::Relu)
        .add("fc3", nn::conv2d(84, 10, 1, &params.at("fc3"))?);
    for from in trained.all() {
        let to = params.get(from.name())?;
        if copied || from.name().starts_with("conv") {
            to.set(&from.tensor().reshape(to.tensor().shape())?)?;
        }
    }
    Ok(model)
}

#[test]
fn lenet5_as_an_fcn_is_checked() {
    green(&tp2::fcn_of_lenet5(|trained, params| {
        fcn(trained, params, 0, true)
    }));
    let card = tp2::fcn_of_lenet5(|trained, params| fcn(trained, params, 2, true));
    red(
        &card,
        "expected [2, 10, 1, 1], got [2, 10, 5, 5]. Stuck? Open Hint 1",
    );
    let card = tp2::fcn_of_lenet5(|trained, params| fcn(trained, params, 0, false));
    red(&card, "a batch of 2 images of 32 × 32 at [0, 0, 0, 0]");
    // Trained anew for each window, in a way: dense layers refuse larger maps.
    let card = tp2::fcn_of_lenet5(|_, params| {
        let fc = nn::linear(32 * 32, 10, &params.at("fc"))?;
        Ok(nn::Sequential::new(params)
            .add("flatten", nn::Flatten)
            .add("fc", fc))
    });
    red(&card, "expected [2, 10, 1, 1], got [2, 10]");
    grey(&tp2::fcn_of_lenet5(|_, _| todo!("exercise 1")));
}

#[test]
fn the_pixels_cross_entropy_is_checked() {
    // The solution; the mean may be over the pixels or over the weights.
    let weighted = |logits: &Tensor, targets: &Tensor, weights: &Tensor, by_weight: bool| {
        let log_probs = F::log_softmax(logits, 1)?;
        let right = log_probs.gather(&targets.unsqueeze(1)?, 1)?.flatten_all()?;
        let each = weights.index_select(&targets.flatten_all()?, 0)?;
        let sum = (right * &each)?.sum_all()?.to_scalar::<f32>()?;
        let total = match by_weight {
            true => each.sum_all()?.to_scalar::<f32>()?,
            false => each.elem_count() as f32,
        };
        Ok(f64::from(-sum / total))
    };
    green(&tp2::pixel_cross_entropy(|l, t, w| weighted(l, t, w, true)));
    let card = tp2::pixel_cross_entropy(|l, t, w| weighted(l, t, w, false));
    red(&card, "logits [1, 2, 1, 2], weights [1.0, 3.0]");
    let card = tp2::pixel_cross_entropy(|l, t, _| {
        Ok(loss::cross_entropy(l, t)?.to_scalar::<f32>()?.into())
    });
    red(&card, "weights [1.0, 3.0]: expected");
    grey(&tp2::pixel_cross_entropy(|_, _, _| todo!("exercise 2")));
}

/// Of each class: row sum, column sum, diagonal.
fn sums(counts: &[Vec<u32>]) -> Vec<[f64; 3]> {
    let each = (0..counts.len()).map(|k| {
        let row = counts[k].iter().sum::<u32>();
        let column = counts.iter().map(|row| row[k]).sum::<u32>();
        [row, column, counts[k][k]].map(f64::from)
    });
    each.collect()
}

#[test]
fn intersection_over_union_is_checked() {
    let right = |counts: &[Vec<u32>]| {
        let shares = sums(counts)
            .into_iter()
            .map(|[row, column, both]| both / (row + column - both));
        shares.filter(|share| !share.is_nan()).collect::<Vec<f64>>()
    };
    green(&tp2::intersection_over_union(right));
    // The intersection counted twice; precision; empty classes kept.
    let card = tp2::intersection_over_union(|counts| {
        sums(counts)
            .into_iter()
            .map(|[row, column, both]| both / (row + column))
            .collect()
    });
    red(
        &card,
        "ious(&[[3, 1], [2, 4]]) at [0]: expected 0.5, got 0.333333",
    );
    let card = tp2::intersection_over_union(|counts| {
        sums(counts)
            .into_iter()
            .map(|[_, column, both]| both / column)
            .collect()
    });
    red(&card, "at [0]: expected 0.5, got 0.6");
    let card = tp2::intersection_over_union(|counts| {
        let shares = sums(counts).into_iter();
        shares
            .map(|[row, column, both]| both / (row + column - both).max(1.0))
            .collect()
    });
    red(&card, "expected 3 numbers, got 4. Stuck? Open Hint 2");
    grey(&tp2::intersection_over_union(|_| todo!("exercise 3")));
}

/// The notebook's evaluation, with its two bugs or without them.
fn evaluated(bilinear: bool, dim: usize, logits: &Tensor, targets: &Tensor) -> Result<f64> {
    let (_, _, h, w) = logits.dims4()?;
    let fine = targets.to_dtype(DType::F32)?.unsqueeze(1)?;
    let coarse = match bilinear {
        true => F::upsample_bilinear2d(&fine, (h, w), false)?,
        false => F::upsample_nearest2d(&fine, (h, w))?,
    };
    let coarse = coarse.round()?.to_dtype(DType::U32)?;
    let right = logits.argmax_keepdim(dim)?.broadcast_eq(&coarse)?;
    Ok(right
        .to_dtype(DType::F32)?
        .mean_all()?
        .to_scalar::<f32>()?
        .into())
}

#[test]
fn the_evaluation_is_checked() {
    green(&tp2::coarse_accuracy(|logits, targets| {
        evaluated(false, 1, logits, targets)
    }));
    for (bilinear, dim) in [(true, 1), (false, 3), (true, 3)] {
        let card =
            tp2::coarse_accuracy(|logits, targets| evaluated(bilinear, dim, logits, targets));
        red(&card, "logits [");
    }
    grey(&tp2::coarse_accuracy(|_, _| todo!("exercise 4")));
}

#[test]
fn the_size_of_a_transposed_convolution_is_checked() {
    let size = |n, k, stride, padding, more| (n - 1) * stride + k + more - 2 * padding;
    let exact = |factor: usize| match factor % 2 {
        0 => (2 * factor, factor, factor / 2),
        _ => (3 * factor, factor, factor),
    };
    green(&tp2::transposed_size(size, exact));
    green(&tp2::transposed_size(size, |factor| {
        (3 * factor, factor, factor)
    }));
    let card = tp2::transposed_size(|n, k, stride, _, _| (n - 1) * stride + k, exact);
    red(&card, "padding = 1");
    let card = tp2::transposed_size(
        |n, k, stride, padding, _| size(n, k, stride, padding, 0),
        exact,
    );
    red(&card, "output_padding = 1");
    let card = tp2::transposed_size(size, |factor| (factor, factor, 0));
    red(
        &card,
        "exact(2): the kernel must be a multiple of the stride and larger",
    );
    let card = tp2::transposed_size(size, |factor| (2 * factor, factor, factor / 2));
    red(
        &card,
        "exact(3) gives kernel 6, stride 3, padding 1, which makes of 2: expected 6, got 7",
    );
    grey(&tp2::transposed_size(
        |_, _, _, _, _| todo!("exercise 5"),
        exact,
    ));
    grey(&tp2::transposed_size(size, |_| todo!("exercise 5")));
}

/// The solution, with its skip or without; the scores are doubled or brought to the skip's size.
struct WithSkip {
    conv1: nn::Conv2d,
    conv2: nn::Conv2d,
    score: nn::Conv2d,
    skip: nn::Conv2d,
    skips: bool,
    doubles: bool,
}

impl WithSkip {
    fn new(params: &Parameters, skips: bool, doubles: bool) -> Result<WithSkip> {
        Ok(WithSkip {
            conv1: nn::conv2d(3, 8, 3, &params.at("conv1"))?.padding(1),
            conv2: nn::conv2d(8, 16, 3, &params.at("conv2"))?.padding(1),
            score: nn::conv2d(16, 3, 1, &params.at("score"))?,
            skip: nn::conv2d(8, 3, 1, &params.at("skip"))?,
            skips,
            doubles,
        })
    }
}

impl Model for WithSkip {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let half = |x: &Tensor| nn::max_pool2d(2).forward(x, train);
        let fine = F::relu(&self.conv1.forward(x, train)?)?;
        let coarse = F::relu(&self.conv2.forward(&half(&fine)?, train)?)?;
        let scores = self.score.forward(&half(&coarse)?, train)?;
        let (h, w) = match self.doubles {
            true => (4 * scores.dim(2)?, 4 * scores.dim(3)?),
            false => (x.dim(2)?, x.dim(3)?),
        };
        let scores = F::upsample_bilinear2d(&scores, (h, w), false)?;
        match self.skips {
            true => scores + self.skip.forward(&fine, train)?,
            false => Ok(scores),
        }
    }
}

#[test]
fn a_skip_is_checked() {
    green(&tp2::skip_network(|params| {
        WithSkip::new(params, true, false)
    }));
    let card = tp2::skip_network(|params| WithSkip::new(params, false, false));
    red(&card, "the output for images (2, 3, 8, 12) at [0, 0, 0, 0]");
    let card = tp2::skip_network(|params| WithSkip::new(params, true, true));
    red(&card, "the shape for images (2, 3, 13, 10)");
    struct Hole;
    impl Model for Hole {
        fn forward(&self, _: &Tensor, _: bool) -> Result<Tensor> {
            todo!("exercise 6")
        }
    }
    grey(&tp2::skip_network(|params| {
        WithSkip::new(params, true, false)?;
        Ok(Hole)
    }));
}
