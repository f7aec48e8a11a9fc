//! Genuine or forged: distances between signatures of writers that no network has seen.

use std::time::Instant;

use helpers::prelude::*;

use crate::{CHOOSING, SEEDS, mean, summary};

const RATES: [f64; 5] = [2e-3, 4e-3, 8e-3, 1.6e-2, 3.2e-2];
const MARGINS: [f64; 3] = [0.5, 1.0, 2.0];
/// The cosine's target for a forgery: opposite to the genuine signature, or at a right angle.
const FORGED: [f64; 2] = [-1.0, 0.0];
const EPOCHS: usize = 20;

/// Pairs of signatures (N, 2, 4, 128) to train with, to choose by, to report.
struct Pairs {
    train: TensorDataset,
    validation: TensorDataset,
    test: TensorDataset,
    /// The test pairs as recorded, (N, 2, 3, 128).
    recorded: TensorDataset,
}

impl Pairs {
    fn draw() -> Result<Pairs> {
        manual_seed(1);
        let pairs = |writers| datasets::signatures(writers, 5)?.pairs();
        let (train, validation, recorded) = (pairs(200)?, pairs(40)?, pairs(60)?);
        let prepared = |set: &TensorDataset| {
            TensorDataset::new(with_speed(set.inputs())?, set.targets().clone())
        };
        Ok(Pairs {
            train: prepared(&train)?,
            validation: prepared(&validation)?,
            test: prepared(&recorded)?,
            recorded,
        })
    }
}

/// x, y and pressure (N, 2, 3, T), then the speed: (N, 2, 4, T).
fn with_speed(pairs: &Tensor) -> Result<Tensor> {
    let last = pairs.dim(3)? - 1;
    let place = pairs.narrow(2, 0, 2)?;
    let steps = (place.narrow(3, 1, last)? - place.narrow(3, 0, last)?)?;
    let speed = (steps.sqr()?.sum_keepdim(2)?.sqrt()? * 20.0)?.pad_with_zeros(3, 1, 0)?;
    Tensor::cat(&[pairs, &speed], 2)
}

/// How a tower ends.
#[derive(Clone, Copy)]
enum End {
    /// A mean over time.
    Mean,
    /// Means over four parts of the time.
    Parts,
    /// Every moment for itself.
    All,
}

#[derive(Clone)]
struct Tower {
    conv1: nn::Conv1d,
    conv2: nn::Conv1d,
    fc: nn::Linear,
    end: End,
}

impl Tower {
    fn new(params: &Parameters, end: End) -> Result<Tower> {
        let moments = match end {
            End::Mean => 1,
            End::Parts => 4,
            End::All => 29,
        };
        Ok(Tower {
            conv1: nn::conv1d(4, 16, 5, &params.at("conv1"))?.stride(2),
            conv2: nn::conv1d(16, 32, 5, &params.at("conv2"))?.stride(2),
            fc: nn::linear(32 * moments, 16, &params.at("fc"))?,
            end,
        })
    }
}

impl Model for Tower {
    /// (N, 4, 128) to (N, 16).
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let h = F::relu(&self.conv1.forward(x, train)?)?; // (N, 16, 62)
        let h = F::relu(&self.conv2.forward(&h, train)?)?; // (N, 32, 29)
        let h = match self.end {
            End::Mean => F::avg_pool1d(&h, F::PoolOptions::new(29))?,
            End::Parts => F::avg_pool1d(&h, F::PoolOptions::new(7))?,
            End::All => h,
        };
        self.fc.forward(&h.flatten_from(1)?, train)
    }
}

/// Two copies of one tower, and how far apart, or how alike, they find a pair.
struct Siamese {
    tower: Tower,
    cosine: bool,
}

impl Model for Siamese {
    /// (N, 2, 4, 128) to distances, or cosines, (N).
    fn forward(&self, pairs: &Tensor, train: bool) -> Result<Tensor> {
        let one = |i: usize| {
            self.tower
                .forward(&pairs.narrow(1, i, 1)?.squeeze(1)?, train)
        };
        let (a, b) = (one(0)?, one(1)?);
        if !self.cosine {
            return loss::pairwise_distance(&a, &b);
        }
        let length = |x: &Tensor| (x.sqr()?.sum(1)? + 1e-12)?.sqrt();
        (&a * &b)?.sum(1)? / (length(&a)? * length(&b)?)?
    }
}

/// The targets are 1 for two genuine signatures and `forged` for a forgery.
fn cosine_loss(cosines: &Tensor, same: &Tensor, forged: f64) -> Result<Tensor> {
    let targets = same.to_dtype(DType::F32)?.affine(1.0 - forged, forged)?;
    loss::mse(cosines, &targets)
}

/// The equal error rate in percent; the higher a score, the more alike.
fn equal_error_rate(scores: &Tensor, same: &Tensor) -> Result<f64> {
    Ok(100.0 * metrics::roc(scores, same)?.equal_error_rate())
}

