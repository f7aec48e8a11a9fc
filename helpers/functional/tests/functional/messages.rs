//! What does not fit is said in one line, in the student's words.

use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_functional::{self as F};

fn zeros(shape: impl Into<Shape>) -> Tensor {
    Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap()
}

fn says(output: Result<Tensor>, expected: &str) {
    let error = output.unwrap_err().to_string();
    assert_eq!(error.lines().next().unwrap(), expected);
}

/// What memory cannot hold: how much there is changes all the time.
fn refused(output: Result<Tensor>, expected: &str) {
    let error = output.unwrap_err().to_string();
    assert!(error.starts_with(expected), "{error}");
}

const PLAIN: F::ConvOptions = F::ConvOptions {
    stride: 1,
    padding: 0,
    dilation: 1,
    groups: 1,
};

#[test]
fn convolutions() {
    let x = zeros((8, 3, 28, 28));
    let conv = |weight: &Tensor, options| F::conv2d(&x, weight, None, options);
    says(
        conv(&zeros((10, 1, 5, 5)), PLAIN),
        "conv2d: input has 3 channels, (8, 3, 28, 28), but the kernels expect 1, (10, 1, 5, 5)",
    );
    says(
        conv(&zeros((10, 3, 5, 5)), F::ConvOptions { groups: 2, ..PLAIN }),
        "conv2d: groups must divide 3 input and 10 output channels, got 2",
    );
    says(
        conv(&zeros((9, 3, 5, 5)), F::ConvOptions { groups: 3, ..PLAIN }),
        "conv2d: input has 3 channels, (8, 3, 28, 28), but the kernels expect 3 in each of 3 groups, (9, 3, 5, 5)",
    );
    says(
        conv(
            &zeros((10, 3, 5, 30)),
            F::ConvOptions {
                padding: 0,
                ..PLAIN
            },
        ),
        "conv2d: the kernel, of size 30, is larger than the input: 28 elements, with padding 0 on each side; take a smaller kernel, more padding or a larger input",
    );
    says(
        conv(
            &zeros((10, 3, 5, 5)),
            F::ConvOptions {
                padding: 1,
                dilation: 8,
                ..PLAIN
            },
        ),
        "conv2d: the kernel, of size 5 spread over 33 elements by dilation 8, is larger than the input: 28 elements, with padding 1 on each side; take a smaller kernel, more padding or a larger input",
    );
    says(
        conv(&zeros((10, 3, 5)), PLAIN),
        "conv2d: the kernels must be (C_out, C / groups, kh, kw), got (10, 3, 5)",
    );
    for (options, name) in [
        (F::ConvOptions { stride: 0, ..PLAIN }, "stride"),
        (
            F::ConvOptions {
                dilation: 0,
                ..PLAIN
            },
            "dilation",
        ),
    ] {
        let expected = format!("conv2d: the {name} must be at least 1, got 0");
        says(conv(&zeros((10, 3, 5, 5)), options), &expected);
    }
    says(
        F::conv1d(&x, &zeros((1, 3, 5)), None, PLAIN),
        "conv1d: the input must be (N, C, L), got (8, 3, 28, 28)",
    );
    says(
        F::conv3d(&x, &zeros((1, 3, 5)), None, PLAIN),
        "conv3d: the input must be (N, C, D, H, W), got (8, 3, 28, 28)",
    );
    says(
        F::conv2d(&x, &zeros((4, 3, 5, 5)), Some(&zeros(3)), PLAIN),
        "conv2d: the bias must be (4), got (3)",
    );
    says(
        F::conv2d(&zeros((0, 3, 5, 5)), &zeros((4, 3, 5, 5)), None, PLAIN),
        "conv2d: the input is empty, (0, 3, 5, 5)",
    );
    says(
        F::conv2d(
            &x.to_dtype(DType::F64).unwrap(),
            &zeros((4, 3, 5, 5)),
            None,
            PLAIN,
        ),
        "conv2d: the input is f64, but the kernels f32",
    );
    says(
        F::conv2d(
            &x.to_dtype(DType::U8).unwrap(),
            &zeros((4, 3, 5, 5)),
            None,
            PLAIN,
        ),
        "conv2d: takes f32 or f64, got u8",
    );
}

#[test]
fn what_would_not_fit_in_memory() {
    let x = zeros((1, 64, 1));
    let padded = |padding| {
        F::conv1d(
            &x,
            &zeros((1, 64, 32)),
            None,
            F::ConvOptions { padding, ..PLAIN },
        )
    };
    refused(
        padded(1 << 40),
        "conv1d: the result of shape (1, 64, 2199023255522) takes 562950.0 GB of memory, more than the ",
    );
    says(
        padded(usize::MAX),
        &format!(
            "conv1d: kernel size 32, padding {} or dilation 1 is too large to count with",
            usize::MAX
        ),
    );
}

