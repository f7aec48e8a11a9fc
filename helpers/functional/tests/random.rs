#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use candle_core::{DType, Device, Tensor};
use candle_functional::random::{self, manual_seed};
use rand::RngCore;

const PERMUTATION: [usize; 6] = [3, 4, 5, 2, 0, 1];
const NORMAL: [f32; 2] = [0.6912412, -0.52068317];

fn bits(tensor: &Tensor) -> Vec<u32> {
    let values: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
    values.iter().map(|v| v.to_bits()).collect()
}

fn normal(n: usize) -> Tensor {
    random::normal(0.0, 1.0, n, &Device::Cpu).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    manual_seed(3);
    let (first, next) = (bits(&normal(1000)), bits(&normal(1000)));
    manual_seed(3);
    assert_eq!(bits(&normal(1000)), first);
    assert_ne!(first, next);
    manual_seed(4);
    assert_ne!(bits(&normal(1000)), first);
}

#[test]
fn the_numbers_of_a_seed_never_change() {
    // Notebooks quote results: an upgrade that moved these numbers would move those.
    manual_seed(1);
    assert_eq!(random::permutation(6), PERMUTATION);
    assert_eq!(normal(2).to_vec1::<f32>().unwrap(), NORMAL);
}

#[test]
fn the_normal_law_has_its_mean_and_spread() {
    manual_seed(1);
    let n = 100_000;
    let values = random::normal(2.0, 3.0, n, &Device::Cpu).unwrap();
    let values: Vec<f64> = values.to_dtype(DType::F64).unwrap().to_vec1().unwrap();
    let mean = values.iter().sum::<f64>() / n as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64;
    assert!((mean - 2.0).abs() < 0.04, "mean {mean}"); // 4 standard errors
    assert!(
        (variance.sqrt() - 3.0).abs() < 0.03,
        "std {}",
        variance.sqrt()
    );
    let within_one = values.iter().filter(|v| (*v - 2.0).abs() < 3.0).count();
    assert!((within_one as f64 / n as f64 - 0.6827).abs() < 0.006);
}

#[test]
fn the_uniform_law_fills_its_interval() {
    manual_seed(1);
    let values = random::uniform(-1.0, 3.0, (100, 100), &Device::Cpu).unwrap();
    let values: Vec<f32> = values.flatten_all().unwrap().to_vec1().unwrap();
    assert!(values.iter().all(|v| (-1.0..3.0).contains(v)));
    for quarter in 0..4 {
        let low = quarter as f32 - 1.0;
        let count = values
            .iter()
            .filter(|v| (low..low + 1.0).contains(*v))
            .count();
        assert!((2300..2700).contains(&count), "{count} of 2500");
    }
}

#[test]
fn the_upper_bound_is_never_drawn_even_where_f32_would_round_to_it() {
    let high = 1.0 + f64::from(f32::EPSILON); // the number after 1
    let values = random::uniform(1.0, high, 100, &Device::Cpu).unwrap();
    assert_eq!(values.to_vec1::<f32>().unwrap(), [1.0; 100]);
    let values = random::uniform(2.0, 2.0, 3, &Device::Cpu).unwrap();
    assert_eq!(values.to_vec1::<f32>().unwrap(), [2.0; 3]);
}

#[test]
fn a_thread_has_its_own_stream() {
    manual_seed(6);
    let split = random::split();
    let here = bits(&normal(5));
    let fresh = std::thread::spawn(|| bits(&normal(5))).join().unwrap();
    let split = std::thread::spawn(move || {
        random::set_stream(split);
        bits(&normal(5))
    });
    let split = split.join().unwrap();

    manual_seed(0);
    assert_eq!(bits(&normal(5)), fresh); // seed 0 where none was set
    manual_seed(6);
    random::split();
    assert_eq!(bits(&normal(5)), here); // other threads changed nothing
    assert_ne!(here, split);
}

#[test]
fn a_draw_may_draw_again() {
    manual_seed(7);
    let inner = random::with_generator(|_| bits(&normal(3)));
    manual_seed(7);
    assert_eq!(bits(&normal(3)), inner);
}

#[test]
fn draws_inside_a_draw_repeat_nothing() {
    manual_seed(7);
    let expected: Vec<u64> = random::with_generator(|g| (0..6).map(|_| g.next_u64()).collect());
    manual_seed(7);
    let next = || random::with_generator(|g| g.next_u64());
    let mut drawn = random::with_generator(|g| {
        let first = g.next_u64();
        let inner = random::with_generator(|g| [g.next_u64(), next()]);
        vec![first, inner[0], inner[1], g.next_u64()]
    });
    drawn.extend([next(), next()]);
    assert_eq!(drawn, expected);
}

#[test]
fn a_permutation_holds_every_number_once() {
    for n in [0, 1, 2, 50] {
        let mut order = random::permutation(n);
        order.sort_unstable();
        assert_eq!(order, (0..n).collect::<Vec<_>>());
    }
    let mut items = ["a", "b", "c"];
    random::shuffle(&mut items);
    items.sort_unstable();
    assert_eq!(items, ["a", "b", "c"]);
}

#[test]
fn a_shape_without_elements_is_fine() {
    assert_eq!(normal(0).dims(), [0]);
    let none = random::uniform(0.0, 1.0, (3, 0), &Device::Cpu).unwrap();
    assert_eq!(none.dims(), [3, 0]);
}

#[test]
fn laws_that_make_no_sense_are_errors() {
    for (mean, std) in [
        (0.0, -1.0),
        (0.0, f64::NAN),
        (f64::INFINITY, 1.0),
        (1e300, 1.0),
    ] {
        let error = random::normal(mean, std, 3, &Device::Cpu).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("must be finite, and std at least 0")
        );
    }
    for (low, high) in [
        (1.0, 0.0),
        (f64::NAN, 1.0),
        (0.0, f64::INFINITY),
        (0.0, 1e300),
    ] {
        let error = random::uniform(low, high, 3, &Device::Cpu).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("must be finite, with low <= high")
        );
    }
}

#[test]
fn what_memory_cannot_hold_is_an_error() {
    for shape in [(1usize << 40, 1usize << 30), (1 << 20, 1 << 20)] {
        let error = random::normal(0.0, 1.0, shape, &Device::Cpu).unwrap_err();
        assert!(error.to_string().contains("GB of memory"), "{error}");
    }
}
