//! A web server on this machine, which does what it is told, wrong things included.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What was asked for: the path, and the first byte if a rest was.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub path: String,
    pub from: Option<usize>,
}

pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// `answer` gets each request, how many came before it, and where to write.
    pub fn start(
        answer: impl Fn(&Request, usize, &mut TcpStream) + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (requests.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (seen.clone(), answer.clone());
                std::thread::spawn(move || {
                    let mut stream = stream;
                    let request = read(&stream);
                    let before = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(request.clone());
                        seen.len() - 1
                    };
                    answer(&request, before, &mut stream);
                });
            }
        });
        Server { url, requests }
    }

    /// A server that has one file, at every path, and knows ranges.
    pub fn of(content: &[u8]) -> Server {
        let content = content.to_vec();
        Server::start(move |request, _, stream| serve(request, &content, stream))
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Request {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_string();
    let headers = lines.take_while(|line| !line.is_empty());
    let ranges = headers.filter_map(|line| {
        let line = line.to_lowercase();
        let from = line.strip_prefix("range: bytes=")?.trim_end_matches('-');
        Some(from.parse().unwrap())
    });
    Request {
        path,
        from: ranges.last(),
    }
}

/// Sends the file, or the rest that was asked for.
pub fn serve(request: &Request, content: &[u8], stream: &mut TcpStream) {
    match request.from {
        None => respond(stream, "200 OK", &[], content.len(), content),
        Some(from) if from >= content.len() => respond(stream, "416 Too far", &[], 0, &[]),
        Some(from) => {
            let range = format!(
                "Content-Range: bytes {from}-{}/{}",
                content.len() - 1,
                content.len()
            );
            let rest = &content[from..];
            respond(stream, "206 Partial Content", &[&range], rest.len(), rest);
        }
    }
}

/// Sends this status, and `body` under a header that promises `length` bytes; then hangs up.
pub fn respond(stream: &mut TcpStream, status: &str, headers: &[&str], length: usize, body: &[u8]) {
    let mut head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n");
    for header in headers {
        head += &format!("{header}\r\n");
    }
    let _ = stream.write_all((head + "\r\n").as_bytes());
    let _ = stream.write_all(body);
    let _ = stream.flush();
}
