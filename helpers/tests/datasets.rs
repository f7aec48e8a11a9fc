#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::Path;

use helpers::prelude::*;
use sha2::{Digest, Sha256};

#[test]
fn the_shipped_file_is_the_published_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/digits.csv.gz");
    let digest = Sha256::digest(std::fs::read(path).unwrap());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
    );
}

#[test]
fn digits_are_all_there_with_their_labels() {
    let digits = datasets::digits().unwrap();
    assert_eq!(digits.inputs().dims(), [1797, 1, 8, 8]);
    assert_eq!(digits.inputs().dtype(), DType::F32);
    let targets: Vec<u32> = digits.targets().to_vec1().unwrap();
    let mut counts = [0; 10];
    for target in targets {
        counts[target as usize] += 1;
    }
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let pixels: Vec<f32> = digits.inputs().flatten_all().unwrap().to_vec1().unwrap();
    assert_eq!(pixels.iter().copied().fold(f32::MAX, f32::min), 0.0);
    assert_eq!(pixels.iter().copied().fold(f32::MIN, f32::max), 1.0);
}

#[test]
fn the_first_digits_are_the_known_ones() {
    let digits = datasets::digits().unwrap();
    let (image, target) = digits.get(0).unwrap();
    assert_eq!(target.to_scalar::<u32>().unwrap(), 0);
    // As scikit-learn's documentation prints load_digits().images[0].
    let expected = [
        [0f32, 0., 5., 13., 9., 1., 0., 0.],
        [0., 0., 13., 15., 10., 15., 5., 0.],
        [0., 3., 15., 2., 0., 11., 8., 0.],
        [0., 4., 12., 0., 0., 8., 8., 0.],
        [0., 5., 8., 0., 0., 9., 8., 0.],
        [0., 4., 11., 0., 1., 12., 7., 0.],
        [0., 2., 14., 5., 10., 12., 0., 0.],
        [0., 0., 6., 13., 10., 0., 0., 0.],
    ];
    let image = (image.squeeze(0).unwrap() * 16.0).unwrap();
    assert_eq!(image.to_vec2::<f32>().unwrap(), expected);
    let (_, targets) = digits.batch(&[0, 1, 2, 9, 10, 1796]).unwrap();
    assert_eq!(targets.to_vec1::<u32>().unwrap(), [0, 1, 2, 9, 0, 8]);
}

#[test]
fn two_digits_make_a_problem_with_two_classes() {
    let pair = datasets::digits().unwrap().keep_classes(&[8, 3]).unwrap();
    let targets: Vec<u32> = pair.targets().to_vec1().unwrap();
    assert_eq!(targets.iter().filter(|&&t| t == 0).count(), 174);
    assert_eq!(targets.iter().filter(|&&t| t == 1).count(), 183);
    let there = pair.to_device(&best_device()).unwrap();
    assert_eq!(there.inputs().dims(), [357, 1, 8, 8]);
}

#[test]
fn blobs_lie_around_their_centres() {
    manual_seed(1);
    let centres = [[-2.0, 1.0], [3.0, 0.0], [0.0, -5.0]];
    let count = 2000;
    let clouds = datasets::blobs(count, &centres, 0.5).unwrap();
    assert_eq!(clouds.inputs().dims(), [3 * count, 2]);
    assert_eq!(clouds.targets().dtype(), DType::U32);
    for (class, centre) in centres.iter().enumerate() {
        let cloud = clouds.keep_classes(&[class as u32]).unwrap();
        assert_eq!(cloud.len(), count);
        let points: Vec<Vec<f32>> = cloud.inputs().to_vec2().unwrap();
        for axis in 0..2 {
            let shift = |p: &Vec<f32>| f64::from(p[axis]) - centre[axis];
            let mean = points.iter().map(shift).sum::<f64>() / count as f64;
            let square = points.iter().map(|p| shift(p).powi(2)).sum::<f64>() / count as f64;
            assert!(mean.abs() < 0.05, "class {class}: off by {mean}");
            assert!(
                (square.sqrt() - 0.5).abs() < 0.04,
                "class {class}: {}",
                square.sqrt()
            );
        }
    }
    manual_seed(1);
    let again = datasets::blobs(count, &centres, 0.5).unwrap();
    let values = |set: &TensorDataset| set.inputs().to_vec2::<f32>().unwrap();
    assert_eq!(values(&again), values(&clouds));
}

#[test]
fn blobs_that_make_no_sense_are_errors() {
    let one = [[0.0, 0.0]];
    assert!(datasets::blobs(3, &one, 0.0).is_ok());
    for (count, centres, std, expected) in [
        (0, &one[..], 1.0, "got 0 points and 1 centres"),
        (3, &[], 1.0, "got 3 points and 0 centres"),
        (3, &[[0.0, f64::NAN]], 1.0, "the centres must be finite"),
        (3, &[[1e300, 0.0]], 1.0, "the centres must be finite"),
        (3, &one, -1.0, "std at least 0"),
        (3, &one, f64::NAN, "std at least 0"),
    ] {
        let error = datasets::blobs(count, centres, std)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
}
