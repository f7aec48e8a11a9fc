//! Whatever shapes and numbers come in: a result or one line of text, never a panic.

use proptest::prelude::{Just, Strategy, prop, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::on_both_paths;
use crate::{self as F, *};
use candle_core::{DType, Device, Result, Tensor, Var};

/// Mostly small numbers, 0 among them, and some that overflow.
fn number() -> impl Strategy<Value = usize> {
    let huge = [1 << 40, usize::MAX / 2, usize::MAX - 1, usize::MAX];
    prop_oneof![12 => 0usize..4, 1 => prop::sample::select(huge.to_vec())]
}

fn shape(rank: usize) -> impl Strategy<Value = Vec<usize>> {
    let right = || prop::collection::vec(1usize..6, rank);
    prop_oneof![6 => right(), 1 => prop::collection::vec(0usize..4, 0..6)]
}

fn conv_options() -> impl Strategy<Value = F::ConvOptions> {
    (
        number(),
        number(),
        number(),
        prop_oneof![4 => Just(1), 1 => number()],
    )
        .prop_map(|(stride, padding, dilation, groups)| F::ConvOptions {
            stride,
            padding,
            dilation,
            groups,
        })
}

fn pool_options() -> impl Strategy<Value = F::PoolOptions> {
    (number(), number(), number()).prop_map(|(kernel_size, stride, padding)| F::PoolOptions {
        kernel_size,
        stride,
        padding,
    })
}

fn variable(dims: &[usize]) -> Var {
    let x = random::normal(0.0, 1.0, dims, &Device::Cpu).unwrap();
    Var::from_tensor(&x).unwrap()
}

/// An error has one line that starts with the function's name; a result and its gradients are the
/// same on both paths.
fn result_or_line(what: &str, inputs: &[&Var], run: impl Fn() -> Result<Tensor>) -> bool {
    let [loops, composed] = on_both_paths(|_| match run() {
        Ok(y) => Some(result(&y, inputs).unwrap()),
        Err(error) => {
            let error = error.to_string();
            let line = error.lines().next().unwrap();
            assert!(line.starts_with(&format!("{what}: ")), "{error}");
            None
        }
    });
    assert_eq!(loops.is_some(), composed.is_some(), "{what}");
    for (a, b) in loops.iter().flatten().zip(composed.iter().flatten()) {
        assert_eq!(a.dims(), b.dims(), "{what}");
        let difference = (a - b).unwrap().abs().unwrap();
        let most = |x: &Tensor| x.flatten_all()?.max(0)?.to_scalar::<f32>();
        let (far, large) = (most(&difference).unwrap(), most(&a.abs().unwrap()).unwrap());
        assert!(far <= 1e-4 * (1.0 + large), "{what}: {far} {large}");
    }
    loops.is_some()
}

/// The output and the gradient of each input, the outputs weighted by some numbers.
fn result(y: &Tensor, inputs: &[&Var]) -> Result<Vec<Tensor>> {
    assert!(y.elem_count() > 0);
    let upstream = Tensor::arange(0, y.elem_count() as u32, y.device())?;
    let upstream = upstream.to_dtype(y.dtype())?.cos()?.reshape(y.shape())?;
    let grads = (y * upstream)?.sum_all()?.backward()?;
    let mut results = vec![y.clone()];
    for input in inputs {
        let grad = grads.get(input).expect("a gradient").clone();
        assert_eq!(grad.dims(), input.dims());
        results.push(grad);
    }
    Ok(results)
}

proptest! {
    #[test]
    fn convolutions(
        rank in 1usize..4,
        dims in shape(5),
        kernels in shape(5),
        options in conv_options(),
        matching in 0..4,
        bias in prop::option::of(0usize..4),
    ) {
        // Any two shapes rarely fit: most are cut to the rank and given the same channels.
        let mut dims = dims;
        let mut kernels = kernels;
        if matching > 0 {
            dims.truncate(rank + 2);
            kernels.truncate(rank + 2);
            if let (Some(channels), Some(expected)) = (dims.get_mut(1), kernels.get(1)) {
                *channels = expected * options.groups.clamp(1, 4);
            }
        }
        let (x, weight) = (variable(&dims), variable(&kernels));
        let bias = bias.map(|n| variable(&[n]));
        let bias = bias.as_deref();
        let (what, f): (_, fn(&Tensor, &Tensor, Option<&Tensor>, _) -> _) = match rank {
            1 => ("conv1d", F::conv1d),
            2 => ("conv2d", F::conv2d),
            _ => ("conv3d", F::conv3d),
        };
        result_or_line(what, &[&x, &weight], || f(&x, &weight, bias, options));
    }

    #[test]
    fn transposed_convolutions(
        dims in shape(4),
        kernels in shape(4),
        options in (number(), number(), number()),
        matching in 0..4,
    ) {
        let mut kernels = kernels;
        if matching > 0 && let (Some(c), Some(channels)) = (kernels.get_mut(0), dims.get(1)) {
            *c = *channels;
        }
        let (x, weight) = (variable(&dims), variable(&kernels));
        let (stride, padding, output_padding) = options;
        result_or_line("conv_transpose2d", &[&x, &weight], || {
            F::conv_transpose2d(&x, &weight, None, stride, padding, output_padding)
        });
    }

    #[test]
    fn pooling(dims in shape(4), options in pool_options()) {
        let x = variable(&dims);
        let line = variable(&dims[..dims.len().min(3)]);
        let max = result_or_line("max_pool2d", &[&x], || F::max_pool2d(&x, options));
        let avg = result_or_line("avg_pool2d", &[&x], || F::avg_pool2d(&x, options));
        prop_assert_eq!(max, avg);
        let max = result_or_line("max_pool1d", &[&line], || F::max_pool1d(&line, options));
        let avg = result_or_line("avg_pool1d", &[&line], || F::avg_pool1d(&line, options));
        prop_assert_eq!(max, avg);
    }

    #[test]
    fn resizing(dims in shape(4), size in (number(), number())) {
        let x = variable(&dims);
        let adaptive =
            result_or_line("adaptive_avg_pool2d", &[&x], || F::adaptive_avg_pool2d(&x, size));
        let nearest =
            result_or_line("upsample_nearest2d", &[&x], || F::upsample_nearest2d(&x, size));
        prop_assert_eq!(adaptive, nearest);
        for align in [false, true] {
            let bilinear = || F::upsample_bilinear2d(&x, size, align);
            let bilinear = result_or_line("upsample_bilinear2d", &[&x], bilinear);
            prop_assert_eq!(bilinear, nearest);
        }
    }

    #[test]
    fn unfolding(dims in shape(4), kernel_size in number(), options in conv_options()) {
        let x = variable(&dims);
        result_or_line("unfold", &[&x], || F::unfold(&x, kernel_size, options));
    }

    #[test]
    fn softmaxes(dims in shape(3), dim in number()) {
        let x = variable(&dims);
        let fits = dim < dims.len() && !dims.contains(&0);
        prop_assert_eq!(result_or_line("softmax", &[&x], || F::softmax(&x, dim)), fits);
        prop_assert_eq!(result_or_line("log_softmax", &[&x], || F::log_softmax(&x, dim)), fits);
    }

    #[test]
    fn norms(dims in shape(3), normalized in shape(1), cut in 0usize..4, c in 0usize..4) {
        let x = variable(&dims);
        let own = dims[cut.min(dims.len())..].to_vec();
        for shape in [&own, &normalized] {
            let (weight, bias) = (variable(shape), variable(&normalized));
            let bias = (shape == &normalized).then_some(bias.as_tensor());
            result_or_line("layer_norm", &[&x, &weight], || {
                F::layer_norm(&x, shape, Some(&weight), bias, 1e-5)
            });
        }
        let ones = Tensor::ones(c, DType::F32, &Device::Cpu).unwrap();
        result_or_line("batch_norm", &[&x], || {
            F::batch_norm(&x, &ones, &ones, Some(&ones), None, 1e-5)
        });
    }

    #[test]
    fn linear_maps(dims in shape(2), weight in shape(2), bias in prop::option::of(0usize..4)) {
        let (x, weight) = (variable(&dims), variable(&weight));
        let bias = bias.map(|n| variable(&[n]));
        let fits = weight.rank() == 2
            && weight.elem_count() > 0
            && dims.last() == Some(&weight.dims()[1])
            && bias.as_ref().is_none_or(|b| b.dims()[0] == weight.dims()[0]);
        let y = F::linear(&x, &weight, bias.as_deref());
        prop_assert_eq!(y.is_ok(), fits);
    }

    #[test]
    fn any_shape_element_by_element(dims in shape(3), p in -0.5f64..1.5) {
        let x = variable(&dims);
        for y in [F::relu(&x), F::sigmoid(&x), F::tanh(&x)] {
            prop_assert_eq!(y.unwrap().dims().to_vec(), dims.clone());
        }
        let dropped = F::dropout(&x, p, true);
        prop_assert_eq!(dropped.is_ok(), (0.0..=1.0).contains(&p));
        let classes = (x.elem_count() % 3) * 2;
        let targets = Tensor::ones(dims.clone(), DType::U32, &Device::Cpu).unwrap();
        let fits = classes > 1 || targets.elem_count() == 0;
        prop_assert_eq!(F::one_hot(&targets, classes).is_ok(), fits);
        prop_assert!(F::one_hot(&targets, usize::MAX).is_err());
    }
}
