//! Many who want the same file, and nobody who has a network.

use super::*;

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
        .map(|_| child("together::child_downloads", &folder, "", &server.url))
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
        let output = child("together::child_downloads", &folder, offline, &server.url)
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
