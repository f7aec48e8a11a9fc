//! ResNet's bottleneck.

use exercise::tp2;
use helpers::prelude::*;

use super::{green, grey, red};

/// The notebook's block; `ends` adds what comes in to what the branch gives.
struct Block {
    a: nn::Sequential,
    b: nn::Sequential,
    c: nn::Sequential,
    shortcut: Option<nn::Sequential>,
    ends: fn(&Tensor, &Tensor) -> Result<Tensor>,
    /// Whether the branch hears of `train`.
    trains: bool,
}

impl Model for Block {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let around = match &self.shortcut {
            Some(fit) => fit.forward(x, train)?,
            None => x.clone(),
        };
        let train = train && self.trains;
        let y = F::relu(&self.a.forward(x, train)?)?;
        let y = F::relu(&self.b.forward(&y, train)?)?;
        (self.ends)(&self.c.forward(&y, train)?, &around)
    }
}

fn conv_bn(
    inputs: usize,
    outputs: usize,
    k: usize,
    stride: usize,
    p: &Parameters,
) -> Result<nn::Sequential> {
    let conv = nn::conv2d_no_bias(inputs, outputs, k, &p.at("conv"))?.stride(stride);
    Ok(nn::Sequential::new(p)
        .add("conv", conv.padding(k / 2))
        .add("bn", nn::batch_norm2d(outputs, &p.at("bn"))?))
}

/// `strides` of the first and the second convolution.
fn block(
    (inputs, width, stride): (usize, usize, usize),
    strides: [usize; 2],
    p: &Parameters,
    ends: fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<Block> {
    let mut shortcut = None;
    if stride != 1 || inputs != 4 * width {
        shortcut = Some(conv_bn(inputs, 4 * width, 1, stride, &p.at("shortcut"))?);
    }
    Ok(Block {
        a: conv_bn(inputs, width, 1, strides[0], &p.at("a"))?,
        b: conv_bn(width, width, 3, strides[1], &p.at("b"))?,
        c: conv_bn(width, 4 * width, 1, 1, &p.at("c"))?,
        shortcut,
        ends,
        trains: true,
    })
}

#[test]
fn the_bottleneck_is_checked() {
    green(&tp2::bottleneck(|i, w, s, p| {
        block((i, w, s), [s, 1], p, |y, x| F::relu(&(y + x)?))
    }));
    let card = tp2::bottleneck(|i, w, s, p| block((i, w, s), [1, s], p, |y, x| F::relu(&(y + x)?)));
    red(
        &card,
        "bottleneck(64, 32, 2, p), branch, layer 1, a.conv: the figure has Conv2d 1 × 1, stride 2, your code Conv2d 1 × 1.",
    );
    // No ReLU at the end; one before the sum; no sum.
    let card = tp2::bottleneck(|i, w, s, p| block((i, w, s), [s, 1], p, |y, x| y + x));
    red(
        &card,
        "branch, layer 9: the figure has ReLU, your code no more layers",
    );
    let card = tp2::bottleneck(|i, w, s, p| block((i, w, s), [s, 1], p, |y, x| F::relu(y)? + x));
    red(
        &card,
        "bottleneck(64, 16, 1, p), forward of x (2, 64, 8, 8), train false, at [0, ",
    );
    let card = tp2::bottleneck(|i, w, s, p| block((i, w, s), [s, 1], p, |y, _| F::relu(y)));
    red(
        &card,
        "bottleneck(64, 16, 1, p), forward of x (2, 64, 8, 8), train false, at [0, ",
    );
    let card = tp2::bottleneck(|i, w, s, p| {
        let block = block((i, w, s), [s, 1], p, |y, x| F::relu(&(y + x)?))?;
        Ok(Block {
            trains: false,
            ..block
        })
    });
    red(&card, "forward of x (2, 64, 8, 8), train true, at [0, ");
    // A 1 x 1 convolution around every block; around none.
    let always = |i, w, s, p: &Parameters| {
        let mut block = block((i, w, s), [s, 1], p, |y, x| F::relu(&(y + x)?))?;
        if block.shortcut.is_none() {
            block.shortcut = Some(conv_bn(i, 4 * w, 1, s, &p.at("shortcut"))?);
        }
        Ok(block)
    };
    let card = tp2::bottleneck(always);
    red(
        &card,
        "bottleneck(64, 16, 1, p), shortcut, layer 1, shortcut.conv: the figure has no more layers, your code Conv2d 1 × 1",
    );
    let card = tp2::bottleneck(|i, w, s, p| {
        let block = block((i, w, s), [s, 1], p, |y, x| F::relu(&(y + x)?))?;
        Ok(Block {
            shortcut: None,
            ..block
        })
    });
    red(&card, "bottleneck(16, 16, 1, p): ");
    grey(&tp2::bottleneck(|_, _, _, _| -> Result<Block> {
        todo!("exercise 6")
    }));
}
