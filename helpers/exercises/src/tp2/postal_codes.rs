//! Notebook 3: changes to the network of 1989, and an augmentation for the MLP.

use candle_core::{Device, Error, Result, Tensor, bail};

use super::network_of_1989::outputs;
use crate::{Card, Cases, check};
use candle_functional::{random, values};
use networks::data::transforms::{Compose, Transform};
use networks::data::{DataLoader, Dataset, TensorDataset};
use networks::nn::{Model, Parameters};
use networks::train::Training;
use networks::{loss, metrics, models, optim};

const CASES: usize = 8;

/// Checks the sums of h2 by a table: `f(h1, weight, bias, table)`, where map k of the result sees the maps
/// `table[k]` of `h1` (N, C, S, S), which has a frame of -1, with kernels `weight` (K, R, 5, 5) at stride 2
/// and a bias (K, S / 2, S / 2) for each unit. Rows of `table` hold R numbers each.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::connection_table(|h1, _, _, _| Ok(h1.clone()));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn connection_table(
    f: impl Fn(&Tensor, &Tensor, &Tensor, &[Vec<usize>]) -> Result<Tensor>,
) -> Card {
    let verified = "Each map sees its own maps, with the right kernel for each, in any table";
    check("The connection table", verified, |cases| {
        for case in 0..CASES {
            if case == 2 {
                cases.hint("Hint 2");
            }
            let side = [4, 4, 6, 8][case % 4];
            // The first two are small: their cards can be followed by hand.
            let (n, maps, kernels, seen) = match case {
                0 => (1, 2, 2, 1),
                1 => (1, 4, 2, 2),
                _ => (2, 6, 5, 3),
            };
            let table = random_table(kernels, maps, seen, case == 0);
            let h1 = random::uniform(-1.0, 1.0, (n, maps, side, side), &Device::Cpu)?;
            let weight = random::uniform(-1.0, 1.0, (kernels, seen, 5, 5), &Device::Cpu)?;
            let bias = random::uniform(-1.0, 1.0, (kernels, side / 2, side / 2), &Device::Cpu)?;
            let right = by_table(&h1, &weight, &bias, &table)?;
            let call = format!(
                "h2_by_table of h1 ({n}, {maps}, {side}, {side}), weight ({kernels}, {seen}, 5, 5), table {table:?}"
            );
            cases.close_tensor(&call, || f(&h1, &weight, &bias, &table), &right)?;
        }
        Ok(())
    })
}

/// A row of `seen` different maps for each kernel, in random order.
fn random_table(kernels: usize, maps: usize, seen: usize, crossed: bool) -> Vec<Vec<usize>> {
    if crossed {
        return vec![vec![1], vec![0]];
    }
    let row = |_| random::permutation(maps)[..seen].to_vec();
    (0..kernels).map(row).collect()
}

/// The same by five loops, in f64.
fn by_table(h1: &Tensor, weight: &Tensor, bias: &Tensor, table: &[Vec<usize>]) -> Result<Tensor> {
    let (n, maps, side, _) = h1.dims4()?;
    let (kernels, seen, _, _) = weight.dims4()?;
    let (x, w, b) = (values(h1)?, values(weight)?, values(bias)?);
    let half = side / 2;
    let mut sums = Vec::new();
    for place in 0..n * kernels * half * half {
        let (item, k) = (
            place / (kernels * half * half),
            place / (half * half) % kernels,
        );
        let (row, column) = (place / half % half, place % half);
        let mut sum = b[(k * half + row) * half + column];
        for (j, map) in table[k].iter().enumerate() {
            for at in 0..25 {
                // The window's corner lies two rows and columns before the unit's place.
                let (down, right) = (2 * row + at / 5, 2 * column + at % 5);
                let image = 2..side + 2;
                let inside = image.contains(&down) && image.contains(&right);
                let input = match inside {
                    true => x[((item * maps + map) * side + down - 2) * side + right - 2],
                    false => -1.0,
                };
                sum += w[(k * seen + j) * 25 + at] * input;
            }
        }
        sums.push(sum as f32);
    }
    Tensor::from_vec(sums, (n, kernels, half, half), &Device::Cpu)
}

