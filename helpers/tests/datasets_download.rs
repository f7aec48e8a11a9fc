#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use common::server::{Server, respond, serve};
use datasets::Download;
use helpers::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

fn content() -> Vec<u8> {
    (0..300_000u32)
        .map(|i| (i.wrapping_mul(i) % 251) as u8)
        .collect()
}

fn sha256(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A download of `content()` to `set/file.gz` in this folder.
fn download(folder: &TempDir, servers: &[&Server]) -> Download {
    let download = Download::new(folder.path().join("set/file.gz"));
    let download = download
        .checksum(&sha256(&content()))
        .patience(Duration::from_millis(500));
    let urls = servers
        .iter()
        .map(|server| format!("{}/file.gz", server.url));
    urls.fold(download, Download::mirror)
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn error(result: Result<PathBuf>) -> String {
    result.unwrap_err().to_string()
}

/// What lies in the folder of the set, the lock apart.
fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path().join("set")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != ".lock").collect();
    names.sort();
    names
}

fn assert_done(result: Result<PathBuf>, folder: &TempDir) {
    assert_eq!(fs::read(result.unwrap()).unwrap(), content());
    assert_eq!(names(folder), ["file.gz"]);
}

#[test]
fn a_file_is_fetched_once_and_checked() {
    let (folder, server) = (folder(), Server::of(&content()));
    assert_done(download(&folder, &[&server]).get(), &folder);
    assert_done(download(&folder, &[&server]).get(), &folder);
    let first_digits = download(&folder, &[]).checksum(&sha256(&content())[..8].to_uppercase());
    assert_done(first_digits.get(), &folder);
    assert_eq!(server.requests().len(), 1);
    // `md5sum` of content().
    let md5 = download(&folder, &[]).checksum("2f0a0bdd328fbeb13011692f91b47b8d");
    assert_done(md5.get(), &folder);
    let wrong = download(&folder, &[]).checksum("00000000000000000000000000000000");
    assert!(error(wrong.get()).contains("its MD5 is 2f0a0b"));
}

#[test]
fn a_transfer_that_breaks_off_goes_on_where_it_stopped() {
    let (folder, file) = (folder(), content());
    let server = Server::start(move |request, _, stream| {
        let from = request.from.unwrap_or(0);
        let end = file.len().min(from + 100_000);
        let range = format!(
            "Content-Range: bytes {from}-{}/{}",
            file.len() - 1,
            file.len()
        );
        let status = if request.from.is_some() {
            "206 Partial Content"
        } else {
            "200 OK"
        };
        respond(
            stream,
            status,
            &[&range],
            file.len() - from,
            &file[from..end],
        );
    });
    assert_done(download(&folder, &[&server]).get(), &folder);
    let from: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.from)
        .collect();
    assert_eq!(from, [None, Some(100_000), Some(200_000)]);
}

#[test]
fn a_server_that_knows_no_ranges_sends_everything_again() {
    let (folder, file) = (folder(), content());
    let server = Server::start(move |_, before, stream| {
        let end = if before == 0 { 1000 } else { file.len() };
        respond(stream, "200 OK", &[], file.len(), &file[..end]);
    });
    assert_done(download(&folder, &[&server]).get(), &folder);
    assert_eq!(server.requests()[1].from, Some(1000));
}

#[test]
fn a_range_that_is_wrong_or_refused_is_not_appended() {
    for status in ["206 Partial Content", "416 Range Not Satisfiable"] {
        let (folder, file) = (folder(), content());
        let server = Server::start(
            move |request, before, stream| match (before, request.from) {
                (0, _) => respond(stream, "200 OK", &[], file.len(), &file[..1000]),
                (_, None) => serve(request, &file, stream),
                _ => respond(
                    stream,
                    status,
                    &["Content-Range: bytes 0-9/10"],
                    10,
                    &file[..10],
                ),
            },
        );
        assert_done(download(&folder, &[&server]).get(), &folder);
        assert_eq!(server.requests().len(), 3);
    }
}

#[test]
fn the_rest_of_another_file_is_thrown_away() {
    let (folder, server) = (folder(), Server::of(&content()));
    fs::create_dir(folder.path().join("set")).unwrap();
    for leftover in [vec![7; 5000], content(), vec![7; 500_000]] {
        fs::write(folder.path().join("set/file.gz.part"), leftover).unwrap();
        let _ = fs::remove_file(folder.path().join("set/file.gz"));
        assert_done(download(&folder, &[&server]).get(), &folder);
    }
}

