//! The learning rate of each network that the notebook compares.

use helpers::prelude::*;

use crate::changed::{changed, dense};
use crate::digits::{self, Split, reduced};
use crate::recipe::{Recipe, errors, squared_error};
use crate::summary;

const RATES: [f64; 6] = [1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2, 3.2e-2];
const EPOCHS: usize = 5;
/// The notebook compares with seeds 1 to 3.
const SEEDS: [u64; 3] = [101, 102, 103];

/// The error at each rate, of every network, with Adam, the notebook's batches and epochs and a rate that
/// falls along a cosine; on digits that the notebook's comparisons do not score. Of one network only if
/// `only` names it.
pub fn choose(only: Option<&str>) -> Result<()> {
    let digits = digits::for_rates()?;
    for name in [
        "MLP",
        "CNN",
        "LeNet-5",
        "MLP, moved digits",
        "CNN, moved digits",
        "1989",
        "1989, one bias",
        "1989, 3 x 3",
        "1989, 7 x 7",
        "1989, dense",
        "later 1, cross-entropy",
        "later 2, moved digits",
        "later 3, ReLU, dropout",
    ] {
        if only.is_some_and(|only| only != name) {
            continue;
        }
        for lr in RATES {
            let mut all = Vec::new();
            for seed in SEEDS {
                all.push(match name.split_once("later ") {
                    Some((_, step)) => errors(&later(step, lr), &digits, seed)?.1,
                    None => error(name, lr, seed, &digits)?,
                });
            }
            println!("{name:<22} lr {lr}: held-out error {}", summary(&all));
        }
    }
    Ok(())
}

/// The notebook's three groups of changes, each with the ones before.
pub fn later(step: &str, lr: f64) -> Recipe {
    let (moved, relu) = (!step.starts_with('1'), step.starts_with('3'));
    Recipe {
        softmax: true,
        adam: true,
        lr,
        cosine: true,
        batch_size: 16,
        epochs: 10,
        shifts: if moved { 2 } else { 0 },
        relu,
        dropout: if relu { 0.1 } else { 0.0 },
    }
}

fn error(name: &str, lr: f64, seed: u64, digits: &Split) -> Result<f64> {
    manual_seed(seed);
    let params = Parameters::new(&Device::Cpu);
    let model: Box<dyn Model> = match name {
        "LeNet-5" => Box::new(models::lenet5(&params)?),
        "1989" => Box::new(changed(5, [8, 4], &params)?),
        "1989, one bias" => Box::new(changed(5, [1, 1], &params)?),
        "1989, 3 x 3" => Box::new(changed(3, [8, 4], &params)?),
        "1989, 7 x 7" => Box::new(changed(7, [8, 4], &params)?),
        "1989, dense" => Box::new(dense(&params)?),
        _ if name.starts_with("CNN") => Box::new(models::cnn(&params)?),
        _ => Box::new(models::mlp(&[784, 50, 10], &params)?),
    };
    let of_1989 = name.starts_with("1989");
    let loss = if of_1989 {
        squared_error
    } else {
        loss::cross_entropy
    };
    let batch_size = if of_1989 { 16 } else { 32 };
    let train = match name.ends_with("moved digits") {
        true => {
            let moved = transforms::RandomCrop::new(28, 28)?.padding(4)?;
            DataLoader::new(digits.train.clone().map(moved), batch_size)?
        }
        false => {
            let images = prepared(name, digits.train.inputs())?;
            let set = TensorDataset::new(images, digits.train.targets().clone())?;
            DataLoader::new(set, batch_size)?
        }
    };
    Training::new(&params, optim::Adam::new(&params, lr)?, loss)
        .schedule(optim::CosineLr::new(lr, EPOCHS)?)
        .quiet()
        .fit(&*model, &train.shuffle(true), EPOCHS)?;
    // Digits to be read at many places are scored at several.
    let places: &[usize] = match name.ends_with("moved digits") {
        true => &[0, 2, 4],
        false => &[0],
    };
    let mut wrong = 0.0;
    for &pixels in places {
        let images = digits.others.inputs();
        let images = images
            .narrow(3, 0, 28 - pixels)?
            .pad_with_zeros(3, pixels, 0)?;
        let scores = model.forward(&prepared(name, &images)?, false)?;
        wrong += 100.0 * (1.0 - metrics::accuracy(&scores, digits.others.targets())?);
    }
    Ok(wrong / places.len() as f64)
}

/// Images (N, 1, 28, 28) as the network takes them.
fn prepared(name: &str, images: &Tensor) -> Result<Tensor> {
    match name {
        "LeNet-5" => images.pad_with_zeros(2, 2, 2)?.pad_with_zeros(3, 2, 2),
        _ if name.starts_with("1989") => reduced(images),
        _ => Ok(images.clone()),
    }
}
