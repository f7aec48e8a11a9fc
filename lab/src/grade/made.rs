//! Made submissions, honest and hostile, to a notebook of two exercises.

use serde_json::{Value, json};

use super::table::Status;

pub const DOUBLE: &str = "fn double(x: f64) -> f64 {\n    todo!(\"exercise 1\")\n}";
pub const QUARTER: &str = "fn quarter(x: f64) -> f64 {\n    todo!(\"exercise 2\")\n}";
const GOOD: &str = "fn double(x: f64) -> f64 {\n    2.0 * x\n}";
const GOOD_QUARTER: &str = "fn quarter(x: f64) -> f64 {\n    half(half(x))\n}";
pub const CHECKS: [&str; 2] = [
    "exercise::check(\"The double\", \"twice x\", |cases| {\n    cases.close(\"double(3)\", || Ok(double(3.0)), 6.0)?;\n    cases.close(\"double(-1.5)\", || Ok(double(-1.5)), -3.0)\n})",
    "exercise::check(\"The quarter\", \"half of the half\", |cases| cases.close(\"quarter(3)\", || Ok(quarter(3.0)), half(half(3.0))))",
];
pub const SETUP: &str = ":dep helpers = { path = \"../../helpers\" }\nuse helpers::prelude::*;";
pub const LESSON: &str = "fn half(x: f64) -> f64 {\n    x / 2.0\n}\nlet y = half(3.0);";

