//! One convolution alone, forward and backward (gradients of input and weights, no optimizer).

use helpers::candle_nn;
use helpers::prelude::*;
use serde_json::{Value, json};

use super::training::candle_vars;
use super::{Training, Work};

/// The shape of a convolution; all sides of the input are equal.
#[derive(Clone, Copy)]
struct Shape {
    rank: usize,
    inputs: usize,
    outputs: usize,
    kernel_size: usize,
    options: F::ConvOptions,
    size: usize,
}

/// 64 to 64 planes, 3x3, at 56x56: what ResNet18's first stage repeats.
pub fn work() -> Work {
    let shape = conv2d(64, 64, 3, 56, 1);
    named(
        "convolution",
        "convolution 64-64 3x3, 56x56, batch 4",
        4,
        shape,
    )
}

/// The shapes of the course's networks, and one of every kind.
#[rustfmt::skip]
pub fn shapes() -> Vec<Work> {
    let sequence = |inputs, outputs, k, size| Shape { rank: 1, ..conv2d(inputs, outputs, k, size, 1) };
    vec![
        named("stem", "ResNet 3-64 7x7 / 2, 224x224, batch 8", 8, conv2d(3, 64, 7, 224, 2)),
        named("stage1", "ResNet 64-64 3x3, 56x56, batch 8", 8, conv2d(64, 64, 3, 56, 1)),
        named("down2", "ResNet 64-128 3x3 / 2, 56x56, batch 8", 8, conv2d(64, 128, 3, 56, 2)),
        named("short2", "ResNet 64-128 1x1 / 2, 56x56, batch 8", 8, conv2d(64, 128, 1, 56, 2)),
        named("stage2", "ResNet 128-128 3x3, 28x28, batch 8", 8, conv2d(128, 128, 3, 28, 1)),
        named("stage3", "ResNet 256-256 3x3, 14x14, batch 8", 8, conv2d(256, 256, 3, 14, 1)),
        named("stage4", "ResNet 512-512 3x3, 7x7, batch 8", 8, conv2d(512, 512, 3, 7, 1)),
        named("narrow", "1x1 256-64, 56x56, batch 4", 4, conv2d(256, 64, 1, 56, 1)),
        named("dilated", "3x3 spread by 2, 64-64, 28x28, batch 8", 8, dilated(conv2d(64, 64, 3, 28, 1), 2)),
        named("groups", "AlexNet 96-256 5x5 in 2 groups, 27x27, batch 8", 8, grouped(conv2d(96, 256, 5, 27, 1), 2)),
        named("depthwise", "3x3 in 64 groups, 64-64, 56x56, batch 4", 4, grouped(conv2d(64, 64, 3, 56, 1), 64)),
        named("tdnn1", "TDNN 16-8, window 3, 15 frames, batch 32", 32, sequence(16, 8, 3, 15)),
        named("sequence", "Conv1d 64-64, window 5, 200 frames, batch 16", 16, sequence(64, 64, 5, 200)),
        named("film", "Conv3d 8-16 3x3x3, 16x16x16, batch 4", 4, Shape { rank: 3, ..conv2d(8, 16, 3, 16, 1) }),
    ]
}

fn conv2d(inputs: usize, outputs: usize, kernel_size: usize, size: usize, stride: usize) -> Shape {
    let options = F::ConvOptions {
        stride,
        padding: kernel_size / 2,
        ..Default::default()
    };
    Shape {
        rank: 2,
        inputs,
        outputs,
        kernel_size,
        options,
        size,
    }
}

fn dilated(mut shape: Shape, dilation: usize) -> Shape {
    shape.options.dilation = dilation;
    shape.options.padding *= dilation;
    shape
}

fn grouped(mut shape: Shape, groups: usize) -> Shape {
    shape.options.groups = groups;
    shape
}

fn named(name: &'static str, title: &'static str, batch: usize, shape: Shape) -> Work {
    let candle = move |batch| shape.candle(batch);
    Work {
        name,
        title,
        batch,
        parameters: shape.weight().iter().product(),
        optimizer: false,
        slow: false,
        convolution: Some(shape.json()),
        helpers: Box::new(move |batch| shape.helpers(batch)),
        candle: (shape.rank < 3).then(|| Box::new(candle) as super::Build),
    }
}

impl Shape {
    fn weight(&self) -> Vec<usize> {
        let mut dims = vec![self.outputs, self.inputs / self.options.groups];
        dims.resize(2 + self.rank, self.kernel_size);
        dims
    }

    /// What `pytorch.py` is told.
    fn json(&self) -> Value {
        json!({
            "rank": self.rank, "inputs": self.inputs, "outputs": self.outputs,
            "kernel_size": self.kernel_size, "stride": self.options.stride,
            "padding": self.options.padding, "dilation": self.options.dilation,
            "groups": self.options.groups, "size": self.size,
        })
    }

    fn helpers(self, batch: usize) -> Result<Training> {
        let params = Parameters::new(&Device::Cpu);
        let init = nn::Init::pytorch_default(self.weight()[1..].iter().product());
        let weight = params.create("weight", self.weight(), init)?;
        let conv = move |x: &Tensor| match self.rank {
            1 => F::conv1d(x, &weight.tensor(), None, self.options),
            2 => F::conv2d(x, &weight.tensor(), None, self.options),
            _ => F::conv3d(x, &weight.tensor(), None, self.options),
        };
        self.training(params.count(), batch, conv)
    }

    fn candle(self, batch: usize) -> Result<Training> {
        let (_, vb) = candle_vars();
        let weight = vb.get_with_hints(
            self.weight(),
            "weight",
            candle_nn::init::DEFAULT_KAIMING_NORMAL,
        )?;
        let count = weight.elem_count();
        let F::ConvOptions {
            stride,
            padding,
            dilation,
            groups,
        } = self.options;
        let conv = move |x: &Tensor| match self.rank {
            1 => x.conv1d(&weight, padding, stride, dilation, groups),
            _ => x.conv2d(&weight, padding, stride, dilation, groups),
        };
        self.training(count, batch, conv)
    }

    /// The gradient that enters from behind is 1 everywhere, as in `pytorch.py`.
    fn training(
        &self,
        parameters: usize,
        batch: usize,
        conv: impl Fn(&Tensor) -> Result<Tensor> + 'static,
    ) -> Result<Training> {
        let mut dims = vec![batch, self.inputs];
        dims.resize(2 + self.rank, self.size);
        let x = random::normal(0.0, 1.0, dims, &Device::Cpu)?;
        let x = Var::from_tensor(&x)?; // tracked, as the inputs of an inner layer are
        let step = move || conv(&x)?.backward().map(drop);
        Ok(Training {
            parameters,
            step: Box::new(step),
        })
    }
}
