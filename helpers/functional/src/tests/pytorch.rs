//! Every function against PyTorch, forward and every gradient; `tests/fixtures/functional.py` made
//! the numbers.

use std::collections::{BTreeMap, HashMap};

use super::on_both_paths;
use crate::{self as F};
use candle_core::{DType, Device, Result, Tensor, Var};

const FIXTURES: &[u8] = include_bytes!("../../tests/fixtures/functional.safetensors");

/// One case: `017 conv2d stride=2 padding=1` and its tensors by role.
struct Case {
    name: String,
    tensors: HashMap<String, Tensor>,
}

impl Case {
    fn function(&self) -> &str {
        self.name.split(' ').nth(1).unwrap()
    }

    fn text(&self, key: &str) -> &str {
        let pairs = self.name.split(' ').filter_map(|word| word.split_once('='));
        pairs.into_iter().find(|pair| pair.0 == key).unwrap().1
    }

    fn setting(&self, key: &str) -> usize {
        self.text(key).parse().unwrap()
    }

    /// `groups` where the function has them.
    fn conv_options(&self, groups: usize) -> F::ConvOptions {
        F::ConvOptions {
            stride: self.setting("stride"),
            padding: self.setting("padding"),
            dilation: self.setting("dilation"),
            groups,
        }
    }

    fn pool_options(&self) -> F::PoolOptions {
        F::PoolOptions::new(self.setting("kernel_size"))
            .stride(self.setting("stride"))
            .padding(self.setting("padding"))
    }

    fn run(&self, inputs: &HashMap<&str, Tensor>) -> Result<Tensor> {
        let (x, bias) = (&inputs["x"], inputs.get("bias"));
        let size = || (self.setting("height"), self.setting("width"));
        let eps = || self.text("eps").parse().unwrap();
        let conv = |f: fn(&Tensor, &Tensor, Option<&Tensor>, _) -> _| {
            f(
                x,
                &inputs["weight"],
                bias,
                self.conv_options(self.setting("groups")),
            )
        };
        match self.function() {
            "conv1d" => conv(F::conv1d),
            "conv2d" => conv(F::conv2d),
            "conv3d" => conv(F::conv3d),
            "conv_transpose2d" => {
                let [stride, padding, output_padding] =
                    ["stride", "padding", "output_padding"].map(|key| self.setting(key));
                F::conv_transpose2d(x, &inputs["weight"], bias, stride, padding, output_padding)
            }
            "max_pool1d" => F::max_pool1d(x, self.pool_options()),
            "max_pool2d" => F::max_pool2d(x, self.pool_options()),
            "avg_pool1d" => F::avg_pool1d(x, self.pool_options()),
            "avg_pool2d" => F::avg_pool2d(x, self.pool_options()),
            "adaptive_avg_pool2d" => F::adaptive_avg_pool2d(x, size()),
            "upsample_nearest2d" => F::upsample_nearest2d(x, size()),
            "upsample_bilinear2d" => {
                F::upsample_bilinear2d(x, size(), self.setting("align_corners") == 1)
            }
            "unfold" => F::unfold(x, self.setting("kernel_size"), self.conv_options(1)),
            "relu" => F::relu(x),
            "sigmoid" => F::sigmoid(x),
            "tanh" => F::tanh(x),
            "softmax" => F::softmax(x, self.setting("dim")),
            "log_softmax" => F::log_softmax(x, self.setting("dim")),
            "linear" => F::linear(x, &inputs["weight"], bias),
            "layer_norm" => {
                let shape = &x.dims()[x.rank() - self.setting("dims")..];
                F::layer_norm(x, shape, inputs.get("weight"), bias, eps())
            }
            "batch_norm" => {
                let (mean, var) = (&inputs["mean"], &inputs["var"]);
                F::batch_norm(x, mean, var, inputs.get("weight"), bias, eps())
            }
            other => panic!("no function {other}"),
        }
    }
}

fn cases() -> Vec<Case> {
    let stored = candle_core::safetensors::load_buffer(FIXTURES, &Device::Cpu).unwrap();
    let mut cases: BTreeMap<String, HashMap<String, Tensor>> = BTreeMap::new();
    for (name, tensor) in stored {
        let (case, role) = name.split_once('/').unwrap();
        let roles = cases.entry(case.to_string()).or_default();
        roles.insert(role.to_string(), tensor);
    }
    let case = |(name, tensors)| Case { name, tensors };
    cases.into_iter().map(case).collect()
}