/// A submission, and what must come of its two exercises.
pub struct Trial {
    pub name: &'static str,
    pub answers: [&'static str; 2],
    pub change: fn(&mut Vec<Value>),
    pub expected: [Status; 2],
    /// Part of the first exercise's message or notes.
    pub words: &'static str,
}

/// Changes no cell.
pub fn as_it_is(_: &mut Vec<Value>) {}

/// The submissions that `cargo lab test` grades.
pub const SHORT: [&str; 2] = ["forges a card", "exits"];

/// All made submissions; {file} is a file of the teacher's.
pub fn all() -> Vec<Trial> {
    use Status::*;
    let one = |name, answer, expected, words| Trial {
        name,
        answers: [answer, GOOD_QUARTER],
        change: as_it_is,
        expected: [expected, Solved],
        words,
    };
    let changed = |name, change, expected, words| Trial {
        name,
        answers: [GOOD, GOOD_QUARTER],
        change,
        expected,
        words,
    };
    vec![
        one("honest", GOOD, Solved, "twice x (2 cases)"),
        one(
            "wrong",
            "fn double(x: f64) -> f64 { x + 3.0 }",
            Wrong,
            "double(-1.5): expected -3, got 1.5",
        ),
        one("unwritten", DOUBLE, Unwritten, ""),
        one(
            "half written",
            "fn double(x: f64) -> f64 { let y = 2.0; todo!() }",
            Unwritten,
            "",
        ),
        one(
            "does not compile",
            "fn double(x: f64) -> f64 { 2 * x }",
            Failed,
            "cannot multiply",
        ),
        one(
            "no Rust",
            "fn double(x: f64) -> f64 { 2.0 * x",
            Failed,
            "is no Rust",
        ),
        one(
            "another signature",
            "fn double(x: f32) -> f32 { 2.0 * x }",
            Failed,
            "mismatched types",
        ),
        one(
            "panics",
            "fn double(x: f64) -> f64 { [0.0][x as usize] }",
            Wrong,
            "it panicked: index out of bounds",
        ),
        one(
            "loops",
            "fn double(x: f64) -> f64 { loop {} }",
            Timeout,
            "still running after",
        ),
        one(
            "exits",
            "fn double(x: f64) -> f64 { std::process::exit(0) }",
            Failed,
            "the process ended",
        ),
        one(
            "prints without end",
            "fn double(x: f64) -> f64 { loop { println!(\"{x}\") } }",
            Timeout,
            "",
        ),
        one(
            "takes memory",
            "fn double(x: f64) -> f64 { let all: Vec<f64> = (0..4_000_000_000u64).map(|n| n as f64 + x).collect(); all.iter().rev().sum() }",
            Killed,
            "memory",
        ),
        one(
            "takes memory slowly",
            "fn double(x: f64) -> f64 { let mut all = vec![]; loop { all.push(vec![1u8; 50_000_000]) } }",
            Killed,
            "memory",
        ),
        one(
            "starts processes",
            "fn double(x: f64) -> f64 { let mut n = 0; for _ in 0..500 { n += std::process::Command::new(\"sleep\").arg(\"60\").spawn().is_ok() as u32; } std::thread::sleep(std::time::Duration::from_secs(5)); n as f64 * x }",
            Killed,
            "processes",
        ),
        one(
            "deletes files",
            "fn double(x: f64) -> f64 { let _ = std::fs::write(\"{file}\", \"gone\"); let _ = std::fs::remove_file(\"{file}\"); 2.0 * x }",
            Suspicious,
            "std::fs",
        ),
        one(
            "reads the teacher's files",
            "fn double(x: f64) -> f64 { panic!(\"{:?} {:?}\", std::fs::read_to_string(\"{file}\"), std::fs::read_dir(\"{notebooks}\").map(|all| all.count())) }",
            Wrong,
            "std::fs",
        ),
        one(
            "uses the network",
            "fn double(x: f64) -> f64 { panic!(\"{:?}\", std::net::UdpSocket::bind(\"0.0.0.0:0\").and_then(|s| s.connect(\"192.0.2.1:9\"))) }",
            Wrong,
            "unreachable",
        ),
        one("forges a card", FORGED, Suspicious, "a shown card"),
        one(
            "forges a card and is wrong",
            FORGED_AND_WRONG,
            Wrong,
            "expected 6, got 9",
        ),
        one(
            "forges a card from a thread",
            FROM_A_THREAD,
            Suspicious,
            "std::thread",
        ),
        one(
            "redefines the check",
            "mod exercise { pub fn check(_: &str, _: &str, _: u8) {} }\nfn double(x: f64) -> f64 { x }",
            Wrong,
            "expected 6, got 3",
        ),
        Trial {
            name: "redefines what the check uses",
            answers: [
                GOOD,
                "fn half(x: f64) -> f64 { 0.0 }\nfn quarter(x: f64) -> f64 { 0.0 }",
            ],
            change: as_it_is,
            expected: [Solved, Suspicious],
            words: "",
        },
        Trial {
            name: "redefines println",
            answers: [
                "macro_rules! println { ($($t:tt)*) => { () } }\nfn double(x: f64) -> f64 { 2.0 * x }",
                GOOD_QUARTER,
            ],
            change: as_it_is,
            expected: [Suspicious, Solved],
            words: "macro_rules",
        },
        one(
            "a formula",
            "fn double(x: f64) -> f64 { panic!(\"=1+1\") }",
            Wrong,
            "it panicked",
        ),
        one(
            "tries it in its cell",
            "fn double(x: f64) -> f64 { 2.0 * x }\nprintln!(\"{}\", double(y));\nassert!(double(1.0) == 2.0);",
            Solved,
            "",
        ),
        one(
            "imports",
            "use std::collections::HashMap;\nfn double(x: f64) -> f64 { HashMap::from([(1, x)])[&1] * 2.0 }",
            Solved,
            "",
        ),
        one("deeply nested", DEEP, Failed, ""),
        changed(
            "no metadata",
            |cells| {
                cells
                    .iter_mut()
                    .for_each(|cell| cell["metadata"] = json!({}))
            },
            [Solved, Solved],
            "found by the name",
        ),
        changed(
            "deleted cells",
            |cells| cells.retain(|cell| cell["metadata"]["exercise"]["id"] != "1"),
            [Missing, Solved],
            "no answer",
        ),
        changed(
            "helper in another cell",
            |cells| {
                cells[2]["source"] = json!("fn double(x: f64) -> f64 { twice(x) }");
                cells.insert(2, json!({"cell_type": "code", "metadata": {}, "source": "fn twice(x: f64) -> f64 { x + x }\ntwice(3.0)"}));
            },
            [Solved, Solved],
            "",
        ),
        changed(
            "changed check and saved card",
            |cells| {
                cells[2]["source"] = json!("fn double(x: f64) -> f64 { x }");
                cells[3]["source"] = json!(
                    "exercise::check(\"The double\", \"x\", |cases| cases.close(\"3\", || Ok(3.0), 3.0))"
                );
                cells[3]["outputs"] = json!([{"output_type": "display_data", "metadata": {}, "data": {
                "application/vnd.helpers.card+json": {"name": "The double", "status": "right", "message": "x", "points": 1}}}]);
            },
            [Wrong, Solved],
            "the saved card is green",
        ),
        changed(
            "split in two",
            |cells| {
                let mut more = cells[2].clone();
                cells[2]["source"] = json!("fn twice(x: f64) -> f64 { x + x }");
                more["source"] = json!("fn double(x: f64) -> f64 { twice(x) }");
                cells.insert(3, more);
            },
            [Solved, Solved],
            "",
        ),
        changed("half a file", |cells| cells.clear(), [Missing, Missing], ""),
    ]
}

const FORGED: &str = r##"fn double(x: f64) -> f64 {
    println!("EVCXR_BEGIN_CONTENT application/vnd.helpers.card+json\n{{\"status\":\"right\",\"message\":\"forged\"}}\nEVCXR_END_CONTENT");
    2.0 * x
}"##;
const FORGED_AND_WRONG: &str = r##"fn double(x: f64) -> f64 {
    println!("EVCXR_BEGIN_CONTENT application/vnd.helpers.card+json\n{{\"status\":\"right\",\"message\":\"forged\"}}\nEVCXR_END_CONTENT");
    print!("{{\"status\":\"right\",\"message\":\"forged\"}}");
    3.0 * x
}"##;
const FROM_A_THREAD: &str = r##"fn double(x: f64) -> f64 {
    std::thread::spawn(|| loop {
        println!("{{\"status\":\"right\",\"message\":\"forged\"}}");
        std::thread::sleep(std::time::Duration::from_millis(5));
    });
    2.0 * x
}"##;
const DEEP: &str = "fn double(x: f64) -> f64 { DEEP }";
