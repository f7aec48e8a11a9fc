//! Draws the networks of the lessons, and prints their summaries:
//! `cargo run -p helpers --example architectures -- folder`.

use std::path::Path;

use helpers::prelude::*;

fn main() -> Result<()> {
    let Some(folder) = std::env::args().nth(1) else {
        candle_bail()?;
        return Ok(());
    };
    let draw = |file: &str, title: &str, model: &dyn Fn(&Parameters) -> Result<plot::Figure>| {
        let figure = model(&Parameters::new(&Device::Cpu))?.title(title);
        for extension in ["svg", "png"] {
            figure.save(Path::new(&folder).join(format!("{file}.{extension}")))?;
        }
        let shown = figure.blocks();
        let both = shown.contains("image/svg+xml");
        println!(
            "{file:16} {figure:?}: {} bytes, SVG too: {both}",
            shown.len()
        );
        Ok::<(), Error>(())
    };
    let image = (1, 3, 224, 224);
    draw("mlp", "A multilayer perceptron", &|p| {
        inspect::architecture(&models::mlp(&[784, 50, 10], p)?, (1, 784))
    })?;
    draw("xor", "Two hidden layers of four", &|p| {
        inspect::architecture(&models::mlp(&[2, 4, 4, 1], p)?, (1, 2))
    })?;
    draw("lenet1989", "LeCun et al. 1989", &|p| {
        inspect::architecture(&models::lenet1989(p)?, (1, 1, 16, 16))
    })?;
    draw("lenet5", "LeNet-5", &|p| {
        inspect::architecture(&models::lenet5(p)?, (1, 1, 32, 32))
    })?;
    draw("cnn", "The small CNN", &|p| {
        inspect::architecture(&models::cnn(p)?, (1, 1, 28, 28))
    })?;
    draw("alexnet", "AlexNet, torchvision's", &|p| {
        inspect::architecture(&models::alexnet(1000, p)?, image)
    })?;
    draw("alexnet_2012", "AlexNet, 2012", &|p| {
        inspect::architecture(&models::alexnet_2012(1000, p)?, image)
    })?;
    draw("vgg16", "VGG16", &|p| {
        inspect::architecture(&models::vgg16(1000, p)?, image)
    })?;
    draw("resnet18", "ResNet18", &|p| {
        inspect::architecture(&models::resnet18(1000, p)?, image)
    })?;
    draw("resnet50", "ResNet50", &|p| {
        inspect::architecture(&models::resnet50(1000, p)?, image)
    })?;
    draw("encoder_decoder", "An encoder-decoder", &|p| {
        inspect::architecture(&models::encoder_decoder(3, p)?, (1, 3, 64, 64))
    })?;
    draw("fcn_resnet50", "FCN on ResNet50", &|p| {
        inspect::architecture(&models::fcn_resnet50(21, p)?, (1, 3, 224, 224))
    })
}

fn candle_bail() -> Result<()> {
    Err(Error::Msg(
        "which folder? cargo run -p helpers --example architectures -- <folder>".to_string(),
    ))
}
