//! Photographs with a mask each: the class of every pixel, as a colour.

use std::path::{Path, PathBuf};

use candle_core::{Device, Result, Tensor, bail};
use image::RgbImage;

use super::image_file::{read_image, read_rgb};
use super::image_folder::entries;
use networks::data::Dataset;

const MASK: &str = "_mask.png";

/// Photographs in a folder with the class of each pixel: beside `name.jpg` (or `.jpeg`, `.png`) lies
/// `name_mask.png`, of the same size, in which each class has a colour or a grey. An item is a picture
/// (3, H, W), f32 from 0 to 1, and its classes (H, W), u32. Files are read when they are asked for.
///
/// ```no_run
/// use helpers::prelude::*;
/// // Class 0 is black in the masks, class 1 white.
/// let photos = datasets::MaskFolder::new("photos", &[[0, 0, 0], [255, 255, 255]])?;
/// let (picture, classes) = photos.get(0)?;
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MaskFolder {
    names: Vec<String>,
    /// The photograph and its mask.
    pairs: Vec<(PathBuf, PathBuf)>,
    colours: Vec<[u8; 3]>,
}

impl MaskFolder {
    /// Lists the pairs, sorted by name; none is read yet. `colours[k]` (red, green, blue) is class k's
    /// in the masks.
    ///
    /// # Errors
    /// A folder that cannot be read or has no photograph, a photograph without a mask or a mask
    /// without a photograph, no colour, a colour twice.
    pub fn new(folder: impl AsRef<Path>, colours: &[[u8; 3]]) -> Result<MaskFolder> {
        let folder = folder.as_ref();
        if colours.is_empty() {
            bail!("mask folder: at least one class needs a colour, got none");
        }
        if let Some(twice) = (1..colours.len()).find(|&k| colours[..k].contains(&colours[k])) {
            let colour = colours[twice];
            bail!("mask folder: each class needs its own colour, {colour:?} is there twice");
        }
        let (mut names, mut pairs, mut masks) = (Vec::new(), Vec::new(), Vec::new());
        for path in entries(folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let lower = name.to_lowercase();
            if lower.ends_with(MASK) {
                masks.push(path);
            } else if [".jpg", ".jpeg", ".png"].iter().any(|e| lower.ends_with(e)) {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                let mask = folder.join(format!("{stem}{MASK}"));
                if !mask.is_file() {
                    bail!(
                        "{} has no mask: {stem}{MASK} must lie beside it",
                        path.display()
                    );
                }
                names.push(stem.into_owned());
                pairs.push((path, mask));
            }
        }
        if pairs.is_empty() {
            bail!("{} has no .jpg, .jpeg or .png photograph", folder.display());
        }
        if let Some(alone) = masks.iter().find(|m| !pairs.iter().any(|(_, of)| of == *m)) {
            bail!("{} is a mask without a photograph", alone.display());
        }
        Ok(MaskFolder {
            names,
            pairs,
            colours: colours.to_vec(),
        })
    }

    /// The photographs' names without their endings, in the order of the items.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

impl Dataset for MaskFolder {
    fn len(&self) -> usize {
        self.pairs.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let Some((photograph, path)) = self.pairs.get(index) else {
            bail!(
                "there is no item {index}: the set has {} items, counted from 0",
                self.len()
            );
        };
        let (picture, mask) = (read_image(photograph)?, read_rgb(path)?);
        let (height, width) = (picture.dim(1)?, picture.dim(2)?);
        let size = (mask.height() as usize, mask.width() as usize);
        if size != (height, width) {
            bail!(
                "{} is {} x {} pixels, but its photograph {height} x {width} (height x width)",
                path.display(),
                size.0,
                size.1
            );
        }
        let classes = self.classes(&mask, path)?;
        let classes = Tensor::from_vec(classes, size, &Device::Cpu)?;
        Ok((picture, classes))
    }
}

impl MaskFolder {
    /// The class of each pixel, row by row.
    fn classes(&self, mask: &RgbImage, path: &Path) -> Result<Vec<u32>> {
        let mut classes = Vec::with_capacity(mask.as_raw().len() / 3);
        for (column, row, pixel) in mask.enumerate_pixels() {
            let Some(class) = self.colours.iter().position(|colour| *colour == pixel.0) else {
                bail!(
                    "{} has the colour {:?} at row {row}, column {column}, which is none of the {} classes'",
                    path.display(),
                    pixel.0,
                    self.colours.len()
                );
            };
            classes.push(class as u32);
        }
        Ok(classes)
    }
}

/// Two photographs with sky, and the class of each pixel as in [`skies`](super::skies): 0 sky, 1 cloud,
/// 2 everything else. "camera" (512 x 512, grey) and "rocket" (427 x 640) ship with the course; their
/// masks were drawn by hand.
///
/// ```
/// use helpers::prelude::*;
/// let photos = datasets::sky_photos()?;
/// assert_eq!(photos.names(), ["camera", "rocket"]);
/// let (picture, classes) = photos.get(1)?;
/// assert_eq!((picture.dims(), classes.dims()), (&[3, 427, 640][..], &[427, 640][..]));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Those of [`MaskFolder::new`]: the folder `datasets/sky_photos` of the checkout is not whole.
pub fn sky_photos() -> Result<MaskFolder> {
    // This crate lies in `helpers/datasets` of the checkout.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/sky_photos");
    MaskFolder::new(folder, &[[0, 114, 178], [213, 94, 0], [0, 158, 115]])
}