/// What is measured of a pair, and what training asks of a forgery.
#[derive(Clone, Copy, Debug)]
enum Way {
    Contrastive { margin: f64 },
    Cosine { forged: f64 },
}

fn trained(way: Way, end: End, lr: f64, seed: u64, pairs: &Pairs) -> Result<(Siamese, usize)> {
    manual_seed(seed);
    let params = Parameters::new(&Device::Cpu);
    let tower = Tower::new(&params, end)?;
    let model = Siamese {
        tower,
        cosine: matches!(way, Way::Cosine { .. }),
    };
    let loss = move |outputs: &Tensor, same: &Tensor| match way {
        Way::Contrastive { margin } => loss::contrastive(outputs, same, margin),
        Way::Cosine { forged } => cosine_loss(outputs, same, forged),
    };
    let loader = DataLoader::new(pairs.train.clone(), 32)?.shuffle(true);
    Training::new(&params, optim::Adam::new(&params, lr)?, loss)
        .schedule(optim::CosineLr::new(lr, EPOCHS)?)
        .quiet()
        .fit(&model, &loader, EPOCHS)?;
    Ok((model, params.count()))
}

fn scored(model: &Siamese, set: &TensorDataset) -> Result<f64> {
    let outputs = model.forward(set.inputs(), false)?;
    let likeness = if model.cosine {
        outputs
    } else {
        outputs.neg()?
    };
    equal_error_rate(&likeness, set.targets())
}

/// Distance on the signals themselves, on five other draws of 60 writers.
fn raw() -> Result<()> {
    let (mut plain, mut centred) = (Vec::new(), Vec::new());
    for seed in SEEDS {
        manual_seed(1000 + seed);
        let pairs = datasets::signatures(60, 5)?.pairs()?;
        let distance = |x: &Tensor| {
            let one = |i: usize| x.narrow(1, i, 1)?.squeeze(1);
            loss::pairwise_distance(&one(0)?, &one(1)?)?.neg()
        };
        let x = pairs.inputs();
        plain.push(equal_error_rate(&distance(x)?, pairs.targets())?);
        let x = with_speed(x)?;
        let x = x.broadcast_sub(&x.mean_keepdim(3)?)?;
        let size = x.sqr()?.mean_keepdim(3)?.sqrt()?;
        let x = x.broadcast_div(&(size + 1e-6)?)?;
        centred.push(equal_error_rate(&distance(&x)?, pairs.targets())?);
    }
    println!("raw x, y, pressure: {}", summary(&plain));
    println!("with speed, each centred and scaled: {}", summary(&centred));
    Ok(())
}

pub fn compare() -> Result<()> {
    raw()?;
    let pairs = Pairs::draw()?;
    println!("the test pairs, raw: {:.1} %", {
        let one = |i: usize| pairs.recorded.inputs().narrow(1, i, 1)?.squeeze(1);
        let distances = loss::pairwise_distance(&one(0)?, &one(1)?)?;
        equal_error_rate(&distances.neg()?, pairs.recorded.targets())?
    });
    let contrastive = MARGINS.map(|margin| Way::Contrastive { margin });
    let cosine = FORGED.map(|forged| Way::Cosine { forged });
    for ways in [&contrastive[..], &cosine[..]] {
        let (mut best, mut lowest) = ((ways[0], 0.0), f64::INFINITY);
        for &way in ways {
            for lr in RATES {
                let mut rates = Vec::new();
                for seed in CHOOSING {
                    let (model, _) = trained(way, End::Mean, lr, seed, &pairs)?;
                    rates.push(scored(&model, &pairs.validation)?);
                }
                println!("{way:?}, lr {lr}: validation EER {}", summary(&rates));
                if mean(&rates) < lowest {
                    (best, lowest) = ((way, lr), mean(&rates));
                }
            }
        }
        report(best, End::Mean, "mean over time", &pairs)?;
    }
    Ok(())
}

/// Five seeds with a way and a learning rate.
fn report((way, lr): (Way, f64), end: End, name: &str, pairs: &Pairs) -> Result<()> {
    let (mut rates, mut count) = (Vec::new(), 0);
    let start = Instant::now();
    for seed in SEEDS {
        let (model, parameters) = trained(way, end, lr, seed, pairs)?;
        rates.push(scored(&model, &pairs.test)?);
        count = parameters;
    }
    let seconds = start.elapsed().as_secs_f64() / rates.len() as f64;
    println!(
        "{way:?}, lr {lr}, {name}, {count} parameters: EER on new writers {}, {seconds:.1} s a run",
        summary(&rates)
    );
    Ok(())
}

pub fn towers() -> Result<()> {
    let pairs = Pairs::draw()?;
    for (end, name) in [
        (End::Mean, "mean over time"),
        (End::Parts, "four means"),
        (End::All, "every moment"),
    ] {
        report((Way::Contrastive { margin: 2.0 }, 8e-3), end, name, &pairs)?;
    }
    Ok(())
}
