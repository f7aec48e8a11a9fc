//! Convolutions and linear maps, with every kind of instruction, against the plainest loops.

use candle_core::{CpuStorage, Layout, Result};
use proptest::prelude::{Strategy, prop_oneof};
use proptest::{prop_assume, proptest};

use super::simd::tests::on_every_arch;
use super::*;
use crate::random;

mod winograd;

const WHAT: &str = "test";

/// Numbers whose sums are exact in f32, so that the order in which they are added says nothing.
fn integers(count: usize) -> Vec<f32> {
    let draw = |g: &mut random::Generator| rand::Rng::random_range(g, -3..=3) as f32;
    random::with_generator(|g| (0..count).map(|_| draw(g)).collect())
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| v.into()).collect()
}

/// Runs a kernel in f32 and f64 with each kind of instruction, and compares.
fn check(
    expected: &[f32],
    inputs: [&[f32]; 3],
    kernel: impl Fn(View, View, View) -> Result<CpuStorage>,
) {
    let narrow = inputs.map(|input| CpuStorage::F32(input.to_vec()));
    let double = inputs.map(|input| CpuStorage::F64(wide(input)));
    let run = |storages: &[CpuStorage; 3]| {
        let views = [0, 1, 2].map(|i| {
            let layout = Layout::contiguous(inputs[i].len());
            View::new(&storages[i], &layout).unwrap()
        });
        kernel(views[0], views[1], views[2]).unwrap()
    };
    on_every_arch(|arch| {
        assert_eq!(
            run(&narrow).as_slice::<f32>().unwrap(),
            expected,
            "{arch:?}"
        );
        let output = run(&double);
        assert_eq!(
            output.as_slice::<f64>().unwrap(),
            wide(expected),
            "{arch:?}"
        );
    });
}

/// Each term of a convolution: the numbers of the result, of the input and of the weight.
fn each_term(sizes: &Convolution, mut visit: impl FnMut(usize, usize, usize)) {
    let Convolution {
        batch,
        groups,
        in_channels,
        out_channels,
        axes,
    } = *sizes;
    let [outputs, inputs, kernels] = [
        axes.map(|a| a.output),
        axes.map(|a| a.input),
        axes.map(|a| a.kernel),
    ];
    let product = |sides: [usize; 3]| sides.iter().product::<usize>();
    let place = |i: usize, sides: [usize; 3]| {
        [
            i / sides[2] / sides[1],
            i / sides[2] % sides[1],
            i % sides[2],
        ]
    };
    for y in 0..batch * groups * out_channels * product(outputs) {
        let (plane, at) = (y / product(outputs), place(y % product(outputs), outputs));
        let output = plane % (groups * out_channels);
        for k in 0..in_channels * product(kernels) {
            let (channel, tap) = (k / product(kernels), place(k % product(kernels), kernels));
            let from = [0, 1, 2].map(|i| {
                let padded = at[i] * axes[i].stride + tap[i] * axes[i].dilation;
                padded
                    .checked_sub(axes[i].padding)
                    .filter(|&p| p < inputs[i])
            });
            let [Some(d), Some(h), Some(w)] = from else {
                continue;
            };
            let image = plane / (groups * out_channels) * groups + output / out_channels;
            let line = ((image * in_channels + channel) * inputs[0] + d) * inputs[1] + h;
            let weight = output * in_channels * product(kernels) + k;
            visit(y, line * inputs[2] + w, weight);
        }
    }
}

fn convolution(sizes: &Convolution) {
    let outputs = sizes.groups * sizes.out_channels;
    let x = integers(sizes.batch * sizes.groups * sizes.image());
    let weight = integers(outputs * sizes.patch());
    let bias = integers(outputs);
    let dy = integers(sizes.batch * outputs * sizes.places());

    let channel = |i: usize| i / sizes.places() % outputs;
    let mut y: Vec<f32> = (0..dy.len()).map(|i| bias[channel(i)]).collect();
    let (mut dx, mut dw) = (vec![0.0; x.len()], vec![0.0; weight.len()]);
    each_term(sizes, |i, from, k| {
        y[i] += x[from] * weight[k];
        dx[from] += dy[i] * weight[k];
        dw[k] += dy[i] * x[from];
    });
    check(&y, [&x, &weight, &bias], |x, w, b| {
        Ok(sizes.forward(x, w, Some(b), None)?.0)
    });
    check(&dx, [&dy, &weight, &[]], |dy, w, _| {
        sizes.input_gradient(dy, w)
    });
    check(&dw, [&x, &dy, &[]], |x, dy, _| sizes.weight_gradient(x, dy));
}

fn axis() -> impl Strategy<Value = Option<WindowAxis>> {
    let input = prop_oneof![4 => 1usize..9, 1 => 9usize..70];
    (input, 1usize..6, 1usize..4, 0usize..4, 1usize..4)
        .prop_map(|(input, k, s, p, d)| WindowAxis::new(WHAT, input, k, s, p, d).ok())
}

