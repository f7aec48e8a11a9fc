//! Draws the figures of the papers from our models:
//! `cargo run -p helpers --example paper_figures -- folder [name]`.

use std::path::Path;

use helpers::candle_core::bail;
use helpers::prelude::*;
use inspect::Architecture;

const IMAGE: (usize, usize, usize, usize) = (1, 3, 224, 224);

/// A figure's name and how it is drawn.
type Drawn = (&'static str, fn() -> Result<plot::Figure>);

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        bail!("which folder? cargo run -p helpers --example paper_figures -- <folder>");
    };
    let only = arguments.next();
    let all: [Drawn; 11] = [
        ("alexnet_figure_2", alexnet),
        ("alexnet_one_tower", alexnet_one_tower),
        ("resnet_figure_3", resnet_columns),
        ("vgg_table_1", vgg_table),
        ("lenet5_figure_2", lenet5),
        ("fcn_figure_1", fcn_alexnet),
        ("fcn_figure_3", fcn_skips),
        ("resnet_figure_2", resnet_blocks),
        ("lecun_1989", lenet1989),
        ("waibel_1989", time_delay),
        ("resnet_table_1", resnet_table),
    ];
    for (name, draw) in all {
        if only.as_deref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let figure = draw()?;
        for extension in ["svg", "png"] {
            figure.save(Path::new(&folder).join(format!("{name}.{extension}")))?;
        }
        let shown = figure.blocks();
        let svg = shown.contains("image/svg+xml");
        println!(
            "{name:20} {figure:?}: {} bytes, SVG too: {svg}",
            shown.len()
        );
    }
    Ok(())
}

fn params() -> Parameters {
    Parameters::new(&Device::Cpu)
}

/// A model is read and gone.
fn read<M: Model>(name: &str, model: Result<M>) -> Result<Architecture> {
    inspect::read(name, &model?, IMAGE)
}

fn alexnet() -> Result<plot::Figure> {
    let network = read("AlexNet", models::alexnet_2012(1000, &params()))?;
    Ok(inspect::towers(&network)?.title("AlexNet, as in figure 2 of Krizhevsky et al. 2012"))
}

fn alexnet_one_tower() -> Result<plot::Figure> {
    let network = read("AlexNet", models::alexnet(1000, &params()))?;
    Ok(inspect::towers(&network)?.title("torchvision's AlexNet: one tower"))
}

fn resnet_columns() -> Result<plot::Figure> {
    let networks = [
        read("VGG-19", models::vgg19(1000, &params()))?,
        read("34-layer plain", models::plain34(1000, &params()))?,
        read("34-layer residual", models::resnet34(1000, &params()))?,
    ];
    Ok(inspect::columns(&networks)?.title("ResNet, as in figure 3 of He et al. 2015"))
}

fn vgg_table() -> Result<plot::Figure> {
    let networks = [
        read("A", models::vgg11(1000, &params()))?,
        read("B", models::vgg13(1000, &params()))?,
        read("C", models::vgg16_c(1000, &params()))?,
        read("D", models::vgg16(1000, &params()))?.marked(),
        read("E", models::vgg19(1000, &params()))?,
    ];
    let figure = inspect::architecture_table(&networks)?;
    Ok(figure.title("VGG, as in table 1 of Simonyan and Zisserman 2014"))
}

fn resnet_table() -> Result<plot::Figure> {
    let networks = [
        read("18-layer", models::resnet18(1000, &params()))?,
        read("34-layer", models::resnet34(1000, &params()))?,
        read("50-layer", models::resnet50_2015(1000, &params()))?,
        read("101-layer", models::resnet101_2015(1000, &params()))?,
        read("152-layer", models::resnet152_2015(1000, &params()))?,
    ];
    let figure = inspect::architecture_table(&networks)?;
    Ok(figure.title("ResNet, as in table 1 of He et al. 2015"))
}

