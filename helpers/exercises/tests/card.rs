// `todo!` is the hole that the checks must recognise.
#![allow(clippy::unwrap_used, clippy::todo, missing_docs)]

use std::panic;
use std::process::Command;

use exercise::{check, tp1};
use helpers::prelude::*;

#[test]
fn json_is_one_line_that_parses_back() {
    let nasty = "a \"quote\", a \\ and\na line\tfeed \u{1} é";
    let card = check(nasty, "v", |cases| cases.equal(nasty, || Ok(1), 2));
    let line = card.to_json();
    assert!(!line.contains('\n'));
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["name"], "a \"quote\", a \\ and a line feed é");
    assert_eq!(value["status"], "wrong");
    assert_eq!(value["message"], card.message());
    assert_eq!(value["points"], 0);
    let green = tp1::boundary(|w, b| (-w[0] / w[1], -b / w[1]));
    assert!(green.to_json().contains("\"points\":1"));
    let grey = tp1::boundary(|_, _| todo!());
    assert!(grey.to_json().contains("\"status\":\"unwritten\""));
}

#[test]
fn a_long_message_is_cut() {
    let card = check("l", "v", |cases| {
        cases.equal("f()", || Ok("é".repeat(5000)), String::new())
    });
    assert!(card.message().chars().count() <= 600);
    assert!(card.message().ends_with("é…. Stuck? Open the hint."));
    let card = check(&"n".repeat(5000), "v", |cases| {
        cases.equal(&"i".repeat(5000), || Ok("g".repeat(5000)), "e".repeat(5000))
    });
    // All of the counter-example shows: input, expected and got.
    for part in ["iii…: expected", "eee…, got", "ggg…. Stuck?"] {
        assert!(card.message().contains(part), "{card}");
    }
}

/// Not a test of its own: what `a_check_prints_its_card_and_no_panic` runs in another process.
#[test]
#[ignore = "run by another test in a process of its own"]
fn child() {
    // evcxr, like this, has its own hook before the first check.
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or_default();
        eprintln!("outer hook: {message}");
    }));
    tp1::boundary(|_, _| todo!("a hole"));
    let nasty = "<script>\nEVCXR_END_CONTENT\n&";
    let card = check(nasty, "v", |cases| {
        cases.equal("inner", || Ok(tp1::boundary(|_, _| todo!()).points()), 0)?;
        let other = std::thread::spawn(|| panic!("on another thread"));
        assert!(other.join().is_err());
        cases.close("f()", || panic!("{nasty}"), 1.0)
    });
    card.evcxr_display();
    assert!(panic::catch_unwind(|| panic!("after the check")).is_err());
}

#[test]
fn a_check_prints_its_card_and_no_panic() {
    let me = std::env::current_exe().unwrap();
    let arguments = [
        "--exact",
        "child",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ];
    let output = Command::new(me).args(arguments).output().unwrap();
    assert!(output.status.success());
    // Only what panicked outside the checks speaks, through the hook that was there before.
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        stderr,
        "outer hook: on another thread\nouter hook: after the check\n"
    );

    let stdout = String::from_utf8(output.stdout).unwrap();
    let start = stdout.find("EVCXR_BEGIN_CONTENT").unwrap();
    let lines: Vec<&str> = stdout[start..].lines().take(9).collect();
    assert_eq!(lines[0], "EVCXR_BEGIN_CONTENT text/html");
    assert!(
        lines[1].starts_with("<div style=\"background:var(--jp-layout-color2,#fdecea);color:var(")
    );
    assert!(lines[1].contains("✗ &lt;script&gt; EVCXR_END_CONTENT &amp;: not right yet."));
    assert!(!lines[1].contains("<script>"));
    assert!(lines[1].ends_with("</div>"));
    assert_eq!(
        lines[2..4],
        ["EVCXR_END_CONTENT", "EVCXR_BEGIN_CONTENT text/plain"]
    );
    assert!(
        lines[4].starts_with("✗ <script> EVCXR_END_CONTENT &: not right yet. f(): it panicked")
    );
    assert_eq!(lines[5], "EVCXR_END_CONTENT");
    assert_eq!(
        lines[6],
        "EVCXR_BEGIN_CONTENT application/vnd.helpers.card+json"
    );
    let card: serde_json::Value = serde_json::from_str(lines[7]).unwrap();
    assert_eq!(card["status"], "wrong");
    assert_eq!(lines[8], "EVCXR_END_CONTENT");
}
