//! Folders of images.

use super::*;

#[test]
fn image_folders_have_their_classes_sorted() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for class in ["dog", "cat/young", ".hidden"] {
        std::fs::create_dir_all(path(class)).unwrap();
    }
    let picture = image::RgbImage::from_fn(3, 2, |x, y| image::Rgb([255, x as u8, y as u8]));
    for name in ["dog/b.png", "dog/a.PNG", "cat/young/c.png", "cat/d.jpeg"] {
        picture.save(path(name)).unwrap();
    }
    std::fs::write(path("dog/notes.txt"), "no image").unwrap();
    let set = datasets::ImageFolder::new(folder.path()).unwrap();
    assert_eq!(set.classes(), ["cat", "dog"]);
    assert_eq!(set.targets(), [0, 0, 1, 1]);
    let (x, target) = set.get(3).unwrap();
    assert_eq!(target.to_scalar::<u32>().unwrap(), 1);
    let expected = (0..2).map(|y| [0, 1, 2].map(|x| [1.0, x as f32 / 255.0, y as f32 / 255.0]));
    let expected: Vec<[[f32; 3]; 3]> = expected.collect();
    let pixels = x.permute((1, 2, 0)).unwrap();
    assert_eq!(pixels.to_vec3::<f32>().unwrap(), expected);
    assert!(
        set.get(4)
            .unwrap_err()
            .to_string()
            .contains("there is no item 4")
    );

    // A picture that is cut off, and one that is none.
    let whole = std::fs::read(path("dog/b.png")).unwrap();
    std::fs::write(path("dog/b.png"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(path("cat/d.jpeg"), "no image").unwrap();
    let error = set.get(3).unwrap_err().to_string();
    assert!(
        error.contains("b.png cannot be read as an image"),
        "{error}"
    );
    let good = set.skip_corrupt().unwrap();
    assert_eq!((good.len(), good.targets()), (2, vec![0, 1]));
    let skipped: Vec<&PathBuf> = good.skipped().iter().map(|(path, _)| path).collect();
    let expected = ["dog/notes.txt", "cat/d.jpeg", "dog/b.png"].map(path);
    assert_eq!(skipped, expected.iter().collect::<Vec<_>>());
    assert!(good.skipped()[2].1.contains("b.png cannot be read as a"));
    assert_eq!(
        format!("{good:?}"),
        "2 images of 2 classes: cat, dog; 3 left out, see skipped()"
    );

    std::fs::create_dir(path("fish")).unwrap();
    let error = datasets::ImageFolder::new(folder.path())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("fish has no .jpg, .jpeg or .png image"),
        "{error}"
    );
    let error = datasets::ImageFolder::new(path("fish"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("must have a folder for each class"),
        "{error}"
    );
    assert!(datasets::ImageFolder::new(path("none")).is_err());
}

#[test]
fn what_is_left_out_is_listed_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for class in ["a", "b"] {
        std::fs::create_dir(path(class)).unwrap();
    }
    for name in [
        "a/1.jpg", "a/2.webp", "a/3.bmp", "a/4.tif", "b/1.png", "c.png",
    ] {
        std::fs::write(path(name), "").unwrap();
    }
    let set = datasets::ImageFolder::new(folder.path()).unwrap();
    assert_eq!(set.targets(), [0, 1]);
    let other = "its name does not end in .jpg, .jpeg or .png";
    let expected = [
        ("a/2.webp", other),
        ("a/3.bmp", other),
        ("a/4.tif", other),
        ("c.png", "it is not in the folder of a class"),
    ];
    let expected = expected.map(|(name, why)| (path(name), why.to_string()));
    assert_eq!(set.skipped(), expected);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(path("photos/a")).unwrap();
    std::fs::create_dir(path("elsewhere")).unwrap();
    std::fs::write(path("photos/a/1.jpg"), "").unwrap();
    std::fs::write(path("elsewhere/2.jpg"), "").unwrap();
    std::os::unix::fs::symlink("..", path("photos/a/up")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", path("photos/b")).unwrap();
    let set = datasets::ImageFolder::new(path("photos")).unwrap();
    assert_eq!(set.targets(), [0, 1]);
    assert_eq!(set.classes(), ["a", "b"]);
    let skipped = (path("photos/a/up"), "it is a link to a folder".to_string());
    assert_eq!(set.skipped(), [skipped]);
}

/// Written by Pillow: the decoder makes a picture of the first of its scans alone.
const PROGRESSIVE: &[u8] = include_bytes!("../fixtures/progressive.jpg");

#[test]
fn a_picture_that_is_cut_anywhere_is_refused_or_whole() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("a")).unwrap();
    let path = folder.path().join("a/1.jpg");
    std::fs::write(&path, "").unwrap();
    let set = datasets::ImageFolder::new(folder.path()).unwrap();
    let got = |content: &[u8]| -> Result<Vec<f32>> {
        std::fs::write(&path, content)?;
        set.get(0)?.0.flatten_all()?.to_vec1()
    };
    let picture = image::RgbImage::from_fn(40, 30, |x, y| {
        image::Rgb([(x * y) as u8, (7 * x) as u8, (11 * y) as u8])
    });
    let encode = |format| {
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        file.into_inner()
    };
    let jpeg = encode(image::ImageFormat::Jpeg);
    // A preview in a segment has an end of its own; what follows the end is ignored, as everywhere.
    let preview = [&jpeg[..2], &[0xff, 0xe1, 0, 4, 0xff, 0xd9], &jpeg[2..]].concat();
    let longer = [&jpeg[..], b"more"].concat();
    assert_eq!(got(&longer).unwrap(), got(&jpeg).unwrap());
    for whole in [&jpeg[..], &preview, PROGRESSIVE] {
        assert!(got(whole).is_ok());
        for cut in 0..whole.len() {
            assert!(got(&whole[..cut]).is_err(), "cut at {cut}");
        }
        let error = got(&whole[..whole.len() * 6 / 10]).unwrap_err().to_string();
        assert!(
            error.contains("1.jpg cannot be read as an image: it is cut off"),
            "{error}"
        );
    }
    let skipped = set.clone().skip_corrupt().unwrap();
    assert_eq!((skipped.len(), skipped.skipped().len()), (0, 1));
    // Of a PNG the last bytes say nothing of the picture.
    let png = encode(image::ImageFormat::Png);
    let whole = got(&png).unwrap();
    let mut refused = 0;
    for cut in 0..png.len() {
        match got(&png[..cut]) {
            Ok(values) => assert_eq!(values, whole, "cut at {cut}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > png.len() - 40, "{refused} of {}", png.len());
}
