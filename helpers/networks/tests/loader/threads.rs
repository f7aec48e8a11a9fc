//! Items got on other threads.

use super::*;

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
fn an_error_and_a_panic_reach_the_caller_and_end_the_epoch() {
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
            // A later epoch meets it again.
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
