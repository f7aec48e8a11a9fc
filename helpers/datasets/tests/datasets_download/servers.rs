//! Servers that behave badly.

use super::*;

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