#[test]
fn the_next_mirror_is_asked_when_one_has_nothing_or_something_else() {
    let folder = folder();
    let failing = |status: &'static str| {
        Server::start(move |_, _, stream| respond(stream, status, &[], 2, b"no"))
    };
    let (lost, broken) = (
        failing("404 Not Found"),
        failing("500 Internal Server Error"),
    );
    let mut file = content();
    file[1234] ^= 1;
    let (corrupt, good) = (Server::of(&file), Server::of(&content()));
    let servers = [&lost, &broken, &corrupt, &good];
    assert_done(download(&folder, &servers).get(), &folder);
    assert_eq!(servers.map(|server| server.requests().len()), [1; 4]);
}

#[test]
fn when_nothing_helps_the_error_says_what_to_do() {
    let folder = folder();
    let lost = Server::start(|_, _, stream| respond(stream, "404 Not Found", &[], 0, b""));
    let corrupt = Server::of(b"<html>please log in</html>");
    // A port that nobody listens to.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let nobody = format!("http://{nobody}/file.gz");
    let error = error(download(&folder, &[&lost, &corrupt]).mirror(&nobody).get());
    let path = folder.path().join("set/file.gz");
    for part in [
        format!("{} is not there, and no mirror has it", path.display()),
        format!("{}/file.gz: HTTP 404", lost.url),
        format!(
            "{}/file.gz: its SHA-256 is {}",
            corrupt.url,
            sha256(b"<html>please log in</html>")
        ),
        format!("{nobody}: "),
        format!(
            "To bring it by hand: download {}/file.gz elsewhere and save it as",
            lost.url
        ),
        "DATASETS_DIR".to_string(),
    ] {
        assert!(error.contains(&part), "{part:?} is not in\n{error}");
    }
    assert_eq!(names(&folder), Vec::<String>::new());
}

#[test]
fn a_server_that_falls_silent_is_left() {
    let (folder, file) = (folder(), content());
    let silent = Server::start(|_, _, _| thread::sleep(Duration::from_secs(30)));
    let stalls = Server::start(move |request, before, stream| match before {
        0 => {
            respond(stream, "200 OK", &[], file.len(), &file[..5000]);
            thread::sleep(Duration::from_secs(30));
        }
        _ => serve(request, &file, stream),
    });
    let start = Instant::now();
    assert_done(download(&folder, &[&silent, &stalls]).get(), &folder);
    assert_eq!(stalls.requests()[1].from, Some(5000));
    let slow = Server::start(|_, _, stream| {
        respond(stream, "200 OK", &[], 1000, b"a");
        thread::sleep(Duration::from_secs(30));
    });
    let other = self::folder();
    let error = error(download(&other, &[&slow]).get());
    assert!(error.contains("stopped at byte 1 of 1000: "), "{error}");
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn redirections_are_followed_but_not_for_ever() {
    let (folder, file) = (folder(), content());
    let server = Server::start(move |request, before, stream| match request.path.as_str() {
        "/file.gz" => respond(stream, "302 Found", &["Location: /elsewhere"], 0, b""),
        _ if before == 1 => respond(stream, "200 OK", &[], file.len(), &file[..1000]),
        _ => serve(request, &file, stream),
    });
    assert_done(download(&folder, &[&server]).get(), &folder);
    assert_eq!(server.requests().last().unwrap().from, Some(1000));
    let round = Server::start(|_, _, stream| {
        respond(stream, "302 Found", &["Location: /file.gz"], 0, b"");
    });
    let other = self::folder();
    assert!(error(download(&other, &[&round]).get()).contains("redirect"));
    assert!(round.requests().len() < 20);
}

#[test]
fn lengths_are_not_believed() {
    let file = content();
    // Fewer bytes than promised; more; far too many; and without end.
    let short = Server::start(|_, _, stream| respond(stream, "200 OK", &[], 1000, b"short"));
    let long = Server::start(move |_, _, stream| respond(stream, "200 OK", &[], 10, &file));
    let huge = Server::start(|_, _, stream| respond(stream, "200 OK", &[], 1 << 50, b"huge"));
    let endless = Server::start(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[1; 1 << 16]).is_ok() {}
    });
    for (server, reason) in [
        (
            short,
            "cut short at byte 5 of 1000|stopped at byte 5 of 1000",
        ),
        (long, "its SHA-256 is"),
        (huge, "larger than the 400000 bytes expected"),
        (endless, "larger than the 400000 bytes expected"),
    ] {
        let folder = folder();
        let error = error(download(&folder, &[&server]).limit(400_000).get());
        assert!(
            reason.split('|').any(|reason| error.contains(reason)),
            "{error}"
        );
        let left = folder.path().join("set/file.gz.part");
        assert!(fs::metadata(left).map_or(0, |data| data.len()) <= 400_000);
    }
}