/// How an input lies in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Layout {
    Contiguous,
    /// Contiguous, but not from the start of its storage.
    Offset,
    /// Every other number of its storage.
    Strided,
    /// First and last dimension exchanged.
    Transposed,
}

impl Layout {
    /// A variable that holds `x` in this layout.
    fn store(self, x: &Tensor) -> Result<Var> {
        let last = x.rank() - 1;
        Var::from_tensor(&match self {
            Layout::Contiguous => x.clone(),
            Layout::Offset => Tensor::cat(&[&x.ones_like()?, x], 0)?,
            Layout::Strided => Tensor::stack(&[&x.ones_like()?, x], last + 1)?,
            Layout::Transposed => x.transpose(0, last)?.contiguous()?,
        })
    }

    /// What [`store`](Self::store) put there, or its gradient.
    fn view(self, stored: &Tensor) -> Result<Tensor> {
        let last = stored.rank() - 1;
        match self {
            Layout::Contiguous => Ok(stored.clone()),
            Layout::Offset => stored.narrow(0, stored.dim(0)? / 2, stored.dim(0)? / 2),
            Layout::Strided => stored.narrow(last, 1, 1)?.squeeze(last),
            Layout::Transposed => stored.transpose(0, last),
        }
    }
}

/// The largest difference, as a share of the largest expected number.
fn distance(got: &Tensor, expected: &Tensor) -> Result<f64> {
    assert_eq!(got.dims(), expected.dims());
    let got = got.to_dtype(DType::F64)?.flatten_all()?.to_vec1::<f64>()?;
    let expected = expected.flatten_all()?.to_vec1::<f64>()?;
    let pairs = got.iter().zip(&expected);
    let furthest = pairs.fold(0f64, |far, (a, b)| {
        assert!(a.is_finite() && b.is_finite());
        far.max((a - b).abs())
    });
    let largest = expected.iter().fold(0f64, |most, b| most.max(b.abs()));
    Ok(if furthest == 0.0 {
        0.0
    } else {
        furthest / largest
    })
}

fn check(case: &Case, dtype: DType, layout: Layout, tolerance: f64, path: &str) -> Result<()> {
    let inputs = ["x", "weight", "bias", "mean", "var"];
    let mut stored: HashMap<&str, Var> = HashMap::new();
    for role in inputs {
        if let Some(tensor) = case.tensors.get(role) {
            stored.insert(role, layout.store(&tensor.to_dtype(dtype)?)?);
        }
    }
    let viewed: Result<HashMap<&str, Tensor>> = stored
        .iter()
        .map(|(role, var)| Ok((*role, layout.view(var)?)))
        .collect();
    let output = case.run(&viewed?)?;
    let say = |what: &str, distance: f64| {
        assert!(
            distance <= tolerance,
            "{}, {path}, {dtype:?}, {layout:?}: {what} is off by {distance:e}",
            case.name
        );
    };
    assert_eq!(output.dtype(), dtype);
    say("the output", distance(&output, &case.tensors["output"])?);
    let upstream = case.tensors["upstream"].to_dtype(dtype)?;
    let grads = (output * upstream)?.sum_all()?.backward()?;
    for (role, var) in &stored {
        let grad = layout.view(grads.get(var).expect(role))?;
        let expected = &case.tensors[&format!("d{role}")];
        say(&format!("d{role}"), distance(&grad, expected)?);
    }
    Ok(())
}

fn check_all(layout: Layout) {
    let cases = cases();
    assert_eq!(cases.len(), 116);
    on_both_paths(|path| {
        for case in &cases {
            for (dtype, tolerance) in [(DType::F32, 1e-5), (DType::F64, 1e-12)] {
                check(case, dtype, layout, tolerance, path).expect(&case.name);
            }
        }
    });
}

#[test]
fn values_and_gradients_are_those_of_pytorch() {
    check_all(Layout::Contiguous);
}

#[test]
fn so_they_are_with_an_offset_in_memory() {
    check_all(Layout::Offset);
}

#[test]
fn so_they_are_with_gaps_in_memory() {
    check_all(Layout::Strided);
}

#[test]
fn so_they_are_with_dimensions_exchanged() {
    check_all(Layout::Transposed);
}