/// Checks the network of 1989 with one bias for each kernel: `f(params)` builds it, with the names and the
/// first values of the original.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::one_bias(models::lenet1989); // a bias for each unit
/// assert!(card.message().contains("expected 8824, got 9760"));
/// ```
pub fn one_bias<M: Model>(f: impl Fn(&Parameters) -> Result<M>) -> Card {
    let verified = "8,824 parameters, and a kernel adds the same bias at every place";
    check("One bias for each kernel", verified, |cases| {
        for _ in 0..3 {
            built(cases, 8_824, "zip_code_one_bias(params)", &f, |params| {
                first_values(params, 5)
            })?;
        }
        Ok(())
    })
}

/// Checks the network of 1989 with kernels of another size: `f(k, params)` builds it with k x k kernels in
/// h1 and h2, as many units as before, and the first values of the original's rule.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::kernel_size(|_, params| models::lenet1989(params)); // always 5 x 5
/// assert!(card.message().contains("expected 8032, got 9760"));
/// ```
pub fn kernel_size<M: Model>(f: impl Fn(usize, &Parameters) -> Result<M>) -> Card {
    let verified = "Parameters, first values and outputs are right for kernels of 3, 5, 7 and 1";
    check("Another kernel size", verified, |cases| {
        for k in [3, 5, 7, 1] {
            let count = 108 * k * k + 7_060;
            let call = format!("zip_code_with_kernel({k}, params)");
            built(
                cases,
                count,
                &call,
                |params| f(k, params),
                |params| first_values(params, k),
            )?;
        }
        Ok(())
    })
}

/// Checks a dense layer in place of h1 and h2: `f(params)` builds `h`, `h3` and `out`, with as many units in
/// `h` as 9,760 parameters allow; tanh after each.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::dense_layer(|params| models::mlp(&[256, 10, 10], params));
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn dense_layer<M: Model>(f: impl Fn(&Parameters) -> Result<M>) -> Card {
    // 257 n for h, 30 n + 30 for h3, 310 for the outputs.
    let count = 287 * ((9_760 - 340) / 287) + 340;
    let verified = "As many units as fit, and the outputs are right on fresh images";
    check("A dense layer", verified, |cases| {
        for _ in 0..3 {
            built(cases, count, "dense_1989(params)", &f, |params| {
                for name in ["h.weight", "h3.weight", "out.weight"] {
                    params.get(name)?; // or else its error lists the names that exist
                }
                Ok(())
            })?;
        }
        Ok(())
    })
}

/// One network that the student builds: its number of parameters, its first values, then its outputs with
/// parameters that are all away from 0.
fn built<M: Model>(
    cases: &mut Cases,
    count: usize,
    call: &str,
    build: impl Fn(&Parameters) -> Result<M>,
    start: impl Fn(&Parameters) -> Result<()>,
) -> Result<()> {
    let counted = || {
        let params = Parameters::new(&Device::Cpu);
        build(&params)?;
        Ok::<_, Error>(params.count())
    };
    cases.equal(&format!("the parameters of {call}"), counted, count)?;
    cases.hint("Hint 2");
    let params = Parameters::new(&Device::Cpu);
    let model = build(&params)?;
    start(&params)?;
    for parameter in params.all() {
        let shape = parameter.var().shape().clone();
        let noise = random::uniform(-0.2, 0.2, shape, &Device::Cpu)?;
        parameter.set(&noise)?;
    }
    let x = random::uniform(-1.0, 1.0, (3, 1, 16, 16), &Device::Cpu)?;
    let input = format!("{call}, forward of images (3, 1, 16, 16)");
    cases.close_tensor(&input, || model.forward(&x, false), &outputs(&params, &x)?)
}