#[test]
fn transposed_convolutions() {
    let x = zeros((1, 3, 4, 4));
    let conv = |w: &Tensor, s, p, o| F::conv_transpose2d(&x, w, None, s, p, o);
    says(
        conv(&zeros((2, 3, 2, 2)), 2, 0, 0),
        "conv_transpose2d: input has 3 channels, (1, 3, 4, 4), but the kernels expect 2, (2, 3, 2, 2)",
    );
    says(
        conv(&zeros((3, 2, 2, 2)), 2, 0, 2),
        "conv_transpose2d: output_padding 2 must be below the stride, 2",
    );
    says(
        conv(&zeros((3, 2, 2, 2)), 1, 3, 0),
        "conv_transpose2d: padding 3 cuts off all of the 5 elements that a kernel of size 2 with stride 1 makes of 4: take less padding",
    );
    says(
        conv(&zeros((3, 2, 2, 2)), usize::MAX, 3, 0),
        &format!(
            "conv_transpose2d: stride {} or padding 3 is too large to count with",
            usize::MAX
        ),
    );
}

#[test]
fn pooling_and_resizing() {
    let x = zeros((1, 3, 4, 6));
    for (what, f) in [
        (
            "max_pool2d",
            F::max_pool2d as fn(&Tensor, F::PoolOptions) -> Result<Tensor>,
        ),
        ("avg_pool2d", F::avg_pool2d),
    ] {
        let cases = [
            (
                F::PoolOptions::new(5),
                "the kernel, of size 5, is larger than the input: 4 elements, with padding 0 on each side; take a smaller kernel, more padding or a larger input",
            ),
            (
                F::PoolOptions::new(0),
                "the kernel size must be at least 1, got 0",
            ),
            (
                F::PoolOptions::new(2).stride(0),
                "the stride must be at least 1, got 0",
            ),
            (
                F::PoolOptions::new(3).padding(2),
                "padding 2 is more than half the kernel, 3: a window would see nothing else",
            ),
        ];
        for (options, expected) in cases {
            says(f(&x, options), &format!("{what}: {expected}"));
        }
        let flat = f(&zeros((3, 4)), F::PoolOptions::new(2));
        says(
            flat,
            &format!("{what}: the input must be (N, C, H, W), got (3, 4)"),
        );
    }
    says(
        F::adaptive_avg_pool2d(&x, (0, 2)),
        "adaptive_avg_pool2d: the size must be at least (1, 1), got (0, 2)",
    );
    refused(
        F::upsample_nearest2d(&x, (1 << 20, 1 << 20)),
        "upsample_nearest2d: the result of shape (1, 3, 1048576, 1048576) takes 13194.1 GB of memory, more than the ",
    );
    says(
        F::unfold(&x, 2, F::ConvOptions { groups: 3, ..PLAIN }),
        "unfold: patches have all channels, groups must be 1, got 3",
    );
}

#[test]
fn everything_else() {
    let x = zeros((2, 3));
    says(F::softmax(&x, 2), "softmax: (2, 3) has no dimension 2");
    says(
        F::log_softmax(&zeros((0, 3)), 1),
        "log_softmax: the input is empty, (0, 3)",
    );
    says(
        F::dropout(&x, 1.5, true),
        "dropout: p is a probability, from 0 to 1, got 1.5",
    );
    says(
        F::dropout(&x, f64::NAN, false),
        "dropout: p is a probability, from 0 to 1, got NaN",
    );
    let targets = Tensor::new(&[0u32, 3], &Device::Cpu).unwrap();
    says(
        F::one_hot(&targets, 3),
        "one_hot: target 3 in (2), but there are 3 classes",
    );
    says(
        F::one_hot(&x, 3),
        "one_hot: targets are class indices of type u32, got f32",
    );
    says(
        F::linear(&x, &zeros((4, 2)), None),
        "linear: the last dimension of the input must be 2, got (2, 3); the weights are (4, 2)",
    );
    says(
        F::layer_norm(&x, &[2], None, None, 1e-5),
        "layer_norm: the input must end with (2), got (2, 3)",
    );
    let (two, three) = (zeros(2), zeros(3));
    says(
        F::batch_norm(&x, &three, &two, None, None, 1e-5),
        "batch_norm: the variance must be (3), got (2)",
    );
}
