//! The last expression of a cell, `(expression).evcxr_display();`, whatever its type.
// The parentheses are evcxr's.
#![allow(clippy::double_parens, clippy::needless_borrow, unused_parens)]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "common/child.rs"]
mod child;

use std::fs;

use helpers::notebook::begin_cell;
use helpers::prelude::*;
use helpers::train;

/// The blocks that a case prints: MIME type and content.
fn blocks(printed: &str) -> Vec<(String, String)> {
    let blocks = printed.split("EVCXR_BEGIN_CONTENT ").skip(1).map(|block| {
        let (mime, content) = block.split_once('\n').unwrap();
        let (content, _) = content.split_once("\nEVCXR_END_CONTENT\n").unwrap();
        (mime.to_string(), content.to_string())
    });
    blocks.collect()
}

#[test]
fn everything_prints_its_debug() {
    let blocks = blocks(&child::printed("values", None));
    assert!(blocks.iter().all(|(mime, _)| mime == "text/plain"));
    let texts: Vec<&str> = blocks.iter().map(|(_, text)| text.as_str()).collect();
    let expected = [
        "2",
        "0.5",
        // nothing for ()
        "\"text\"",
        "\"text\"",
        "\"own\"",
        "[1.0, 2.0]",
        "[1.0, 2.0]",
        "[1.0, 2.0]",
        "[2.0]",
        "[1, 2]",
        "Own { x: 1.5 }",
        "Own { x: 1.5 }",
        "Some(1.5)",
        "Ok(1.5)",
        "Err(no)",
        "None",
        "[]",
    ];
    assert_eq!(texts, expected);
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn values() {
    #[derive(Debug)]
    struct Own {
        #[allow(dead_code)]
        x: f32,
    }
    let (text, numbers, own) = ("own".to_string(), vec![1f32, 2.], Own { x: 1.5 });
    (1 + 1).evcxr_display();
    (0.5).evcxr_display();
    (()).evcxr_display();
    ("text").evcxr_display();
    (&"text").evcxr_display();
    (text.as_str()).evcxr_display();
    (numbers).evcxr_display();
    (&numbers).evcxr_display();
    (numbers.as_slice()).evcxr_display();
    (numbers[1..]).evcxr_display();
    ([1, 2]).evcxr_display();
    (own).evcxr_display();
    (&own).evcxr_display();
    (Some(1.5)).evcxr_display();
    (Ok::<f64, Error>(1.5)).evcxr_display();
    (Err::<f64, _>(Error::Msg("no".into()))).evcxr_display();
    (None::<Tensor>).evcxr_display();
    (Vec::<Tensor>::new()).evcxr_display();
    // Nothing was moved.
    assert_eq!((text.len(), numbers.len(), own.x), (3, 2, 1.5));
    // An expression that never ends is one as well.
    #[allow(unreachable_code, clippy::diverging_sub_expression)]
    let never = || (panic!("never")).evcxr_display();
    let _: fn() = never;
}

#[test]
fn a_tensor_shows_its_numbers() {
    let blocks = blocks(&child::printed("tensors", None));
    let text = |of: usize| {
        blocks
            .iter()
            .filter(|(mime, _)| mime == "text/plain")
            .nth(of)
            .unwrap()
            .1
            .as_str()
    };
    let html = |of: usize| {
        blocks
            .iter()
            .filter(|(mime, _)| mime == "text/html")
            .nth(of)
            .unwrap()
            .1
            .as_str()
    };
    for (mime, content) in &blocks {
        println!("{mime}\n{content}");
    }
    assert_eq!(
        text(0),
        "[[1.0000, 2.5000],\n [3.0000,    NaN]]\nTensor[[2, 2], f32]"
    );
    assert!(
        html(0).contains(
            "<tr><td>1.0000</td><td>2.5000</td></tr><tr><td>3.0000</td><td>NaN</td></tr>"
        )
    );
    assert!(html(0).contains(">(2, 2), f32</p>"), "{}", html(0));
    assert_eq!(text(1), "[0.5000]\nTensor[[], f64]");
    assert!(html(1).contains("<td>0.5000</td>") && html(1).contains(">(), f64<"));
    assert_eq!(text(2), "[  0, 255]\nTensor[[2], u8]");
    assert!(html(2).contains("<tr><td>0</td><td>255</td></tr>"));
    // Many rows and columns: both ends.
    assert!(
        text(3).contains("...") && text(3).len() < 1000,
        "{}",
        text(3)
    );
    assert_eq!(html(3).matches("<tr>").count(), 11);
    assert_eq!(html(3).matches("<td>").count(), 121);
    let first = "<td>0.</td><td>1.</td><td>2.</td><td>3.</td><td>4.</td><td>⋯</td><td>95.</td>";
    assert!(
        !html(3).contains(first),
        "large and small numbers together have exponents"
    );
    assert!(
        html(3).contains("⋯") && html(3).contains("⋮") && html(3).ends_with("(100, 100), f32</p>")
    );
    // No table: no numbers, three dimensions.
    assert_eq!(text(4), "[]\nTensor[[0, 3], f32]");
    assert_eq!(text(5), "[[[0., 0.]]]\nTensor[[1, 1, 2], f32]");
    // Several at once, a variable, large whole numbers.
    assert_eq!(
        text(6),
        "[1., 2.]\nTensor[[2], f32]\n\n[7]\nTensor[[1], u32]"
    );
    assert_eq!(html(4).matches("<table").count(), 2);
    assert_eq!(text(7), "[1.]\nTensor[[1], f32]");
    assert_eq!(text(8), text(7));
    assert_eq!(text(9), text(7));
    assert!(html(8).contains("9007199254740993"));
    assert_eq!(blocks.len(), 11 + 9);
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn tensors() {
    let cpu = &Device::Cpu;
    let x = Tensor::new(&[1f32, 2.], cpu).unwrap();
    let one = Tensor::new(&[1f32], cpu).unwrap();
    (Tensor::new(&[[1f32, 2.5], [3., f32::NAN]], cpu).unwrap()).evcxr_display();
    (Tensor::new(0.5, cpu).unwrap()).evcxr_display();
    (Tensor::new(&[0u8, 255], cpu).unwrap()).evcxr_display();
    (Tensor::arange(0f32, 1e4, cpu)
        .unwrap()
        .reshape((100, 100))
        .unwrap())
    .evcxr_display();
    (Tensor::zeros((0, 3), DType::F32, cpu).unwrap()).evcxr_display();
    (Tensor::zeros((1, 1, 2), DType::F32, cpu).unwrap()).evcxr_display();
    ((x.clone(), Tensor::new(&[7u32], cpu).unwrap())).evcxr_display();
    (Var::from_tensor(&one).unwrap()).evcxr_display();
    (&one).evcxr_display();
    (Some(one.clone())).evcxr_display();
    (vec![Tensor::new(&[9_007_199_254_740_993i64], cpu).unwrap()]).evcxr_display();
    assert_eq!(x.dims(), [2]);
}

#[test]
fn a_figure_in_a_result_and_a_cell_that_falls_back_to_debug_show_themselves() {
    let mimes = |printed: &str| -> Vec<String> {
        blocks(printed).into_iter().map(|(mime, _)| mime).collect()
    };
    let plain = child::printed("rich", None);
    assert_eq!(mimes(&plain), ["image/svg+xml", "image/png", "text/plain"]);
    assert!(plain.contains("\nOk(Figure(\"\", "), "{plain}");
    // Debug for its own sake is as always.
    assert!(
        plain.contains("debug: Card { name: \"c\", status: Wrong"),
        "{plain}"
    );
    assert!(plain.contains("debug: History { epochs: []"), "{plain}");

    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    let source = |text: &str| fs::write(folder.path().join("src/lib.rs"), text).unwrap();
    source("fn run_user_code_1() { (figure\n).evcxr_display(); }");
    assert_eq!(child::printed("rich", Some(folder.path())), plain);
    source("fn run_user_code_1() { evcxr_send_text_plain(&format!(\"{:?}\",&(\nfigure\n))); }");
    let fallback = child::printed("rich", Some(folder.path()));
    let expected = [
        ["image/svg+xml", "image/png", "text/plain"].as_slice(),
        &[
            "text/html",
            "text/plain",
            "application/vnd.helpers.card+json",
        ],
        &["text/html", "text/plain"],
        &["text/html", "text/plain"],
    ];
    assert_eq!(mimes(&fallback), expected.concat());
    assert!(
        fallback.contains("debug: ✗ c: not right yet. The check tried no case."),
        "{fallback}"
    );
    assert!(fallback.contains("debug: layer  kind"), "{fallback}");
}

/// As evcxr does it: the text is complete before any of it is printed.
fn debug(value: &dyn std::fmt::Debug) {
    let text = format!("{value:?}");
    println!("debug: {text}");
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn rich() {
    begin_cell();
    (plot::loss_curve(&[1.0, 0.5])).evcxr_display();
    debug(&exercise::check("c", "v", |_| Ok(())));
    debug(&train::History::default());
    let params = Parameters::new(&Device::Cpu);
    let model = nn::linear(2, 1, &params.at("fc")).unwrap();
    debug(&inspect::summary(&model, (1, 2)).unwrap());
}
