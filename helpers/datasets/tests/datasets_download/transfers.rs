//! One file from one server or several, whole or in parts.

use super::*;

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
