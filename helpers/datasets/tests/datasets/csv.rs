//! CSV files: whose first line is data, whose values are missing, whose separator is another one.

use super::*;

fn table(content: impl AsRef<[u8]>) -> Result<datasets::Table> {
    let (_folder, path) = file(content);
    datasets::read_csv(path)
}

fn said(result: Result<datasets::Table>) -> String {
    let error = result.unwrap_err().to_string();
    let reason = error.lines().next().unwrap().split_once("file: ");
    reason.unwrap().1.to_string()
}

#[test]
fn tables_are_read_however_their_lines_end() {
    for content in [
        "1,-2.5\n3e2,0",
        "x,y\r\n1, -2.5\r\n\r\n300,0\r\n",
        "\n  \n\"x\",\"a, b\"\n\"1\",-2.5\n300.0,\"0\"\n\n",
        "\u{feff}1,-2.5\n300,0\n",
        "\u{feff}x,y\n1,-2.5\n300,0\n",
    ] {
        for content in [content.as_bytes().to_vec(), gzip(content.as_bytes())] {
            let values = table(content).unwrap().values.to_vec2::<f32>().unwrap();
            assert_eq!(values, [[1.0, -2.5], [300.0, 0.0]]);
        }
    }
}

#[test]
fn a_line_that_holds_a_value_is_never_a_header() {
    let data = table("\u{feff}5.1,3.5,0\n4.9,3.0,0\n").unwrap();
    assert!(data.names.is_empty());
    assert_eq!(format!("{data:?}"), "table (2, 3) without column names");
    let named = table("a,b,c\n5.1,3.5,0\n").unwrap();
    assert_eq!(named.names, ["a", "b", "c"]);
    assert_eq!(format!("{named:?}"), "table (1, 3): a, b, c");
    for (content, reason) in [
        (
            ",3.5,0\n4.9,3.0,0\n",
            "line 1, column 1: expected a finite number, got \"\"; write a value there, or delete the line",
        ),
        (
            "NA,3.5\n4.9,3.0\n",
            "line 1, column 1: expected a finite number, got \"NA\"; write a value there, or delete the line",
        ),
        // As pandas writes its index.
        (
            ",a,b\n0,4.9,3.0\n",
            "line 1, column 1: expected a finite number, got \"\"; if this line holds the columns' names, say Csv::new(..).header(true)",
        ),
        (
            "year,2024\n1,2\n",
            "line 1, column 1: expected a finite number, got \"year\"; if this line holds the columns' names, say Csv::new(..).header(true)",
        ),
        (
            "5.1,x\n1,2\n",
            "line 1, column 2: expected a finite number, got \"x\"; if this line holds the columns' names, say Csv::new(..).header(true)",
        ),
    ] {
        assert_eq!(said(table(content)), reason);
    }
}

#[test]
fn what_is_said_of_the_header_counts() {
    let (_folder, path) = file("2023,2024\n1,2\n");
    let csv = datasets::Csv::new(path);
    assert_eq!(csv.read().unwrap().values.dims(), [2, 2]);
    let named = csv.clone().header(true).read().unwrap();
    assert_eq!(named.names, ["2023", "2024"]);
    assert_eq!(named.values.to_vec2::<f32>().unwrap(), [[1.0, 2.0]]);
    let (_folder, path) = file("a,b\n1,2\n");
    let reason = said(datasets::Csv::new(path).header(false).read());
    assert!(reason.starts_with("line 1, column 1: expected a finite number, got \"a\""));
}

#[test]
fn other_separators_are_named() {
    for separator in [';', '\t'] {
        let (_folder, path) = file(format!("a{separator}b\n1{separator}2\n"));
        let csv = datasets::Csv::new(&path);
        let read = csv.separator(separator).read().unwrap();
        assert_eq!(read.values.to_vec2::<f32>().unwrap(), [[1.0, 2.0]]);
        assert_eq!(read.names, ["a", "b"]);
        assert_eq!(
            said(datasets::read_csv(path)),
            format!(
                "line 2, column 1: expected a finite number, got {:?}; if {separator:?} stands between two values, say Csv::new(..).separator({separator:?})",
                format!("1{separator}2")
            )
        );
    }
    let (_folder, path) = file("1");
    let reason = said(datasets::Csv::new(path).separator('é').read());
    assert!(reason.starts_with("the separator must be an ASCII character"));
}

#[test]
fn whole_numbers_are_kept_or_refused() {
    let exact = [
        16777216.0f32,
        16777218.0,
        -16777216.0,
        1e30,
        0.1,
        123456789.5,
    ];
    let text = "16777216,16777218.0,-16777216,1e30,0.1,123456789.5";
    assert_eq!(
        table(text).unwrap().values.to_vec2::<f32>().unwrap(),
        [exact]
    );
    for (text, value) in [
        ("16777217", "16777216"),
        ("-16777217.0", "-16777216"),
        ("9007199254740993", "9007199254740992"),
    ] {
        let reason = said(table(format!("a,b\n1,{text}\n")));
        let expected = format!("line 2, column 2: {text} would become {value}");
        assert!(reason.starts_with(&expected), "{reason}");
    }
}

#[test]
fn what_is_no_table_is_refused_with_its_line_and_column() {
    let missing = "expected a finite number, got \"\"; write a value there, or delete the line";
    for (content, reason) in [
        ("", "there is no line of numbers".to_string()),
        ("x,y\n", "there is no line of numbers".into()),
        (
            "1,2\n3\n",
            "line 2: 1 columns, the lines before have 2".into(),
        ),
        (
            "x,y\n3\n",
            "line 2: 1 columns, the lines before have 2".into(),
        ),
        ("1,2\n3,\n", format!("line 2, column 2: {missing}")),
        ("1,2\r\n\r\n3,", format!("line 3, column 2: {missing}")),
        (
            "1,2\n\n3,nan\n",
            "line 3, column 2: expected a finite number, got \"nan\"".into(),
        ),
        (
            "1,2\n3,1e99\n",
            "line 2, column 2: expected a finite number, got \"1e99\"".into(),
        ),
    ] {
        assert_eq!(said(table(content)), reason, "{content:?}");
    }
    assert!(said(table(b"1\n1\xff")).starts_with("line 2, column 1: expected a finite number"));
    // The quotation mark is never closed.
    for long in [
        vec![b'1'; 3 << 20],
        ["\"", &"1\n".repeat(1 << 20)].concat().into(),
    ] {
        let reason = said(table(long));
        assert!(reason.contains("is longer than 1048576 bytes"), "{reason}");
    }
    let text = b"1,2\n3,4\n5,6\n";
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(text).unwrap();
    for whole in [gzip(text), bzip2.finish().unwrap()] {
        assert_eq!(table(&whole).unwrap().values.dims(), [3, 2]);
        for cut in 1..whole.len() {
            assert!(table(&whole[..cut]).is_err(), "cut at {cut}");
        }
    }
}