/// That weights start within the paper's bounds and reach them, and biases at 0, the outputs' at -1.
fn first_values(params: &Parameters, k: usize) -> Result<()> {
    for (name, fan_in) in [("h1", k * k), ("h2", 8 * k * k), ("h3", 192), ("out", 30)] {
        let bound = 2.4 / (fan_in as f64).sqrt();
        let weights = values(&params.get(&format!("{name}.weight"))?.tensor())?;
        let most = weights.iter().fold(0.0, |most: f64, w| most.max(w.abs()));
        if !(0.5 * bound..1.0001 * bound).contains(&most) {
            bail!(
                "{name}.weight starts within ±{most:.3}: expected 2.4 / sqrt({fan_in}) = {bound:.3}"
            );
        }
        let right = if name == "out" { -1.0 } else { 0.0 };
        let biases = values(&params.get(&format!("{name}.bias"))?.tensor())?;
        if biases.iter().any(|bias| *bias != right) {
            bail!("{name}.bias starts with {:.3}: expected {right}", biases[0]);
        }
    }
    Ok(())
}

/// The training digits and those that choose; no test digit of the notebook is among them.
const TRAIN: (usize, usize) = (0, 2_000);
const VALIDATION: (usize, usize) = (6_291, 1_000);
const EPOCHS: usize = 30;

/// By how many percentage points the error must fall: more than the seeds differ.
const GAIN: f64 = 1.0;

/// Checks an augmentation for the MLP 784-50-10: `f()` is the transform; the network that is trained on
/// 2,000 digits with it must misread fewer of 1,000 others than the one without, by a point at least, in
/// the mean of two seeds.
///
/// ```no_run
/// use helpers::prelude::*;
/// let none = || Ok(transforms::Compose::new()); // (some seconds)
/// let card = exercise::tp2::augmentation(none);
/// assert!(card.message().contains("differ"));
/// ```
pub fn augmentation(f: impl Fn() -> Result<Compose>) -> Card {
    let verified = "With it the MLP misreads fewer of 1,000 validation digits, by a point or more";
    check("An augmentation for the MLP", verified, |cases| {
        let digits = datasets::mnist_10k()?;
        let part = |(first, count): (usize, usize)| {
            // The notebook's order, which mixes the writers.
            let places: Vec<usize> = (first..first + count).map(|i| i * 7_919 % 10_000).collect();
            digits.subset(&places)
        };
        let (train, validation) = (part(TRAIN)?, part(VALIDATION)?);
        let (image, _) = train.get(0)?;
        let shape = || Ok::<_, Error>(f()?.apply(&image)?.dims().to_vec());
        cases.equal(
            "the shape of augmentation()?.apply(a digit)",
            shape,
            vec![1, 28, 28],
        )?;
        let differ = || {
            let (augment, mut different) = (f()?, false);
            for _ in 0..10 {
                let pair = [augment.apply(&image)?, augment.apply(&image)?];
                different |= (&pair[0] - &pair[1])?
                    .abs()?
                    .max_all()?
                    .to_scalar::<f32>()?
                    > 0.0;
            }
            Ok::<_, Error>(different)
        };
        cases.equal("whether two draws of one digit differ", differ, true)?;
        let (mut with, mut without) = (0.0, 0.0);
        for seed in 1..=2 {
            without += error(seed, DataLoader::new(train.clone(), 16)?, &validation)? / 2.0;
            let loader = DataLoader::new(train.clone().map(f()?), 16)?;
            with += error(seed, loader, &validation)? / 2.0;
        }
        if with > without - GAIN {
            bail!(
                "trained with it the MLP misreads {with:.1} %, without it {without:.1} %: expected at least {GAIN} percentage point less"
            );
        }
        Ok(())
    })
}

/// The MLP's validation error in percent.
fn error(seed: u64, train: DataLoader, validation: &TensorDataset) -> Result<f64> {
    random::manual_seed(seed);
    let params = Parameters::new(&Device::Cpu);
    let model = models::mlp(&[784, 50, 10], &params)?;
    let adam = optim::Adam::new(&params, 2e-3)?;
    let training = Training::new(&params, adam, loss::cross_entropy);
    let falling = optim::CosineLr::new(2e-3, EPOCHS)?;
    let training = training.schedule(falling).quiet();
    training.fit(&model, &train.shuffle(true), EPOCHS)?;
    let scores = model.forward(validation.inputs(), false)?;
    Ok(100.0 * (1.0 - metrics::accuracy(&scores, validation.targets())?))
}
