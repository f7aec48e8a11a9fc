//! Data sets, loaders, transforms, and files.

use helpers::prelude::*;

struct Data;

impl Dataset for Data {
    fn len(&self) -> usize {
        100
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let x = Tensor::full(index as f32, 2, &Device::Cpu)?;
        Ok((x, Tensor::new(0u32, &Device::Cpu)?))
    }
}

/// Three images and their targets.
fn small() -> Result<TensorDataset> {
    let x = random::uniform(0.0, 1.0, (3, 1, 28, 28), &Device::Cpu)?;
    let targets = Tensor::new(&[0u32, 1, 1], &Device::Cpu)?;
    TensorDataset::new(x, targets)
}

/// A loop as the table writes it, in one line.
#[rustfmt::skip]
#[allow(unused_variables)]
fn each_batch(loader: DataLoader) -> Result<()> {
    for batch in &loader { let (x, targets) = batch?; }
    Ok(())
}

#[test]
fn sets_and_loaders() -> Result<()> {
    let data = small()?;
    let (x, targets) = (data.inputs().clone(), data.targets().clone());
    assert_eq!(TensorDataset::new(x, targets)?.len(), 3);
    let (train, _) = data.random_split(0.8)?;
    assert_eq!((train.len(), data.subset(&[0, 2])?.len()), (2, 2));
    let data = Data;
    let loader = DataLoader::new(data, 10)?.shuffle(true);
    assert_eq!(loader.len(), 10);
    for batch in &loader {
        let (x, targets) = batch?;
        assert_eq!((x.dims(), targets.dims()), (&[10, 2][..], &[10][..]));
    }
    each_batch(loader)?;
    let data = Data;
    let loader = DataLoader::new(data, 10)?.drop_last(true).num_workers(2);
    assert_eq!(loader.len(), 10);
    let (data, weights) = (Data, vec![1.0; 100]);
    let loader =
        DataLoader::new(data, 10)?.sampler(WeightedRandomSampler::new(&weights, 100, true)?)?;
    assert_eq!(loader.len(), 10);
    Ok(())
}

#[test]
fn changed_images() -> Result<()> {
    let data = small()?;
    let image = data.inputs().get(0)?;
    let moved =
        data.map(transforms::Compose::new().add(transforms::RandomCrop::new(28, 28)?.padding(2)?));
    assert_eq!(moved.get(0)?.0.dims(), [1, 28, 28]);
    let same = [
        transforms::RandomAffine::new(10.0)?
            .translate(0.1, 0.1)?
            .apply(&image)?,
        transforms::RandomHorizontalFlip::new(0.5)?.apply(&image)?,
        transforms::Normalize::new(&[0.5], &[0.25])?.apply(&image)?,
    ];
    assert!(same.iter().all(|y| y.dims() == image.dims()));
    let photo = random::uniform(0.0, 1.0, (3, 300, 400), &Device::Cpu)?;
    let smaller = transforms::Resize::shorter_side(256)?.apply(&photo)?;
    let crops = [
        transforms::CenterCrop::new(224, 224)?.apply(&smaller)?,
        transforms::RandomResizedCrop::new(224, 224)?.apply(&photo)?,
    ];
    assert!(crops.iter().all(|y| y.dims() == [3, 224, 224]));
    assert_eq!(datasets::mnist_10k()?.len(), 10_000);
    Ok(())
}

/// What needs files or a connection is compiled, not run.
#[allow(dead_code)]
fn brought_from_elsewhere(params: &Parameters) -> Result<()> {
    datasets::ImageFolder::new("photos")?;
    datasets::mnist(false)?;
    params.load_torch("resnet18.pth")?;
    params.load_partial("resnet18.pth")?;
    params.load_torch(datasets::weights("resnet18")?)?;
    params.save("net.safetensors")?;
    params.load("net.safetensors")?;
    params.at("features").load("features.safetensors")?;
    Ok(())
}
