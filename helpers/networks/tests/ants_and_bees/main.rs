//! The practical of the last notebook from end to end: a ResNet18 as torchvision saves it, photographs in
//! folders, a new head, a learning rate that decays, and the best weights at the end.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod torch_file;

use std::path::Path;

use helpers::prelude::*;
use image::{Rgb, RgbImage};
use torch_file::Form;

/// A ResNet18 with made values, and its state dict under torchvision's names.
fn made() -> Result<(Parameters, Vec<(String, Tensor)>)> {
    manual_seed(1);
    let params = Parameters::new(&Device::Cpu);
    models::resnet18(1000, &params)?;
    for buffer in params.buffers() {
        if buffer.name().ends_with("running_mean") {
            let dims = buffer.tensor().dims().to_vec();
            buffer.set(&random::normal(0.0, 0.1, dims, &Device::Cpu)?)?;
        }
    }
    let parameters = params.all().into_iter();
    let parameters = parameters.map(|p| (p.name().to_string(), p.tensor().detach()));
    let buffers = params.buffers().into_iter();
    let buffers = buffers.map(|b| (b.name().to_string(), b.tensor()));
    let tensors = parameters.chain(buffers).collect();
    Ok((params, tensors))
}

/// The greatest difference between two models' values, relative to the greatest value.
fn difference(a: &Parameters, b: &Parameters) -> Result<f32> {
    let mut most = 0f32;
    let all = |p: &Parameters| -> Vec<Tensor> {
        let parameters = p.all().into_iter().map(|p| p.tensor().detach());
        let buffers = p.buffers().into_iter().map(|b| b.tensor());
        parameters.chain(buffers).collect()
    };
    for (a, b) in all(a).iter().zip(all(b)) {
        if a.rank() == 0 {
            continue; // the number of batches
        }
        let off = (a - b)?.abs()?.flatten_all()?.max(0)?.to_scalar::<f32>()?;
        let size = a.abs()?.flatten_all()?.max(0)?.to_scalar::<f32>()?;
        most = most.max(off / size.max(1e-6));
    }
    Ok(most)
}

#[test]
fn a_whole_resnet18_is_read_in_every_form() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("resnet18.pth");
    let (source, tensors) = made()?;
    assert_eq!(tensors.len(), 122); // as torchvision's, num_batches_tracked included
    let forms = [
        Form::default(),
        Form {
            channels_last: true,
            prefix: "module.",
            ..Form::default()
        },
        Form {
            half: true,
            channels_last: true,
            prefix: "module.",
        },
    ];
    for form in forms {
        torch_file::save(&path, &tensors, form)?;
        let params = Parameters::new(&Device::Cpu);
        models::resnet18(1000, &params)?;
        params.load_torch(&path)?;
        let most = difference(&source, &params)?;
        // f16 has 11 bits.
        assert!(most <= if form.half { 1.0 / 2048.0 } else { 0.0 }, "{most}");

        let params = Parameters::new(&Device::Cpu);
        models::resnet18(2, &params)?;
        let left = params.load_partial(&path)?;
        let differ = [
            "fc.weight is (1000, 512), not (2, 512)",
            "fc.bias is (1000), not (2)",
        ];
        assert_eq!(left.mismatched_keys, differ);
        assert!(left.missing_keys.is_empty() && left.unexpected_keys.is_empty());
    }
    // Files of before the number of batches was kept lack it.
    let older: Vec<(String, Tensor)> = tensors
        .into_iter()
        .filter(|(name, _)| !name.ends_with("num_batches_tracked"))
        .collect();
    torch_file::save(&path, &older, Form::default())?;
    let params = Parameters::new(&Device::Cpu);
    models::resnet18(1000, &params)?;
    params.load_torch(&path)?;
    assert_eq!(difference(&source, &params)?, 0.0);
    Ok(())
}

