//! Clouds of points.

use super::*;

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
