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
    std::fs::write(path("dog/notes.txt"), "no picture").unwrap();
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
    std::fs::write(path("cat/d.jpeg"), "no picture").unwrap();
    let error = set.get(3).unwrap_err().to_string();
    assert!(
        error.contains("b.png cannot be read as a picture"),
        "{error}"
    );
    let good = set.skip_corrupt().unwrap();
    assert_eq!((good.len(), good.targets()), (2, vec![0, 1]));
    assert_eq!(good.skipped(), [path("cat/d.jpeg"), path("dog/b.png")]);

    std::fs::create_dir(path("fish")).unwrap();
    let error = datasets::ImageFolder::new(folder.path())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("fish has no .jpg, .jpeg or .png picture"),
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
