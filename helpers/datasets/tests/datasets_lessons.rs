//! Every synthetic set is too hard for a linear model and not for the small network of its lesson.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use helpers::prelude::*;
use nn::Sequential;

/// Trains `model` and returns its accuracy on the test set (per pixel, where targets are images).
fn accuracy(
    model: &dyn Model,
    params: &Parameters,
    (train, test): (&TensorDataset, &TensorDataset),
    (lr, epochs): (f64, usize),
    batch_size: usize,
) -> Result<f64> {
    let mut adam = optim::Adam::new(params, lr)?;
    for epoch in 0..epochs {
        adam.set_lr(if epoch < epochs / 2 { lr } else { lr / 5.0 })?;
        for rows in random::permutation(train.len()).chunks(batch_size) {
            let (x, targets) = train.batch(rows)?;
            let loss = cross_entropy(&model.forward(&x, true)?, &targets)?;
            adam.step(&loss.backward()?)?;
        }
    }
    let guesses = flat(&model.forward(test.inputs(), false)?)?.argmax(1)?;
    let right = guesses.eq(&test.targets().flatten_all()?)?;
    right.to_dtype(DType::F64)?.mean_all()?.to_scalar()
}

/// (N, classes) as it is, (N, classes, H, W) as (N H W, classes).
fn flat(logits: &Tensor) -> Result<Tensor> {
    match logits.rank() {
        4 => logits.permute((0, 2, 3, 1))?.flatten_to(2),
        _ => Ok(logits.clone()),
    }
}

fn cross_entropy(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    loss::cross_entropy(&flat(logits)?, &targets.flatten_all()?)
}

/// A linear model from all numbers of an item to `classes`.
fn linear(set: &TensorDataset, classes: usize, params: &Parameters) -> Result<Sequential> {
    let numbers = set.inputs().dims()[1..].iter().product();
    let fc = nn::linear(numbers, classes, &params.at("fc"))?;
    Ok(Sequential::new(params)
        .add("flatten", nn::Flatten)
        .add("fc", fc))
}

/// The mean over everything but items and channels.
struct GlobalMean;

impl Model for GlobalMean {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        x.flatten_from(2)?.mean(2)
    }
}

/// The linear model's accuracy, then the network's.
fn compare(
    classes: usize,
    sets: (TensorDataset, TensorDataset),
    plan: (f64, usize),
    network: impl Fn(&Parameters) -> Result<Sequential>,
) -> (f64, f64) {
    let run = |network: &dyn Fn(&Parameters) -> Result<Sequential>| {
        manual_seed(2);
        let params = Parameters::new(&Device::Cpu);
        let model = network(&params).unwrap();
        accuracy(&model, &params, (&sets.0, &sets.1), plan, 32).unwrap()
    };
    let results = (
        run(&|params| linear(&sets.0, classes, params)),
        run(&network),
    );
    println!("linear {:.3}, network {:.3}", results.0, results.1);
    results
}

fn mlp(classes: usize) -> impl Fn(&Parameters) -> Result<Sequential> {
    move |p| {
        Ok(Sequential::new(p)
            .add(0, nn::linear(2, 32, &p.at(0))?)
            .add(1, nn::Tanh)
            .add(2, nn::linear(32, 32, &p.at(2))?)
            .add(3, nn::Tanh)
            .add(4, nn::linear(32, classes, &p.at(4))?))
    }
}

#[test]
fn points_in_the_plane_need_a_hidden_layer() {
    type Draw = fn() -> Result<TensorDataset>;
    let sets: [(Draw, usize, f64); 4] = [
        (|| datasets::xor(200, 0.3), 2, 0.76),
        (|| datasets::moons(200, 0.1), 2, 0.93),
        (|| datasets::circles(200, 0.08), 2, 0.7),
        (|| datasets::spirals(200, 3, 0.03), 3, 0.6),
    ];
    for (draw, classes, most) in sets {
        manual_seed(1);
        let pair = (draw().unwrap(), draw().unwrap());
        let (linear, network) = compare(classes, pair, (0.02, 40), mlp(classes));
        assert!(linear < most && network > 0.96, "{linear} {network}");
    }
}

