//! Winograd's way, where it is taken, against the plainest loops; and what rounding it costs.

use candle_core::CpuStorage;

use super::super::winograd::Winograd;
use super::super::{Convolution, View, WindowAxis};
use super::{convolution, repeats};
use crate::random;

fn sizes(
    batch: usize,
    channels: [usize; 2],
    sides: [usize; 2],
    padding: [usize; 2],
) -> Convolution {
    let axis = |i: usize| WindowAxis::new("test", sides[i], 3, 1, padding[i], 1).unwrap();
    let sizes = Convolution {
        batch,
        groups: 1,
        in_channels: channels[0],
        out_channels: channels[1],
        axes: [WindowAxis::ABSENT, axis(0), axis(1)],
    };
    for turned in [false, true] {
        assert!(Winograd::new(batch, channels, sizes.axes, turned).is_some());
    }
    sizes
}

#[test]
fn its_sums_are_those_of_the_convolution() {
    for (batch, channels, sides, padding) in [
        (2, [64, 64], [14, 14], [1, 1]), // whole samples
        (3, [65, 70], [13, 14], [2, 0]), // an odd height, no multiple of a panel
        (9, [64, 65], [7, 7], [1, 1]),   // several samples in a task
        (1, [64, 64], [24, 57], [0, 2]), // bands of a sample, an odd width
        (2, [64, 71], [20, 13], [2, 1]),
    ] {
        let sizes = sizes(batch, channels, sides, padding);
        convolution(&sizes);
        repeats(&sizes);
    }
}

#[test]
fn other_convolutions_take_another_way() {
    let axis = |kernel, stride, padding, dilation| {
        WindowAxis::new("test", 40, kernel, stride, padding, dilation).unwrap()
    };
    let plain = axis(3, 1, 1, 1);
    let is_taken = |batch, channels, axes| Winograd::new(batch, channels, axes, false).is_some();
    let flat = WindowAxis::ABSENT;
    assert!(is_taken(1, [64, 64], [flat, plain, plain]));
    let odd = WindowAxis::new("test", 41, 3, 1, 1, 1).unwrap();
    assert!(!is_taken(1, [64, 64], [flat, odd, plain])); // large, and not cut
    assert!(is_taken(1, [64, 64], [flat, plain, odd]));
    assert!(!is_taken(1, [63, 64], [flat, plain, plain]));
    assert!(!is_taken(1, [64, 63], [flat, plain, plain]));
    assert!(!is_taken(1, [64, 64], [plain, plain, plain]));
    assert!(!is_taken(1, [64, 64], [flat, flat, plain]));
    for other in [
        axis(5, 1, 2, 1),
        axis(3, 2, 1, 1),
        axis(3, 1, 1, 2),
        axis(3, 1, 3, 1),
    ] {
        assert!(!is_taken(1, [64, 64], [flat, plain, other]));
        assert!(!is_taken(1, [64, 64], [flat, other, plain]));
    }
}

/// In f32 beside f64: the differences are small beside the largest number of the result.
#[test]
fn it_rounds_no_worse_than_a_sum_of_so_many_terms() {
    let sizes = sizes(2, [256, 256], [28, 28], [1, 1]);
    let draw = |count: usize, std: f64| -> Vec<f64> {
        let values = random::normal(0.0, std, count, &candle_core::Device::Cpu).unwrap();
        let values: Vec<f32> = values.to_vec1().unwrap();
        values.into_iter().map(f64::from).collect()
    };
    let x = draw(sizes.batch * sizes.image(), 1.0);
    let weight = draw(256 * sizes.patch(), 0.03);
    let narrow = |values: &[f64]| CpuStorage::F32(values.iter().map(|&v| v as f32).collect());
    let run = |x_of: &CpuStorage, w: &CpuStorage| {
        let (x_of, w) = (
            View::whole(x_of, x.len()).unwrap(),
            View::whole(w, weight.len()).unwrap(),
        );
        let (y, dx) = (
            sizes.forward(x_of, w, None, None),
            sizes.input_gradient(x_of, w),
        );
        [y.unwrap().0, dx.unwrap()]
    };
    let double = run(
        &CpuStorage::F64(x.clone()),
        &CpuStorage::F64(weight.clone()),
    );
    let single = run(&narrow(&x), &narrow(&weight));
    for (single, double) in single.iter().zip(&double) {
        let (single, double) = (
            single.as_slice::<f32>().unwrap(),
            double.as_slice::<f64>().unwrap(),
        );
        let largest = double.iter().fold(0.0f64, |most, v| most.max(v.abs()));
        let pairs = single.iter().zip(double);
        let error = pairs.fold(0.0f64, |most, (&a, b)| most.max((f64::from(a) - b).abs()));
        assert!(error / largest < 2e-6, "{}", error / largest);
    }
}
