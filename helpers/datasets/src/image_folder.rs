//! Photographs in folders, a folder for each class.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use candle_core::{Device, Result, Tensor, bail};

use super::Download;
use super::image_file::read_image;
use candle_functional::errors::first_line;
use candle_functional::stop::stoppable;
use networks::data::Dataset;

/// JPEG and PNG pictures below one folder per class, as torchvision's `ImageFolder`: the folders,
/// sorted, are the classes 0, 1, ...; an item is a picture (3, H, W), f32 from 0 to 1, and its class,
/// a u32. Pictures are read when they are asked for.
///
/// A link to a folder is followed where it stands for a class, not below: it could lead back.
///
/// ```no_run
/// use helpers::prelude::*;
/// let photos = datasets::ImageFolder::new("photos")?; // photos/cat/1.jpg, photos/dog/a.png, ...
/// println!("{photos:?}"); // 20 pictures of 2 classes: cat, dog
/// let (picture, class) = photos.get(0)?;
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct ImageFolder {
    classes: Vec<String>,
    items: Vec<(PathBuf, u32)>,
    skipped: Vec<(PathBuf, String)>,
}

impl ImageFolder {
    /// Lists the pictures; none is read yet.
    ///
    /// # Errors
    /// A folder that cannot be read, has no class, or has a class without a picture.
    pub fn new(folder: impl AsRef<Path>) -> Result<ImageFolder> {
        let folder = folder.as_ref();
        let mut set = ImageFolder::default();
        for class in entries(folder)? {
            if !class.is_dir() {
                set.skip(class, "it is not in the folder of a class");
                continue;
            }
            let before = set.len();
            set.add(&class)?;
            if set.len() == before {
                bail!("{} has no .jpg, .jpeg or .png image", class.display());
            }
            let name = class.file_name().unwrap_or_default();
            set.classes.push(name.to_string_lossy().into_owned());
        }
        if set.classes.is_empty() {
            bail!(
                "{} must have a folder for each class, it has none",
                folder.display()
            );
        }
        Ok(set)
    }

    /// Adds all pictures in `folder` and below, sorted, to the class that comes next.
    fn add(&mut self, folder: &Path) -> Result<()> {
        for path in stoppable(entries(folder)?) {
            let path = path?;
            let ending = path.extension().and_then(OsStr::to_str).unwrap_or("");
            if path.is_dir() {
                match path.is_symlink() {
                    true => self.skip(path, "it is a link to a folder"),
                    false => self.add(&path)?,
                }
            } else if ["jpg", "jpeg", "png"].contains(&ending.to_lowercase().as_str()) {
                self.items.push((path, self.classes.len() as u32));
            } else {
                self.skip(path, "its name does not end in .jpg, .jpeg or .png");
            }
        }
        Ok(())
    }

    fn skip(&mut self, path: PathBuf, why: impl Into<String>) {
        self.skipped.push((path, why.into()));
    }

    /// The same without the pictures that cannot be read, which [`skipped`](Self::skipped) lists. Reads them all.
    ///
    /// # Errors
    /// Stop was pressed in the notebook.
    pub fn skip_corrupt(mut self) -> Result<ImageFolder> {
        for item in stoppable(std::mem::take(&mut self.items)) {
            let (path, class) = item?;
            match read_image(&path) {
                Ok(_) => self.items.push((path, class)),
                Err(error) => self.skip(path, first_line(&error)),
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

    /// What was left out, and why: what is no JPEG or PNG picture by its name, and what
    /// [`skip_corrupt`](Self::skip_corrupt) could not read. Hidden files are not listed.
    pub fn skipped(&self) -> &[(PathBuf, String)] {
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
        Ok((read_image(path)?, Tensor::new(*class, &Device::Cpu)?))
    }
}

/// What is in a folder, sorted, hidden entries apart.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
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

impl fmt::Debug for ImageFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 10;
        let (n, classes) = (self.len(), self.classes.len());
        let names = self.classes[..classes.min(SHOWN)].join(", ");
        let more = if classes > SHOWN { ", ..." } else { "" };
        write!(f, "{n} images of {classes} classes: {names}{more}")?;
        match self.skipped.len() {
            0 => Ok(()),
            n => write!(f, "; {n} left out, see skipped()"),
        }
    }
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