proptest! {
    #[test]
    fn convolutions(
        batch in 1usize..4,
        groups in 1usize..4,
        channels in prop_oneof![
            3 => (1usize..4, 1usize..20),
            1 => (1usize..4, 60usize..70),
            1 => (30usize..50, 1usize..4),
        ],
        sides in [axis(), axis(), axis()],
        rank in 1usize..4,
    ) {
        let mut axes = [WindowAxis::ABSENT; 3];
        for (axis, side) in axes.iter_mut().zip(sides).skip(3 - rank) {
            prop_assume!(side.is_some());
            *axis = side.unwrap();
        }
        let (in_channels, out_channels) = channels;
        let sizes = Convolution { batch, groups, in_channels, out_channels, axes };
        prop_assume!(batch * groups * out_channels * sizes.places() * sizes.patch() < 1 << 20);
        convolution(&sizes);
    }

    #[test]
    fn linear_maps(rows in 1usize..20, inputs in 1usize..70, outputs in 1usize..30) {
        linear_map(Linear { rows, inputs, outputs });
    }
}

fn linear_map(sizes: Linear) {
    let Linear {
        rows,
        inputs,
        outputs,
    } = sizes;
    let (x, weight) = (integers(rows * inputs), integers(outputs * inputs));
    let (bias, dy) = (integers(outputs), integers(rows * outputs));
    let mut y = bias.repeat(rows);
    let (mut dx, mut dw) = (vec![0.0; x.len()], vec![0.0; weight.len()]);
    for (n, (y, dy)) in y.iter_mut().zip(&dy).enumerate() {
        let (row, output) = (n / outputs, n % outputs);
        for i in 0..inputs {
            let (from, k) = (row * inputs + i, output * inputs + i);
            *y += x[from] * weight[k];
            dx[from] += dy * weight[k];
            dw[k] += dy * x[from];
        }
    }
    check(&y, [&x, &weight, &bias], |x, w, b| {
        sizes.forward(x, w, Some(b), false)
    });
    check(&dx, [&dy, &weight, &[]], |dy, w, _| {
        sizes.input_gradient(dy, w)
    });
    check(&dw, [&x, &dy, &[]], |x, dy, _| sizes.weight_gradient(x, dy));
}

/// Large enough to be shared between threads, whose order must not show in the last bit.
#[test]
fn threads_leave_no_trace() {
    let side = |input| WindowAxis::new(WHAT, input, 3, 1, 1, 1).unwrap();
    let conv = |groups, in_channels, out_channels, input| Convolution {
        batch: 5,
        groups,
        in_channels,
        out_channels,
        axes: [WindowAxis::ABSENT, side(input), side(input)],
    };
    // Small images with many channels go another way.
    for sizes in [conv(2, 7, 19, 30), conv(1, 40, 70, 7)] {
        convolution(&sizes);
        repeats(&sizes);
    }
    linear_map(Linear {
        rows: 200,
        inputs: 130,
        outputs: 90,
    });
}

fn repeats(sizes: &Convolution) {
    let draw = |n: usize| -> CpuStorage {
        let values = random::normal(0.0, 1.0, n, &candle_core::Device::Cpu).unwrap();
        CpuStorage::F32(values.to_vec1().unwrap())
    };
    let outputs = sizes.groups * sizes.out_channels;
    let n = sizes.batch * sizes.groups * sizes.image();
    let (k, m) = (
        outputs * sizes.patch(),
        sizes.batch * outputs * sizes.places(),
    );
    let (x, weight, dy) = (draw(n), draw(k), draw(m));
    let view = |storage, count: usize| View::new(storage, &Layout::contiguous(count)).unwrap();
    let bits = |storage: CpuStorage| -> Vec<u32> {
        let values = storage.as_slice::<f32>().unwrap();
        values.iter().map(|v| v.to_bits()).collect()
    };
    let run = || {
        let (x, weight, dy) = (view(&x, n), view(&weight, k), view(&dy, m));
        [
            bits(sizes.forward(x, weight, None, None).unwrap().0),
            bits(sizes.input_gradient(dy, weight).unwrap()),
            bits(sizes.weight_gradient(x, dy).unwrap()),
        ]
    };
    let first = run();
    assert!((0..20).all(|_| run() == first));
}

/// A sum over very many places is as good as one of f32 can be: not term by term.
#[test]
fn gradients_over_many_places_lose_little_to_rounding() {
    let side = WindowAxis::new(WHAT, 256, 1, 1, 0, 1).unwrap();
    for out_channels in [63, 64] {
        let sizes = Convolution {
            batch: 16,
            groups: 1,
            in_channels: 1,
            out_channels,
            axes: [WindowAxis::ABSENT, side, side],
        };
        let count = 16 * 256 * 256;
        let x = CpuStorage::F32(vec![0.1; count]);
        let dy = CpuStorage::F32(vec![1.0; count * out_channels]);
        let view = |storage, n: usize| View::new(storage, &Layout::contiguous(n)).unwrap();
        let dw = sizes.weight_gradient(view(&x, count), view(&dy, count * out_channels));
        let (dw, expected) = (dw.unwrap(), 0.1f32 as f64 * count as f64);
        for &sum in dw.as_slice::<f32>().unwrap() {
            assert!((sum as f64 / expected - 1.0).abs() < 1e-4, "{sum}");
        }
    }
}