#[test]
fn consonants_need_windows_in_time() {
    manual_seed(1);
    let [train, test] = [2400, 900].map(|n| datasets::consonants(n).unwrap().spectrograms);
    // The time-delay network of 1989: windows of 3, then of 5 frames, then a mean over time.
    let (linear, network) = compare(3, (train, test), (0.01, 30), |p| {
        Ok(Sequential::new(p)
            .add(0, nn::conv1d(16, 8, 3, &p.at(0))?)
            .add(1, nn::Relu)
            .add(2, nn::conv1d(8, 8, 5, &p.at(2))?)
            .add(3, nn::Relu)
            .add(4, GlobalMean)
            .add(5, nn::linear(8, 3, &p.at(5))?))
    });
    assert!(network > 0.96 && linear < 0.8, "{linear} {network}");
}

#[test]
fn vowels_cannot_be_told_by_a_linear_model_of_the_wave() {
    manual_seed(1);
    let [train, test] = [800, 300].map(|n| datasets::vowels(n).unwrap().waves);
    let (linear, network) = compare(10, (train, test), (0.01, 12), |p| {
        Ok(Sequential::new(p)
            .add(0, nn::conv1d(1, 16, 64, &p.at(0))?.stride(8))
            .add(1, nn::Relu)
            .add(2, nn::conv1d(16, 32, 5, &p.at(2))?.stride(2))
            .add(3, nn::Relu)
            .add(4, GlobalMean)
            .add(5, nn::linear(32, 10, &p.at(5))?))
    });
    assert!(linear < 0.25 && network > 0.6, "{linear} {network}");
}

#[test]
fn moving_squares_need_time() {
    manual_seed(1);
    let [train, test] = [480, 200].map(|n| datasets::moving_squares(n).unwrap());
    let (linear, network) = compare(4, (train, test), (0.01, 12), |p| {
        Ok(Sequential::new(p)
            .add(0, nn::conv3d(1, 8, 3, &p.at(0))?)
            .add(1, nn::Relu)
            .add(2, nn::conv3d(8, 8, 3, &p.at(2))?.stride(2))
            .add(3, nn::Relu)
            .add(4, GlobalMean)
            .add(5, nn::linear(8, 4, &p.at(5))?))
    });
    assert!(linear < 0.5 && network > 0.85, "{linear} {network}");
}

/// Appends where in the image a pixel is, and centres: (N, 3, H, W) to (N, 5, H, W).
fn with_place(set: &TensorDataset) -> Result<TensorDataset> {
    let (n, _, h, w) = set.inputs().dims4()?;
    let ramp = |size: usize| Tensor::arange(0f32, size as f32, &Device::Cpu)? / size as f64;
    let x = ramp(w)?.reshape((1, 1, 1, w))?.broadcast_as((n, 1, h, w))?;
    let y = ramp(h)?.reshape((1, 1, h, 1))?.broadcast_as((n, 1, h, w))?;
    let all = Tensor::cat(&[set.inputs(), &x, &y], 1)?.affine(4.0, -2.0)?;
    TensorDataset::new(all, set.targets().clone())
}