#[test]
fn files_brought_by_hand_are_used_and_damaged_ones_replaced() {
    let (folder, server) = (folder(), Server::of(&content()));
    let set = folder.path().join("set");
    fs::create_dir(&set).unwrap();
    fs::write(set.join("file"), b"unpacked").unwrap();
    assert_eq!(
        download(&folder, &[&server]).get().unwrap(),
        set.join("file")
    );
    fs::write(set.join("file.gz"), content()).unwrap();
    assert_eq!(
        download(&folder, &[&server]).get().unwrap(),
        set.join("file.gz")
    );
    assert_eq!(server.requests().len(), 0);
    fs::write(set.join("file.gz"), b"damaged").unwrap();
    let error = error(download(&folder, &[]).get());
    assert!(
        error.contains("file.gz is there, but its SHA-256 is"),
        "{error}"
    );
    download(&folder, &[&server]).get().unwrap();
    assert_eq!(fs::read(set.join("file.gz")).unwrap(), content());
}

#[test]
fn without_a_published_checksum_the_first_one_is_kept() {
    let (folder, first, other) = (folder(), Server::of(b"one"), Server::of(b"two"));
    let path = folder.path().join("set/a.zip");
    let get = |server: &Server| Download::new(&path).mirror(&server.url).get();
    get(&first).unwrap();
    let record = fs::read_to_string(folder.path().join("set/a.zip.sha256")).unwrap();
    assert_eq!(record, format!("{}  a.zip\n", sha256(b"one")));
    get(&first).unwrap();
    fs::remove_file(&path).unwrap();
    let error = error(get(&other));
    assert!(
        error.contains("not the one recorded at the first download"),
        "{error}"
    );
    assert!(!path.exists());
    get(&first).unwrap();
}

/// This test program again, in a process of its own, for one ignored test.
fn child(test: &str, folder: &TempDir, offline: &str, url: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--ignored", "--nocapture"]);
    command
        .env("DATASETS_DIR", folder.path())
        .env("HELPERS_OFFLINE", offline);
    command.env("TEST_URL", url);
    command
}

#[test]
#[ignore = "runs in a process that another test starts"]
fn child_downloads() {
    let url = std::env::var("TEST_URL").unwrap();
    let download = Download::new("set/file.gz").checksum(&sha256(&content()));
    match download.mirror(url).get() {
        Ok(path) => println!("got {}", path.display()),
        Err(error) => println!("error {error}"),
    }
}

#[test]
fn thirty_students_who_share_a_folder_download_once() {
    let (folder, file) = (folder(), content());
    let server = Server::start(move |request, _, stream| {
        thread::sleep(Duration::from_millis(300));
        serve(request, &file, stream);
    });
    let children: Vec<_> = (0..4)
        .map(|_| child("child_downloads", &folder, "", &server.url))
        .map(|mut command| {
            command
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    thread::scope(|scope| {
        for _ in 0..26 {
            scope.spawn(|| {
                let path = download(&folder, &[&server]).get().unwrap();
                assert_eq!(fs::read(path).unwrap(), content());
            });
        }
    });
    for child in children {
        let output = child.wait_with_output().unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        assert!(output.contains("got "), "{output}");
    }
    assert_eq!(server.requests().len(), 1);
    assert_eq!(names(&folder), ["file.gz"]);
}

#[test]
fn offline_nothing_is_asked_and_what_is_there_is_used() {
    let (folder, server) = (folder(), Server::of(&content()));
    let run = |offline: &str| {
        let output = child("child_downloads", &folder, offline, &server.url)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let output = run("1");
    assert!(
        output.contains("HELPERS_OFFLINE forbids to download it"),
        "{output}"
    );
    assert_eq!(server.requests().len(), 0);
    assert!(run("0").contains("got "));
    assert!(run("1").contains("got "));
    assert_eq!(server.requests().len(), 1);
}

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
