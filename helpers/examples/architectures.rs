//! Draws the networks of the lessons, and the graph of a small one's loss:
//! `cargo run -p helpers --example architectures -- folder`.

use std::path::Path;

use helpers::candle_core::{Shape, bail};
use helpers::prelude::*;

fn main() -> Result<()> {
    let Some(folder) = std::env::args().nth(1) else {
        bail!("which folder? cargo run -p helpers --example architectures -- <folder>");
    };
    let folder = Path::new(&folder);
    let params = || Parameters::new(&Device::Cpu);
    let image = (1, 3, 224, 224);

    let mlp = models::mlp(&[784, 50, 10], &params())?;
    save(folder, "mlp", "A multilayer perceptron", &mlp, (1, 784))?;
    let xor = models::mlp(&[2, 4, 4, 1], &params())?;
    save(folder, "xor", "Two hidden layers of four", &xor, (1, 2))?;
    let lenet1989 = models::lenet1989(&params())?;
    save(
        folder,
        "lenet1989",
        "LeCun et al. 1989",
        &lenet1989,
        (1, 1, 16, 16),
    )?;
    let lenet5 = models::lenet5(&params())?;
    save(folder, "lenet5", "LeNet-5", &lenet5, (1, 1, 32, 32))?;
    let cnn = models::cnn(&params())?;
    save(folder, "cnn", "The small CNN", &cnn, (1, 1, 28, 28))?;
    let alexnet = models::alexnet(1000, &params())?;
    save(folder, "alexnet", "AlexNet, one tower", &alexnet, image)?;
    let alexnet_2012 = models::alexnet_2012(1000, &params())?;
    save(
        folder,
        "alexnet_2012",
        "AlexNet, 2012",
        &alexnet_2012,
        image,
    )?;
    let vgg16 = models::vgg16(1000, &params())?;
    save(folder, "vgg16", "VGG16", &vgg16, image)?;
    let resnet18 = models::resnet18(1000, &params())?;
    save(folder, "resnet18", "ResNet18", &resnet18, image)?;
    let resnet50 = models::resnet50(1000, &params())?;
    save(folder, "resnet50", "ResNet50", &resnet50, image)?;
    let small = models::encoder_decoder(3, &params())?;
    save(
        folder,
        "encoder_decoder",
        "An encoder-decoder",
        &small,
        (1, 3, 64, 64),
    )?;
    let fcn = models::fcn_resnet50(21, &params())?;
    save(folder, "fcn_resnet50", "FCN on ResNet50", &fcn, image)?;

    let x = Tensor::zeros((8, 1, 28, 28), DType::F32, &Device::Cpu)?;
    let targets = Tensor::zeros(8, DType::U32, &Device::Cpu)?;
    let graph = inspect::graph(|| loss::cross_entropy(&cnn.forward(&x, true)?, &targets))?;
    write(folder, "graph_cnn", graph.title("The graph of a loss"))?;
    let perceptron = models::perceptron(2, &params())?;
    let x = Tensor::zeros((4, 2), DType::F32, &Device::Cpu)?;
    let targets = Tensor::zeros(4, DType::U32, &Device::Cpu)?;
    let graph = inspect::graph(|| loss::nll(&perceptron.forward(&x, true)?.log()?, &targets))?;
    write(
        folder,
        "graph_perceptron",
        graph.title("The graph of a perceptron's loss"),
    )?;
    let x = Tensor::zeros((1, 3, 16, 16), DType::F32, &Device::Cpu)?;
    let graph = inspect::graph(|| small.forward(&x, true)?.mean_all())?;
    write(
        folder,
        "graph_skips",
        graph.title("A graph with skip connections"),
    )
}

fn save(
    folder: &Path,
    file: &str,
    title: &str,
    model: &impl Model,
    input_shape: impl Into<Shape>,
) -> Result<()> {
    write(
        folder,
        file,
        inspect::architecture(model, input_shape)?.title(title),
    )
}

fn write(folder: &Path, file: &str, figure: plot::Figure) -> Result<()> {
    for extension in ["svg", "png"] {
        figure.save(folder.join(format!("{file}.{extension}")))?;
    }
    let shown = figure.blocks();
    let svg = shown.contains("image/svg+xml");
    println!(
        "{file:16} {figure:?}: {} bytes, SVG too: {svg}",
        shown.len()
    );
    Ok(())
}
