//! Photographs in folders, a folder for each class.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{Device, Result, Tensor, bail};
use image::ImageReader;

use super::Download;
use super::cat::to_tensor;
use crate::data::Dataset;
use crate::notebook::stoppable;

/// JPEG and PNG pictures below one folder per class, as torchvision's `ImageFolder`: the folders,
/// sorted, are the classes 0, 1, ...; an item is a picture (3, H, W), f32 from 0 to 1, and its class,
/// a u32. Pictures are read when they are asked for.
///
/// ```no_run
/// use helpers::prelude::*;
/// let photos = datasets::ImageFolder::new("photos")?; // photos/cat/1.jpg, photos/dog/a.png, ...
/// println!("{:?}: {} pictures", photos.classes(), photos.len());
/// let (picture, class) = photos.get(0)?;
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImageFolder {
    classes: Vec<String>,
    items: Vec<(PathBuf, u32)>,
    skipped: Vec<PathBuf>,
}

impl ImageFolder {
    /// Lists the pictures; none is read yet.
    ///
    /// # Errors
    /// A folder that cannot be read, has no class, or has a class without a picture.
    pub fn new(folder: impl AsRef<Path>) -> Result<ImageFolder> {
        let folder = folder.as_ref();
        let (mut classes, mut items) = (Vec::new(), Vec::new());
        for class in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
            let before = items.len();
            pictures(&class, classes.len() as u32, &mut items)?;
            if items.len() == before {
                bail!("{} has no .jpg, .jpeg or .png picture", class.display());
            }
            let name = class.file_name().unwrap_or_default();
            classes.push(name.to_string_lossy().into_owned());
        }
        if classes.is_empty() {
            bail!(
                "{} must have a folder for each class, it has none",
                folder.display()
            );
        }
        let skipped = Vec::new();
        Ok(ImageFolder {
            classes,
            items,
            skipped,
        })
    }

    /// The same without the pictures that cannot be read, which [`skipped`](Self::skipped) lists. Reads them all.
    ///
    /// # Errors
    /// Stop was pressed in the notebook.
    pub fn skip_corrupt(mut self) -> Result<ImageFolder> {
        for item in stoppable(std::mem::take(&mut self.items)) {
            let (path, class) = item?;
            match read(&path) {
                Ok(_) => self.items.push((path, class)),
                Err(_) => self.skipped.push(path),
            }
        }
        Ok(self)
    }

    /// The classes' names: class k is called `classes()[k]`.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Each item's class, without reading any picture: for a sampler's weights.
    pub fn targets(&self) -> Vec<u32> {
        self.items.iter().map(|(_, class)| *class).collect()
    }

    /// The pictures that [`skip_corrupt`](Self::skip_corrupt) left out.
    pub fn skipped(&self) -> &[PathBuf] {
        &self.skipped
    }
}

impl Dataset for ImageFolder {
    fn len(&self) -> usize {
        self.items.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let Some((path, class)) = self.items.get(index) else {
            bail!(
                "there is no item {index}: the set has {} items, counted from 0",
                self.len()
            );
        };
        Ok((read(path)?, Tensor::new(*class, &Device::Cpu)?))
    }
}

fn read(path: &Path) -> Result<Tensor> {
    let decoded = ImageReader::open(path)
        .and_then(ImageReader::with_guessed_format)
        .map_err(image::ImageError::from)
        .and_then(ImageReader::decode);
    match decoded {
        Ok(image) => to_tensor(image.into_rgb8()),
        Err(error) => bail!("{} cannot be read as a picture: {error}", path.display()),
    }
}

/// All pictures in `folder` and below, sorted.
fn pictures(folder: &Path, class: u32, items: &mut Vec<(PathBuf, u32)>) -> Result<()> {
    for path in stoppable(entries(folder)?) {
        let path = path?;
        if path.is_dir() {
            pictures(&path, class, items)?;
            continue;
        }
        let ending = path.extension().and_then(OsStr::to_str).unwrap_or("");
        if ["jpg", "jpeg", "png"].contains(&ending.to_lowercase().as_str()) {
            items.push((path, class));
        }
    }
    Ok(())
}

/// What is in a folder, sorted, hidden entries apart.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot =
        |error| candle_core::Error::msg(format!("{} cannot be read: {error}", folder.display()));
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// Photographs of ants (class 0) and bees (class 1): 244 for training or 153 for validation, of many
/// sizes.
///
/// Downloads 47 MB to `hymenoptera/` in [`downloads_dir`](super::downloads_dir) the first time. From
/// S. Chilamkurthy's PyTorch tutorial on transfer learning; a small part of ImageNet.
///
/// # Errors
/// Those of [`Download::unpacked`] and [`ImageFolder::new`].
pub fn hymenoptera(train: bool) -> Result<ImageFolder> {
    let folder = Download::new("hymenoptera/hymenoptera_data.zip")
        .mirror("https://download.pytorch.org/tutorial/hymenoptera_data.zip")
        .limit(100_000_000)
        .unpacked("hymenoptera_data")?;
    ImageFolder::new(folder.join(if train { "train" } else { "val" }))
}
