//! What is drawn, in which order and how often.

use super::*;

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
    let listed = loader.clone().sampler(Listed(vec![4, 4, 0])).unwrap();
    assert_eq!(
        (listed.len(), batches(listed.clone())),
        (2, vec![vec![4, 4], vec![0]])
    );
    assert_eq!(
        batches(listed.clone().shuffle(false)).concat(),
        [0, 1, 2, 3, 4]
    );
    let none = loader.clone().sampler(Listed(vec![])).unwrap();
    assert!(none.is_empty() && batches(none.num_workers(2)).is_empty());
    let beyond = loader.sampler(Listed(vec![0, 1, 5])).unwrap();
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
        (vec![1.0], usize::MAX, true, "GB of memory"),
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
        .unwrap()
        .num_workers(2);
    let mut counts = [0; 2];
    for batch in &loader {
        let targets = batch.unwrap().1.to_vec1::<u32>().unwrap();
        targets.iter().for_each(|&t| counts[t as usize] += 1);
    }
    assert_eq!(counts.iter().sum::<usize>(), 2000);
    assert_fits(&counts, &[1.0, 1.0]);
}

#[test]
fn a_loader_refuses_a_sampler_of_another_set() {
    let loader = DataLoader::new(dice(100), 10).unwrap();
    let of_classes = WeightedRandomSampler::new(&[1. / 90., 1. / 10.], 100, true).unwrap();
    let error = loader.clone().sampler(of_classes).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "WeightedRandomSampler: 2 weights, 100 items: one weight for each item, not for each class; "
        ) && error.contains(
            "let weights: Vec<f64> = targets.iter().map(|&t| class_weights[t as usize]).collect();"
        ),
        "{error}"
    );
    let of_items = WeightedRandomSampler::new(&[1.0; 100], 7, true).unwrap();
    assert!(loader.clone().sampler(of_items).is_ok());
    for n in [99, 101] {
        let error = loader.clone().sampler(RandomSampler(n)).unwrap_err();
        let error = error.to_string();
        assert!(
            error.starts_with(&format!("RandomSampler({n}): the set has 100 items")),
            "{error}"
        );
        assert!(loader.clone().sampler(SequentialSampler(n)).is_err());
    }
    assert!(loader.clone().sampler(RandomSampler(100)).is_ok());
    assert!(loader.sampler(SequentialSampler(100)).is_ok());
}
