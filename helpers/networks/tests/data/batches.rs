//! Batches: order, size, errors.

use super::*;

#[test]
fn batches_come_in_order_and_the_last_may_be_smaller() {
    for (n, size, expected) in [
        (6, 3, vec![vec![0, 1, 2], vec![3, 4, 5]]),
        (5, 3, vec![vec![0, 1, 2], vec![3, 4]]),
        (2, 5, vec![vec![0, 1]]),
        (2, 1, vec![vec![0], vec![1]]),
        (2, usize::MAX, vec![vec![0, 1]]),
    ] {
        let tensors = DataLoader::new(numbers(n), size).unwrap();
        let items = DataLoader::new(one_by_one(n), size).unwrap();
        for loader in [tensors, items] {
            assert_eq!(loader.len(), expected.len());
            assert!(!loader.is_empty());
            assert_eq!(epoch(&loader), expected);
            assert_eq!(epoch(&loader), expected);
        }
    }
}

#[test]
fn a_shuffled_pass_takes_every_item_once_and_the_seed_fixes_it() {
    let loader = DataLoader::new(numbers(100), 8).unwrap().shuffle(true);
    manual_seed(1);
    let (first, second) = (epoch(&loader), epoch(&loader));
    assert_ne!(first, second);
    for epoch in [&first, &second] {
        let mut all = epoch.concat();
        assert_ne!(all, (0..100).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }
    manual_seed(1);
    assert_eq!(epoch(&loader.clone()), first);
    assert_eq!(epoch(&loader), second);
}

#[test]
fn an_unshuffled_pass_draws_nothing() {
    manual_seed(1);
    let expected = random::permutation(10);
    manual_seed(1);
    epoch(&DataLoader::new(numbers(9), 2).unwrap());
    assert_eq!(random::permutation(10), expected);
}

#[test]
fn loaders_that_make_no_sense_are_errors() {
    let error = DataLoader::new(numbers(3), 0).unwrap_err().to_string();
    assert!(
        error.contains("the batch size must be at least 1, got 0"),
        "{error}"
    );
    let error = DataLoader::new(one_by_one(0), 2).unwrap_err().to_string();
    assert!(error.contains("the data set is empty"), "{error}");
}

#[test]
fn a_pass_ends_after_its_first_error() {
    let broken = OneByOne {
        broken: Some(3),
        ..one_by_one(8)
    };
    let mut batches = DataLoader::new(broken, 2).unwrap().iter();
    assert!(batches.next().unwrap().is_ok());
    let error = batches.next().unwrap().unwrap_err().to_string();
    assert!(error.contains("item 3 cannot be read"), "{error}");
    assert!(batches.next().is_none());
    assert!(batches.next().is_none());
}

#[test]
fn items_of_another_shape_are_named() {
    let odd = OneByOne {
        odd: Some(6),
        ..one_by_one(8)
    };
    let mut batches = DataLoader::new(odd, 4).unwrap().iter();
    assert!(batches.next().unwrap().is_ok());
    let error = batches.next().unwrap().unwrap_err().to_string();
    let expected = "the input of item 6 is [2] F32, that of item 4 is [1] F32: a batch needs";
    assert!(error.starts_with(expected), "{error}");
    assert!(one_by_one(3).batch(&[]).is_err());
}

#[test]
fn a_set_may_be_shared() {
    let shared: Arc<dyn Dataset> = Arc::new(numbers(5));
    let loader = DataLoader::new(shared.clone(), 2).unwrap();
    assert_eq!(epoch(&loader).concat(), [0, 1, 2, 3, 4]);
    assert_eq!(shared.len(), 5);
    assert_eq!(shared.get(3).unwrap().1.to_scalar::<u32>().unwrap(), 3);
    // A loader may leave for a background run.
    let there = std::thread::spawn(move || epoch(&loader)).join().unwrap();
    assert_eq!(there.len(), 3);
}
