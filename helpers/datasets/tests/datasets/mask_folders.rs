//! Folders of photographs with masks.

use super::*;
use datasets::MaskFolder;

const COLOURS: [[u8; 3]; 3] = [[0, 0, 0], [128, 128, 128], [255, 0, 0]];

/// A photograph of 3 x 2 pixels and its mask, with these classes row by row.
fn pair(folder: &Path, name: &str, classes: [usize; 6]) {
    let photograph = image::RgbImage::from_fn(3, 2, |x, y| image::Rgb([255, x as u8, y as u8]));
    photograph.save(folder.join(name)).unwrap();
    let stem = name.split('.').next().unwrap();
    mask(folder, stem, (3, 2), |x, y| {
        COLOURS[classes[(3 * y + x) as usize]]
    });
}

fn mask(folder: &Path, stem: &str, size: (u32, u32), colour: impl Fn(u32, u32) -> [u8; 3]) {
    let mask = image::RgbImage::from_fn(size.0, size.1, |x, y| image::Rgb(colour(x, y)));
    mask.save(folder.join(format!("{stem}_mask.png"))).unwrap();
}

/// The first line of what is said; a backtrace may follow.
fn error<T>(result: Result<T>) -> String {
    let text = result.err().expect("it must be refused").to_string();
    text.lines().next().unwrap_or_default().to_string()
}

#[test]
fn photographs_come_with_the_class_of_each_pixel() {
    let folder = tempfile::tempdir().unwrap();
    pair(folder.path(), "b.png", [0, 1, 2, 2, 1, 0]);
    pair(folder.path(), "a.jpeg", [0; 6]);
    std::fs::write(folder.path().join("notes.txt"), "no image").unwrap();
    let set = MaskFolder::new(folder.path(), &COLOURS).unwrap();
    assert_eq!((set.len(), set.names().join(" ")), (2, "a b".to_string()));
    let (x, classes) = set.get(1).unwrap();
    assert_eq!(x.dims(), [3, 2, 3]);
    assert_eq!(classes.to_vec2::<u32>().unwrap(), [[0, 1, 2], [2, 1, 0]]);
    let pixel = x.i((.., 1, 2)).unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(pixel, [1.0, 2.0 / 255.0, 1.0 / 255.0]);
    assert!(error(set.get(2)).contains("there is no item 2: the set has 2 items"));
}

#[test]
fn what_does_not_fit_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let open = || MaskFolder::new(folder.path(), &COLOURS);
    assert!(error(open()).contains("has no .jpg, .jpeg or .png photograph"));
    assert!(
        error(MaskFolder::new(folder.path().join("none"), &COLOURS)).contains("cannot be read")
    );

    pair(folder.path(), "a.png", [0; 6]);
    assert!(error(MaskFolder::new(folder.path(), &[])).contains("got none"));
    let twice = MaskFolder::new(folder.path(), &[[1, 1, 1], [1, 1, 1]]);
    assert!(error(twice).contains("[1, 1, 1] is there twice"));
    let two = MaskFolder::new(folder.path(), &[[9, 9, 9], [8, 8, 8]]).unwrap();
    let text = error(two.get(0));
    assert!(
        text.contains(
            "a_mask.png has the colour [0, 0, 0] at row 0, column 0, which is none of the 2"
        ),
        "{text}"
    );

    mask(folder.path(), "a", (2, 3), |_, _| COLOURS[0]);
    let text = error(open().unwrap().get(0));
    assert!(
        text.contains("a_mask.png is 3 x 2 pixels, but its photograph 2 x 3"),
        "{text}"
    );

    std::fs::write(folder.path().join("a_mask.png"), "no image").unwrap();
    let text = error(open().unwrap().get(0));
    assert!(
        text.contains("a_mask.png cannot be read as an image"),
        "{text}"
    );

    mask(folder.path(), "lonely", (3, 2), |_, _| COLOURS[0]);
    assert!(error(open()).contains("lonely_mask.png is a mask without a photograph"));
    std::fs::remove_file(folder.path().join("lonely_mask.png")).unwrap();

    std::fs::remove_file(folder.path().join("a_mask.png")).unwrap();
    let text = error(open());
    assert!(
        text.contains("a.png has no mask: a_mask.png must lie"),
        "{text}"
    );
}

#[test]
fn the_shipped_photographs_have_sky_and_ground() {
    let photos = datasets::sky_photos().unwrap();
    assert_eq!(photos.names(), ["camera", "rocket"]);
    for (i, expected) in [[true, false, true], [true, true, true]]
        .into_iter()
        .enumerate()
    {
        let classes = photos.get(i).unwrap().1;
        let classes: Vec<u32> = classes.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!([0, 1, 2].map(|class| classes.contains(&class)), expected);
    }
}