fn lenet5() -> Result<plot::Figure> {
    let network = inspect::read("LeNet-5", &models::lenet5(&params())?, (1, 1, 32, 32))?;
    let captions = [
        "Convolutions",
        "Subsampling",
        "Convolutions",
        "Subsampling",
        "Full connection",
        "Full connection",
        "Gaussian connections",
    ];
    let figure = inspect::stacks(&network, &captions)?;
    Ok(figure.title("LeNet-5, as in figure 2 of LeCun et al. 1998"))
}

fn fcn_alexnet() -> Result<plot::Figure> {
    let network = read("FCN-AlexNet", models::fcn_alexnet(21, &params()))?;
    let figure = inspect::single_tower(&network)?;
    Ok(figure.title("FCN-AlexNet, as in figure 1 of Long et al. 2015"))
}

fn fcn_skips() -> Result<plot::Figure> {
    let small = (1, 3, 64, 64);
    let networks = [
        inspect::read("FCN-32s", &models::fcn32s(21, &params())?, small)?,
        inspect::read("FCN-16s", &models::fcn16s(21, &params())?, small)?,
        inspect::read("FCN-8s", &models::fcn8s(21, &params())?, small)?,
    ];
    Ok(inspect::skips(&networks)?.title("FCN-32s, 16s and 8s, as in figure 3 of Long et al. 2015"))
}

/// A block's convolutions, each with its normalisation.
struct Block(Vec<(nn::Conv2d, nn::BatchNorm2d)>);

/// A block of convolutions of these (inputs, outputs, kernel).
fn block(sizes: &[(usize, usize, usize)]) -> Result<Block> {
    let params = params();
    let mut layers = vec![];
    for (i, &(inputs, outputs, k)) in sizes.iter().enumerate() {
        let conv = nn::conv2d_no_bias(inputs, outputs, k, &params.at(format!("conv{i}")))?;
        let bn = nn::batch_norm2d(outputs, &params.at(format!("bn{i}")))?;
        layers.push((conv.padding(k / 2), bn));
    }
    Ok(Block(layers))
}

impl Model for Block {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let mut y = x.clone();
        for (i, (conv, bn)) in self.0.iter().enumerate() {
            y = if i == 0 { y } else { F::relu(&y)? };
            y = bn.forward(&conv.forward(&y, train)?, train)?;
        }
        F::relu(&(y + x)?)
    }
}

fn resnet_blocks() -> Result<plot::Figure> {
    let basic = block(&[(64, 64, 3), (64, 64, 3)])?;
    let bottleneck = block(&[(256, 64, 1), (64, 64, 3), (64, 256, 1)])?;
    let blocks = [
        inspect::read("a building block", &basic, (1, 64, 56, 56))?,
        inspect::read("a bottleneck", &bottleneck, (1, 256, 56, 56))?,
    ];
    let figure = inspect::residual_blocks(&blocks)?;
    Ok(figure.title("Residual blocks, as in figures 2 and 5 of He et al. 2015"))
}

fn lenet1989() -> Result<plot::Figure> {
    let network = inspect::read("1989", &models::lenet1989(&params())?, (1, 1, 16, 16))?;
    let figure = inspect::bottom_up(&network)?;
    Ok(figure.title("The zip-code network, as in the figure of LeCun et al. 1989"))
}

/// Waibel et al. 1989: windows of 3, then of 5 frames, then a mean over time.
struct TimeDelay {
    h1: nn::Conv1d,
    h2: nn::Conv1d,
}

impl Model for TimeDelay {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let h1 = F::sigmoid(&self.h1.forward(x, train)?)?;
        let h2 = F::sigmoid(&self.h2.forward(&h1, train)?)?;
        F::avg_pool1d(&h2, F::PoolOptions::new(9))?.squeeze(2)
    }
}

fn time_delay() -> Result<plot::Figure> {
    let p = params();
    let model = TimeDelay {
        h1: nn::conv1d(16, 8, 3, &p.at("h1"))?,
        h2: nn::conv1d(8, 3, 5, &p.at("h2"))?,
    };
    let network = inspect::read("TDNN", &model, (1, 16, 15))?;
    Ok(inspect::bottom_up(&network)?.title("The time-delay network of Waibel et al. 1989"))
}
