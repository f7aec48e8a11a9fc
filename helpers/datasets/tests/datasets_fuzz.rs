//! Arbitrary files: the readers answer with a table or an error, and take no more memory than the
//! content deserves. `FUZZ_SECONDS=600 cargo test -p datasets --test datasets_fuzz` goes on for longer.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use flate2::write::GzEncoder;
use helpers::prelude::*;
use peak_alloc::PeakAlloc;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const FEATURES: usize = 16;

#[derive(Clone, Copy, Debug)]
enum Packing {
    Plain,
    Gzip,
    Bzip2,
}

fn pack(content: &[u8], packing: Packing) -> Vec<u8> {
    match packing {
        Packing::Plain => content.to_vec(),
        Packing::Gzip => {
            let mut gz = GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gz.write_all(content).unwrap();
            gz.finish().unwrap()
        }
        Packing::Bzip2 => {
            let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            bz.write_all(content).unwrap();
            bz.finish().unwrap()
        }
    }
}

/// An IDX file whose header may be true, or off by a little, or absurd.
fn idx() -> impl Strategy<Value = Vec<u8>> {
    let small = vec(0u32..40, 1..4);
    let absurd = vec(select(vec![0, 1, 28, 60_000, 1 << 20, u32::MAX]), 0..6);
    let kind = prop_oneof![8 => Just(8u8), 1 => any::<u8>()];
    (prop_oneof![small, absurd], kind, -2i64..3, any::<u8>()).prop_map(|(dims, kind, off, fill)| {
        let mut file = vec![0, 0, kind, dims.len() as u8];
        file.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
        let count = dims
            .iter()
            .fold(1i64, |n, &dim| n.saturating_mul(i64::from(dim)));
        let count = count.saturating_add(off).clamp(0, 64_000) as usize;
        file.extend(std::iter::repeat_n(fill, count));
        file
    })
}

/// What tables are made of, in any order.
fn table() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "1",
        "0.5",
        "-2e3",
        "1e99",
        "nan",
        "inf",
        ",",
        ",",
        ",",
        "\n",
        "\n",
        "\r\n",
        " ",
        "1:2",
        "3:0.25",
        " 16:1",
        "17:1",
        "a",
        "é",
        "\"",
        "\0",
        "1,2,3\n",
        "4,5,6\n",
        "7 1:1 2:2\n",
        "\u{7f}",
        "+",
        "",
    ];
    vec(select(words.to_vec()), 0..400).prop_map(|words| words.concat().into_bytes())
}

/// One line of thousands of numbers, or as many lines.
fn long() -> impl Strategy<Value = Vec<u8>> {
    let lines = select(vec![
        "1,", "1\n", "1,2\n", "3 1:1\n", "1 ", "x", "\u{7f}", "\n",
    ]);
    (lines, 0usize..40_000).prop_map(|(line, count)| line.repeat(count).into_bytes())
}

fn file() -> impl Strategy<Value = (Vec<u8>, Packing, Option<usize>)> {
    let noise = vec(any::<u8>(), 0..3000);
    let content = prop_oneof![2 => noise, 4 => idx(), 4 => table(), 1 => long()];
    let packing = select(vec![
        Packing::Plain,
        Packing::Plain,
        Packing::Gzip,
        Packing::Bzip2,
    ]);
    // Where the packed file is cut, for a third of them.
    (
        content,
        packing,
        prop_oneof![2 => Just(None), 1 => any::<usize>().prop_map(Some)],
    )
}

/// Runs `read` and checks what it took at most, beyond `result` bytes of what it answers.
fn measure<T>(what: &str, allowed: usize, read: impl FnOnce() -> Result<T>) -> Option<T> {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let answer = read();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert!(
        taken <= allowed,
        "{what} took {taken} bytes, {allowed} are allowed"
    );
    match answer {
        Ok(answer) => Some(answer),
        Err(error) => {
            assert!(error.to_string().len() < 1000, "{error}");
            None
        }
    }
}

fn try_readers(path: &Path, content: &[u8], packing: Packing) {
    // Buffers, and the state of a decoder, which does not depend on the content.
    let seems = |start: &[u8]| matches!(packing, Packing::Plain) && content.starts_with(start);
    let fixed = match packing {
        _ if seems(b"BZh") => 10 << 20,
        _ if seems(b"\x1f\x8b") => 256 << 10,
        Packing::Plain => 64 << 10,
        Packing::Gzip => 256 << 10,
        Packing::Bzip2 => 10 << 20,
    };
    let length = content.len();
    if let Some(tensor) = measure("read_idx", 3 * length + fixed, || datasets::read_idx(path)) {
        assert!(tensor.elem_count() <= length && tensor.elem_count() > 0);
    }
    // An empty field is one byte of the file; the reader keeps where it ends, eight bytes, in lists
    // that grow to twice their length, and once more when it trims the fields.
    if let Some(table) = measure("read_csv", 64 * length + fixed, || datasets::read_csv(path)) {
        let values = table
            .values
            .flatten_all()
            .unwrap()
            .to_vec1::<f32>()
            .unwrap();
        assert!(values.iter().all(|value| value.is_finite()) && !values.is_empty());
    }
    let rows = content.split(|&byte| byte == b'\n').count();
    let allowed = 16 * length + fixed + rows * FEATURES * size_of::<f32>();
    if let Some((x, labels)) = measure("read_libsvm", allowed, || {
        datasets::read_libsvm(path, FEATURES)
    }) {
        assert_eq!(x.dims(), [labels.elem_count(), FEATURES]);
    }
}

// In a process of its own: the memory of other threads would be counted, and that of backtraces.
#[test]
fn arbitrary_files_neither_panic_nor_fill_the_memory() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["child_reads", "--exact", "--ignored", "--nocapture"]);
    child.env("RUST_LIB_BACKTRACE", "0");
    assert!(child.status().unwrap().success());
}

#[test]
#[ignore = "runs in a process that another test starts"]
fn child_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let config = ProptestConfig {
        cases: 1500,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let run = |mut runner: TestRunner| {
        let result = runner.run(&file(), |(content, packing, cut)| {
            let mut packed = pack(&content, packing);
            if let Some(cut) = cut {
                packed.truncate(cut % (packed.len() + 1));
            }
            std::fs::write(&path, &packed).unwrap();
            try_readers(&path, &content, packing);
            Ok(())
        });
        result.unwrap();
    };
    // The same files in every run, and others for as long as `FUZZ_SECONDS` says.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    run(TestRunner::new_with_rng(config.clone(), rng));
    let seconds = std::env::var("FUZZ_SECONDS").map_or(0, |text| text.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        run(TestRunner::new(config.clone()));
    }
}