#[test]
fn skies_need_more_than_colour_and_place() {
    manual_seed(1);
    let sets = [120, 40].map(|n| with_place(&datasets::skies(n, 32).unwrap()).unwrap());
    let mut results = Vec::new();
    for small in [true, false] {
        manual_seed(2);
        let p = Parameters::new(&Device::Cpu);
        let model = if small {
            // Linear in the colour and the place of the pixel.
            Sequential::new(&p).add(0, nn::conv2d(5, 3, 1, &p.at(0)).unwrap())
        } else {
            let conv = |i: usize, from, to, side| nn::conv2d(from, to, side, &p.at(i)).unwrap();
            let norm = |i: usize| nn::batch_norm2d(16, &p.at(i)).unwrap();
            Sequential::new(&p)
                .add(0, conv(0, 5, 16, 5).padding(2))
                .add(1, norm(1))
                .add(2, nn::Relu)
                .add(3, conv(3, 16, 16, 3).padding(2).dilation(2))
                .add(4, norm(4))
                .add(5, nn::Relu)
                .add(6, conv(6, 16, 16, 3).padding(4).dilation(4))
                .add(7, norm(7))
                .add(8, nn::Relu)
                .add(9, conv(9, 16, 3, 1))
        };
        let (train, test) = (&sets[0], &sets[1]);
        results.push(accuracy(&model, &p, (train, test), (0.01, 10), 8).unwrap());
    }
    println!("linear {:.3}, network {:.3}", results[0], results[1]);
    assert!(
        results[1] > 0.84 && results[0] < results[1] - 0.05,
        "{results:?}"
    );
}

/// x, y and pressure (N, 2, 3, T), then the speed: (N, 2, 4, T).
fn with_speed(pairs: &TensorDataset) -> Result<TensorDataset> {
    let x = pairs.inputs();
    let (place, last) = (x.narrow(2, 0, 2)?, x.dim(3)? - 1);
    let steps = (place.narrow(3, 1, last)? - place.narrow(3, 0, last)?)?;
    let speed = (steps.sqr()?.sum_keepdim(2)?.sqrt()? * 20.0)?.pad_with_zeros(3, 1, 0)?;
    TensorDataset::new(Tensor::cat(&[x, &speed], 2)?, pairs.targets().clone())
}

/// The distance between what two copies of one network say.
fn distances(twin: &dyn Model, pairs: &Tensor) -> Result<Tensor> {
    let say = |i: usize| twin.forward(&pairs.narrow(1, i, 1)?.squeeze(1)?, true);
    loss::pairwise_distance(&say(0)?, &say(1)?)
}

#[test]
fn forgeries_are_told_by_a_siamese_network_only() {
    manual_seed(1);
    let [train, test] = [150, 60].map(|writers| {
        let pairs = datasets::signatures(writers, 5).unwrap().pairs().unwrap();
        with_speed(&pairs).unwrap()
    });
    let params = Parameters::new(&Device::Cpu);
    let model = linear(&train, 2, &params).unwrap();
    let linear = accuracy(&model, &params, (&train, &test), (0.003, 5), 32).unwrap();

    manual_seed(2);
    let p = Parameters::new(&Device::Cpu);
    let conv = |i: usize, from, to| nn::conv1d(from, to, 5, &p.at(i)).unwrap();
    let twin = Sequential::new(&p)
        .add(0, conv(0, 4, 16).stride(2))
        .add(1, nn::Relu)
        .add(2, conv(2, 16, 32).stride(2))
        .add(3, nn::Relu)
        .add(4, GlobalMean)
        .add(5, nn::linear(32, 16, &p.at(5)).unwrap());
    let mut adam = optim::Adam::new(&p, 0.003).unwrap();
    for epoch in 0..20 {
        adam.set_lr(if epoch < 12 { 0.003 } else { 0.0006 })
            .unwrap();
        for rows in random::permutation(train.len()).chunks(32) {
            let (pairs, same) = train.batch(rows).unwrap();
            let loss = loss::contrastive(&distances(&twin, &pairs).unwrap(), &same, 1.0).unwrap();
            adam.step(&loss.backward().unwrap()).unwrap();
        }
    }
    let equal_error_rate = |twin: &dyn Model| {
        let likeness = distances(twin, test.inputs()).unwrap().neg().unwrap();
        metrics::roc(&likeness, test.targets())
            .unwrap()
            .equal_error_rate()
    };
    let (raw, siamese) = (equal_error_rate(&nn::Flatten), equal_error_rate(&twin));
    println!("linear {linear:.3}, raw distance {raw:.3}, siamese {siamese:.3}");
    assert!(
        linear < 0.6 && raw > 0.2 && siamese < 0.06,
        "{linear} {raw} {siamese}"
    );
}