/// Pictures of 40 x 48 pixels, reddish ants and yellowish bees, in folders as the download has them.
fn photographs(folder: &Path) {
    let mut noise = 1u32;
    for (part, count) in [("train", 8), ("val", 6)] {
        for (class, colour) in [("ants", [120, 40, 30]), ("bees", [150, 140, 40])] {
            let place = folder.join(part).join(class);
            std::fs::create_dir_all(&place).unwrap();
            for i in 0..count {
                let pixel = |_, _| {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    Rgb(colour.map(|c: u8| c.saturating_add((noise >> 24) as u8 / 3)))
                };
                let picture = RgbImage::from_fn(48, 40, pixel);
                let ending = if i % 2 == 0 { "jpg" } else { "png" };
                picture.save(place.join(format!("{i}.{ending}"))).unwrap();
            }
        }
    }
}

/// A network whose features stay in evaluation mode.
#[derive(Clone)]
struct Evaluated(models::ResNet);

impl Model for Evaluated {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        self.0.forward(x, false)
    }
}

#[test]
fn the_practical_runs_from_files_to_the_best_weights() -> Result<()> {
    let folder = tempfile::tempdir()?;
    photographs(folder.path());
    let weights = folder.path().join("resnet18.pth");
    torch_file::save(&weights, &made()?.1, Form::default())?;

    manual_seed(2);
    let set = |part: &str| datasets::ImageFolder::new(folder.path().join(part));
    let ready = || -> Result<transforms::Compose> {
        let (mean, std) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
        Ok(transforms::Compose::new()
            .add(transforms::RandomResizedCrop::new(32, 32)?)
            .add(transforms::RandomHorizontalFlip::new(0.5)?)
            .add(transforms::Normalize::new(&mean, &std)?))
    };
    assert_eq!(set("train")?.classes(), ["ants", "bees"]);
    let train = DataLoader::new(set("train")?.map(ready()?), 4)?.shuffle(true);
    let valid = DataLoader::new(set("val")?.map(ready()?), 4)?;

    let params = Parameters::new(&Device::Cpu);
    let model = models::resnet18(2, &params)?;
    params.load_partial(&weights)?;
    params.freeze("")?;
    params.unfreeze("fc")?;
    let before: Vec<Tensor> = params.buffers().iter().map(|b| b.tensor()).collect();
    let sgd = optim::Sgd::new(&params, 0.001)?.momentum(0.9)?;
    let history = Training::new(&params, sgd, loss::cross_entropy)
        .schedule(optim::StepLr::new(0.001, 2, 0.1)?)
        .validation(&valid)
        .metric("accuracy", metrics::accuracy)
        .restore_best()
        .quiet()
        .fit(&Evaluated(model.clone()), &train, 5)?;

    let rates: Vec<f64> = history.epochs().iter().map(|epoch| epoch.lr).collect();
    for (rate, right) in rates.iter().zip([1e-3, 1e-3, 1e-4, 1e-4, 1e-5]) {
        assert!((rate - right).abs() < 1e-12, "{rates:?}");
    }
    // Nothing but the head has moved, the running statistics included.
    for (buffer, before) in params.buffers().iter().zip(before) {
        let (now, before) = (
            buffer.tensor().to_dtype(DType::F64)?,
            before.to_dtype(DType::F64)?,
        );
        let off = (now - before)?.abs()?.sum_all()?.to_scalar::<f64>()?;
        assert_eq!(off, 0.0, "{}", buffer.name());
    }
    let source = Parameters::new(&Device::Cpu);
    models::resnet18(1000, &source)?;
    source.load_torch(&weights)?;
    let conv = |p: &Parameters| {
        p.get("layer4.1.conv2.weight")?
            .tensor()
            .flatten_all()?
            .to_vec1::<f32>()
    };
    assert_eq!(conv(&params)?, conv(&source)?);
    assert_eq!(model.fc.weight.var().dims(), [2, 512]);
    Ok(())
}
