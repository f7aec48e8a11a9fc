//! Samplers, and loaders whose items are got on other threads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use helpers::prelude::*;

/// Items that tell what was drawn for them: the input is a random number, the target their own.
/// They count how often one was got, and how many threads hold them.
#[derive(Clone)]
struct Dice {
    n: usize,
    got: Arc<AtomicUsize>,
    bad: Option<(usize, Bad)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Bad {
    Error,
    Panic,
}

fn dice(n: usize) -> Dice {
    Dice {
        n,
        got: Arc::new(AtomicUsize::new(0)),
        bad: None,
    }
}

impl Dataset for Dice {
    fn len(&self) -> usize {
        self.n
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        self.got.fetch_add(1, Ordering::SeqCst);
        // Some items take longer, so that threads overtake each other.
        std::thread::sleep(Duration::from_micros(if index.is_multiple_of(3) {
            300
        } else {
            0
        }));
        match self.bad {
            Some((i, Bad::Error)) if i == index => {
                return Err(Error::Msg(format!("item {index} cannot be read")));
            }
            Some((i, Bad::Panic)) if i == index => panic!("item {index} is a trap"),
            _ => {}
        }
        let input = random::normal(0.0, 1.0, 2, &Device::Cpu)?;
        Ok((input, Tensor::new(index as u32, &Device::Cpu)?))
    }
}

fn targets(batch: &(Tensor, Tensor)) -> Vec<u32> {
    batch.1.to_vec1().unwrap()
}

/// All that two passes give, bit by bit, and what is drawn after them.
fn everything(loader: &DataLoader) -> Vec<(Vec<u32>, Vec<u32>)> {
    manual_seed(3);
    let bits = |t: &Tensor| -> Vec<u32> {
        let values: Vec<f32> = t.flatten_all().unwrap().to_vec1().unwrap();
        values.iter().map(|v| v.to_bits()).collect()
    };
    let batches = loader.iter().chain(loader);
    let batches = batches.map(|batch| batch.unwrap());
    let mut all: Vec<_> = batches.map(|b| (bits(&b.0), targets(&b))).collect();
    let after = random::normal(0.0, 1.0, 3, &Device::Cpu).unwrap();
    all.push((bits(&after), vec![]));
    all
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let augment = transforms::Compose::new()
        .add(transforms::RandomAffine::new(10.0).unwrap())
        .add(
            transforms::RandomCrop::new(8, 8)
                .unwrap()
                .padding(1)
                .unwrap(),
        )
        .add(transforms::ElasticTransform::new(10.0, 1.0).unwrap())
        .add(transforms::GaussianNoise::new(0.1).unwrap());
    let first: Vec<usize> = (0..150).collect();
    let digits = datasets::digits().unwrap().subset(&first).unwrap();
    let sets: [Arc<dyn Dataset>; 3] = [
        Arc::new(digits.clone().map(augment)),
        Arc::new(digits),
        Arc::new(dice(50)),
    ];
    for set in sets {
        let loader = DataLoader::new(set.clone(), 16).unwrap().shuffle(true);
        let expected = everything(&loader);
        assert_eq!(expected.len(), 2 * loader.len() + 1);
        for workers in [1, 2, 4, 30, usize::MAX] {
            let loader = loader.clone().num_workers(workers);
            assert!(everything(&loader) == expected, "{workers} workers");
        }
        let (first, second) = (&expected[0], &expected[loader.len()]);
        assert_ne!(first, second);
    }
}

#[test]
fn every_pass_and_every_item_has_random_numbers_of_its_own() {
    manual_seed(1);
    let loader = DataLoader::new(dice(40), 7).unwrap().num_workers(3);
    let mut drawn: Vec<f32> = Vec::new();
    for batch in loader.iter().chain(&loader) {
        let x = batch.unwrap().0.flatten_all().unwrap();
        drawn.extend(x.to_vec1::<f32>().unwrap());
    }
    assert_eq!(drawn.len(), 2 * 40 * 2);
    drawn.sort_by(f32::total_cmp);
    drawn.dedup();
    assert_eq!(drawn.len(), 2 * 40 * 2);
}

#[test]
fn a_last_batch_that_is_not_full_is_left_out_on_request() {
    for (n, size, expected) in [
        (6, 3, vec![vec![0, 1, 2], vec![3, 4, 5]]),
        (5, 3, vec![vec![0, 1, 2]]),
        (2, 3, vec![]),
        (2, usize::MAX, vec![]),
    ] {
        for workers in [0, 1, 5] {
            let loader = DataLoader::new(dice(n), size).unwrap();
            let loader = loader.drop_last(true).num_workers(workers);
            let batches: Vec<_> = loader.iter().map(|b| targets(&b.unwrap())).collect();
            assert_eq!(batches, expected);
            assert_eq!(
                (loader.len(), loader.is_empty()),
                (expected.len(), n < size)
            );
        }
    }
}

#[test]
fn an_error_and_a_panic_reach_the_caller_and_end_the_pass() {
    for (bad, expected) in [
        (Bad::Error, "item 13 cannot be read"),
        (
            Bad::Panic,
            "the data set panicked on batch 3: item 13 is a trap",
        ),
    ] {
        for workers in [0, 1, 2, 4, 9] {
            let mut set = dice(30);
            set.bad = Some((13, bad));
            let got = set.got.clone();
            let loader = DataLoader::new(set, 4).unwrap().num_workers(workers);
            let mut batches = loader.iter();
            for start in [0, 4, 8] {
                let batch = batches.next().unwrap().unwrap();
                assert_eq!(targets(&batch)[0], start);
            }
            let error = batches.next().unwrap().unwrap_err().to_string();
            assert!(error.contains(expected), "{workers} workers: {error}");
            assert!(batches.next().is_none());
            // The threads have stopped, though the iterator is still there.
            assert_eq!(Arc::strong_count(&got), 2, "{workers} workers");
            assert!(batches.next().is_none());
            drop(batches);
            // A later pass meets it again.
            assert_eq!(loader.iter().filter(|b| b.is_err()).count(), 1);
        }
    }
}

#[test]
fn the_caller_s_random_numbers_survive_a_panic() {
    let mut set = dice(4);
    set.bad = Some((1, Bad::Panic));
    let draw = || random::normal(0.0, 1.0, 1, &Device::Cpu).unwrap();
    manual_seed(2);
    random::split();
    let expected = draw().to_vec1::<f32>().unwrap();
    manual_seed(2);
    let loader = DataLoader::new(set, 4).unwrap();
    assert!(loader.iter().next().unwrap().is_err());
    assert_eq!(draw().to_vec1::<f32>().unwrap(), expected);
}

#[test]
fn a_pass_dropped_half_way_stops_its_threads() {
    for taken in [0, 1, 3] {
        let set = dice(10_000);
        let got = set.got.clone();
        let loader = DataLoader::new(set, 2).unwrap().num_workers(4);
        let mut batches = loader.iter();
        for _ in 0..taken {
            batches.next().unwrap().unwrap();
        }
        drop(batches);
        drop(loader);
        // No thread holds the set any more, and nothing was loaded but what was taken or ahead.
        assert_eq!(Arc::strong_count(&got), 1);
        let most = if taken == 0 { 0 } else { 2 * (taken + 4 * 3) };
        assert!(got.load(Ordering::SeqCst) <= most);
    }
}

#[test]
fn threads_load_ahead_and_no_further_than_two_batches_each() {
    let set = dice(1000);
    let got = set.got.clone();
    let loader = DataLoader::new(set, 1).unwrap().num_workers(2);
    let mut batches = loader.iter();
    batches.next().unwrap().unwrap();
    // One was taken; each thread has one waiting and one in hand.
    let start = std::time::Instant::now();
    while got.load(Ordering::SeqCst) < 5 && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(got.load(Ordering::SeqCst), 5);
}

#[test]
fn a_sampler_says_what_comes() {
    struct Listed(Vec<usize>);
    impl Sampler for Listed {
        fn len(&self) -> usize {
            self.0.len()
        }
        fn indices(&self) -> Vec<usize> {
            self.0.clone()
        }
    }
    let batches = |loader: DataLoader| -> Vec<Vec<u32>> {
        loader.iter().map(|b| targets(&b.unwrap())).collect()
    };
    let loader = DataLoader::new(dice(5), 2).unwrap();
    let listed = loader.clone().sampler(Listed(vec![4, 4, 0]));
    assert_eq!(
        (listed.len(), batches(listed.clone())),
        (2, vec![vec![4, 4], vec![0]])
    );
    assert_eq!(
        batches(listed.clone().shuffle(false)).concat(),
        [0, 1, 2, 3, 4]
    );
    let none = loader.clone().sampler(Listed(vec![]));
    assert!(none.is_empty() && batches(none.num_workers(2)).is_empty());
    let beyond = loader.sampler(Listed(vec![0, 1, 5]));
    for workers in [0, 2] {
        let mut batches = beyond.clone().num_workers(workers).iter();
        assert!(batches.next().unwrap().is_ok());
        let error = batches.next().unwrap().unwrap_err().to_string();
        assert!(
            error.contains("there is no item 5: the set has 5 items"),
            "{error}"
        );
        assert!(batches.next().is_none());
    }
    assert_eq!(SequentialSampler(3).indices(), [0, 1, 2]);
}

/// Asserts that these counts fit these probabilities: chi-square below its quantile at 1 - 1e-4
/// (Wilson and Hilferty's approximation).
fn assert_fits(counts: &[usize], probs: &[f64]) {
    let n = counts.iter().sum::<usize>() as f64;
    let total: f64 = probs.iter().sum();
    let mut chi2 = 0.0;
    let mut cells = 0.0;
    for (&count, p) in counts.iter().zip(probs) {
        let expected = n * p / total;
        if expected == 0.0 {
            assert_eq!(count, 0);
            continue;
        }
        chi2 += (count as f64 - expected).powi(2) / expected;
        cells += 1.0;
    }
    let k: f64 = cells - 1.0;
    let limit = k * (1.0 - 2.0 / (9.0 * k) + 3.719 * (2.0 / (9.0 * k)).sqrt()).powi(3);
    assert!(chi2 < limit, "chi-square {chi2}, limit {limit}: {counts:?}");
}

const WEIGHTS: [f64; 6] = [0.0, 3.0, 0.5, 0.0, 10.0, 1.5];

#[test]
fn weighted_draws_with_replacement_have_their_weights() {
    manual_seed(1);
    let sampler = WeightedRandomSampler::new(&WEIGHTS, 30_000, true).unwrap();
    let drawn = sampler.indices();
    assert_eq!((drawn.len(), sampler.len()), (30_000, 30_000));
    let mut counts = [0; 6];
    drawn.iter().for_each(|&i| counts[i] += 1);
    assert_fits(&counts, &WEIGHTS);
    // One draw says nothing about the next: pairs have the product of the weights.
    let mut pairs = [0; 36];
    drawn
        .chunks_exact(2)
        .for_each(|p| pairs[6 * p[0] + p[1]] += 1);
    let probs: Vec<f64> = (0..36).map(|i| WEIGHTS[i / 6] * WEIGHTS[i % 6]).collect();
    assert_fits(&pairs, &probs);
    manual_seed(1);
    assert_eq!(sampler.indices(), drawn);
    assert_ne!(sampler.indices(), drawn);
}

#[test]
fn weighted_draws_without_replacement_are_draws_from_what_is_left() {
    manual_seed(1);
    let sampler = WeightedRandomSampler::new(&WEIGHTS, 2, false).unwrap();
    let mut pairs = [0; 36];
    for _ in 0..20_000 {
        let drawn = sampler.indices();
        pairs[6 * drawn[0] + drawn[1]] += 1;
    }
    let total: f64 = WEIGHTS.iter().sum();
    let prob = |i: usize| {
        let (first, second) = (i / 6, i % 6);
        match first == second {
            true => 0.0,
            false => WEIGHTS[first] / total * WEIGHTS[second] / (total - WEIGHTS[first]),
        }
    };
    assert_fits(&pairs, &(0..36).map(prob).collect::<Vec<_>>());

    let all = WeightedRandomSampler::new(&WEIGHTS, 4, false).unwrap();
    let mut drawn = all.indices();
    drawn.sort_unstable();
    assert_eq!(drawn, [1, 2, 4, 5]);
}

#[test]
fn a_random_order_is_as_likely_as_any_other() {
    manual_seed(1);
    let mut counts = [0; 24];
    for _ in 0..12_000 {
        let order = RandomSampler(4).indices();
        // The order's number among the 24.
        let smaller = |i: usize| order[i + 1..].iter().filter(|v| **v < order[i]).count();
        counts[6 * smaller(0) + 2 * smaller(1) + smaller(2)] += 1;
    }
    assert_fits(&counts, &[1.0; 24]);
}

#[test]
fn weights_that_make_no_sense_are_errors() {
    for (weights, n, replacement, expected) in [
        (vec![], 1, true, "sum above 0"),
        (vec![0.0, 0.0], 1, true, "sum above 0"),
        (vec![1.0, -0.5], 1, true, "weight 1 is -0.5"),
        (vec![f64::NAN], 1, true, "weight 0 is NaN"),
        (vec![1.0, 1.0, f64::INFINITY], 1, false, "weight 2 is inf"),
        (vec![1e308, 1e308], 1, true, "sum above 0 that is finite"),
        (vec![1.0, 1.0], 0, true, "cannot draw 0 items"),
        (
            vec![1.0, 1.0, 0.0],
            3,
            false,
            "cannot draw 3 items of the 2",
        ),
        (vec![1.0], usize::MAX, true, "too large"),
    ] {
        let error = WeightedRandomSampler::new(&weights, n, replacement).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(WeightedRandomSampler::new(&[1.0], 5, true).is_ok());
    let tiny = WeightedRandomSampler::new(&[0.0, 5e-324, 0.0], 3, true).unwrap();
    assert_eq!(tiny.indices(), [1, 1, 1]);
}

#[test]
fn a_loader_balances_classes_of_different_sizes() {
    manual_seed(1);
    let targets: Vec<u32> = (0..200).map(|i| u32::from(i % 20 == 0)).collect();
    let weights: Vec<f64> = targets
        .iter()
        .map(|t| [1.0 / 190.0, 0.1][*t as usize])
        .collect();
    let inputs = Tensor::zeros((200, 1), DType::F32, &Device::Cpu).unwrap();
    let targets = Tensor::new(targets, &Device::Cpu).unwrap();
    let set = TensorDataset::new(inputs, targets).unwrap();
    let sampler = WeightedRandomSampler::new(&weights, 2000, true).unwrap();
    let loader = DataLoader::new(set, 64)
        .unwrap()
        .sampler(sampler)
        .num_workers(2);
    let mut counts = [0; 2];
    for batch in &loader {
        let targets = batch.unwrap().1.to_vec1::<u32>().unwrap();
        targets.iter().for_each(|&t| counts[t as usize] += 1);
    }
    assert_eq!(counts.iter().sum::<usize>(), 2000);
    assert_fits(&counts, &[1.0, 1.0]);
}
