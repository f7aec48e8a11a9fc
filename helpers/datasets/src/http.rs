//! One request: a file, or the rest of it, over HTTP.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, StatusCode};

use candle_functional::stop::check_stop;

/// Adds to `part` what is missing of the file at `url`.
///
/// The error says why it stopped early; what came until then stays in `part`, for the next attempt.
pub(super) fn resume(url: &str, part: &Path, limit: u64, patience: Duration) -> Result<(), String> {
    let cannot = |error| format!("{} cannot be written: {error}", part.display());
    let start = size(part);
    let wait = Some(patience);
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_resolve(wait)
        .timeout_connect(wait)
        .timeout_recv_response(wait)
        .timeout_per_read(wait)
        .user_agent("helpers")
        .build()
        .new_agent();
    let mut request = agent.get(url).header("Accept-Encoding", "identity");
    if start > 0 {
        request = request.header("Range", format!("bytes={start}-"));
    }
    let mut response = request.call().map_err(|error| error.to_string())?;
    let (status, headers) = (response.status(), response.headers());
    let mut got = match status {
        StatusCode::OK => 0,
        StatusCode::PARTIAL_CONTENT if starts_at(headers, start) => start,
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            fs::remove_file(part).map_err(cannot)?;
            return Err(format!("it does not go on from byte {start}"));
        }
        other => return Err(format!("HTTP {other}")),
    };
    let total = response.body().content_length().map(|rest| got + rest);
    if total.is_some_and(|total| total > limit) {
        return Err(too_large(limit));
    }
    let mut options = File::options();
    let options = options.create(true).write(true).append(got > 0);
    let mut file = options.truncate(got == 0).open(part).map_err(cannot)?;
    let name = url.rsplit('/').next().unwrap_or(url);
    let progress = |got: u64| match total {
        Some(total) => say(&format!("{name}: {} of {} MB", mega(got), mega(total))),
        None => say(&format!("{name}: {} MB", mega(got))),
    };
    progress(got);
    let mut told = Instant::now();
    let mut reader = response.body_mut().as_reader();
    let mut buffer = vec![0; 1 << 16];
    loop {
        check_stop().map_err(|stopped| stopped.to_string())?;
        let count = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) => return Err(format!("stopped {}: {error}", place(got, total))),
        };
        got += count as u64;
        if got > limit {
            fs::remove_file(part).map_err(cannot)?;
            return Err(too_large(limit));
        }
        file.write_all(&buffer[..count]).map_err(cannot)?;
        if told.elapsed() >= Duration::from_secs(1) {
            progress(got);
            told = Instant::now();
        }
    }
    match total {
        Some(total) if total != got => Err(format!("cut short {}", place(got, Some(total)))),
        _ => file.sync_all().map_err(cannot),
    }
}

fn starts_at(headers: &HeaderMap, start: u64) -> bool {
    let range = headers.get("Content-Range").and_then(|r| r.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {start}-")))
}

/// The bytes of a file; 0 where there is none.
pub(super) fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

fn place(got: u64, total: Option<u64>) -> String {
    let total = total.map_or("an unknown number of".to_string(), |t| t.to_string());
    format!("at byte {got} of {total}")
}

fn too_large(limit: u64) -> String {
    format!("the file is larger than the {limit} bytes expected at most")
}

fn mega(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

/// A line for the user; nothing breaks where nobody listens.
pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
