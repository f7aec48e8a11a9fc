//! Networks that others have trained on ImageNet.

use std::path::PathBuf;

use candle_core::{Result, bail};

use super::Download;

/// torchvision's files; a name ends in the first digits of its SHA-256.
const FILES: [(&str, &str); 6] = [
    ("resnet18", "resnet18-f37072fd"),
    ("resnet34", "resnet34-b627a593"),
    ("resnet50", "resnet50-0676ba61"),
    ("vgg11", "vgg11-8a719046"),
    ("vgg16", "vgg16-397923af"),
    ("alexnet", "alexnet-owt-7be5be79"),
];

/// The path of torchvision's ImageNet weights of `resnet18`, `resnet34`, `resnet50`, `vgg11`, `vgg16`
/// or `alexnet`, for [`Parameters::load_torch`](networks::nn::Parameters::load_torch).
///
/// Downloads them to `weights/` in [`downloads_dir`](super::downloads_dir) the first time: from 47 MB
/// (`resnet18`) to 553 MB (`vgg16`).
///
/// # Errors
/// Another name, and those of [`Download::get`].
pub fn weights(name: &str) -> Result<PathBuf> {
    let Some((_, file)) = FILES.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = FILES.iter().map(|(known, _)| *known).collect();
        bail!("weights: there are {}, got {name:?}", known.join(", "));
    };
    let checksum = file.rsplit('-').next().unwrap_or("");
    Download::new(format!("weights/{file}.pth"))
        .mirror(format!("https://download.pytorch.org/models/{file}.pth"))
        .checksum(checksum)
        .get()
}
