//! Zip archives, unpacked whole or not at all.

use super::*;

/// A zip archive of these files: name, content; a content of "->x" is a link to x.
fn zip(path: &Path, files: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in files {
        match content.strip_prefix(b"->") {
            Some(target) => {
                let target = std::str::from_utf8(target).unwrap();
                zip.add_symlink(*name, target, options).unwrap();
            }
            None => {
                zip.start_file(*name, options).unwrap();
                zip.write_all(content).unwrap();
            }
        }
    }
    zip.finish().unwrap();
}

fn unpacked(folder: &TempDir, files: &[(&str, &[u8])], limit: u64) -> Result<PathBuf> {
    fs::create_dir_all(folder.path().join("set")).unwrap();
    let path = folder.path().join("set/photos.zip");
    zip(&path, files);
    Download::new(path).limit(limit).unpacked("photos")
}

#[test]
fn archives_are_unpacked_whole() {
    let folder = folder();
    let files: [(&str, &[u8]); 2] = [("photos/a/1.txt", b"one"), ("photos/b/2.txt", b"two")];
    let path = unpacked(&folder, &files, 1000).unwrap();
    assert_eq!(path, folder.path().join("set/photos"));
    assert_eq!(fs::read(path.join("b/2.txt")).unwrap(), b"two");
    assert_eq!(
        names(&folder),
        ["photos", "photos.zip", "photos.zip.sha256"]
    );
    // The folder is enough from then on.
    fs::remove_file(folder.path().join("set/photos.zip")).unwrap();
    let again = Download::new(folder.path().join("set/photos.zip"));
    assert_eq!(again.unpacked("photos").unwrap(), path);
}

#[test]
fn archives_that_reach_outside_or_burst_are_refused() {
    let bomb = vec![0; 100_000];
    type Files<'a> = &'a [(&'a str, &'a [u8])];
    let cases: [(Files, &str); 5] = [
        (
            &[("photos/a", b"fine"), ("../evil", b"x")],
            "outside the folder",
        ),
        (&[("photos/../../evil", b"x")], "outside the folder"),
        (
            &[("photos/link", b"->/etc"), ("photos/link/evil", b"x")],
            "is a link",
        ),
        (&[("photos/bomb", &bomb)], "more than 4000 bytes"),
        (&[("pictures/a", b"fine")], "it has no folder photos"),
    ];
    for (files, reason) in cases {
        let folder = folder();
        let error = error(unpacked(&folder, files, 1000));
        assert!(
            error.contains(reason) && error.contains("photos.zip"),
            "{error}"
        );
        assert_eq!(names(&folder), ["photos.zip", "photos.zip.sha256"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
    let folder = folder();
    fs::create_dir(folder.path().join("set")).unwrap();
    let path = folder.path().join("set/photos.zip");
    fs::write(&path, b"no archive").unwrap();
    let error = error(Download::new(path).unpacked("photos"));
    assert!(error.contains("photos.zip cannot be unpacked"), "{error}");
}
