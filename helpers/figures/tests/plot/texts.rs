use std::collections::HashSet;

use crate::*;

/// The ids of all that is defined for texts.
fn ids(document: &Document) -> HashSet<String> {
    let mut defs = document.root_element().children().rev();
    let defined = defs.find(|n| n.has_tag_name("defs")).unwrap();
    let defined = defined.children().filter(Node::is_element);
    defined
        .map(|n| n.attribute("id").unwrap().to_string())
        .collect()
}

/// The paths that a node draws, in the end.
fn outlines(document: &Document, node: Node) -> Vec<String> {
    match node.attribute("href").map(|href| &href[1..]) {
        Some(id) => {
            let mut all = document.descendants();
            let target = all.find(|n| n.attribute("id") == Some(id)).unwrap();
            outlines(document, target)
        }
        None if node.has_tag_name("path") => vec![node.attribute("d").unwrap().to_string()],
        None => {
            let parts = node.children().filter(Node::is_element);
            parts.flat_map(|n| outlines(document, n)).collect()
        }
    }
}

fn of_text(document: &Document, words: &str) -> Vec<Vec<String>> {
    let lines = text_lines(document).filter(|n| n.attribute("aria-label") == Some(words));
    lines.map(|line| outlines(document, line)).collect()
}

#[test]
fn no_figure_needs_a_font() {
    let (points, targets) = points(20, 2);
    let numbers = Tensor::arange(0f32, 9.0, &CPU).unwrap();
    let square = numbers.reshape((3, 3)).unwrap();
    let counts = tensor(&[[9u32, 1], [7, 3]]);
    let noise = random::normal(0.0, 1.0, 500, &CPU).unwrap();
    let model = Linear(vec![[1.0, 0.5, 0.0], [-1.0, 0.2, 0.1]]);
    let figures = [
        few().boundary([1.0, 0.0], 0.0, "border").title("Points"),
        plot::decision_regions(&model, &points, &targets).unwrap(),
        plot::loss_curve(&[1.0, 1e-4, f64::NAN]).unwrap().log_y(),
        plot::histogram(&[("a", noise.clone())]).unwrap(),
        plot::bars(&[("first", 4.0), ("second", -1.0)]).unwrap(),
        plot::images(&square).unwrap().captions(&["caption"]),
        plot::confusion_matrix(&counts, &["cat", "dog"]).unwrap(),
        plot::im2col(&square, &square, 1, 1).unwrap(),
        plot::loss_surface(|a, b| Ok(a * b), (0.0, 1.0), (0.0, 1.0)).unwrap(),
        plot::waveform(&noise, 8000.0).unwrap(),
        plot::side_by_side(&[few().title("left"), few().title("right")]).unwrap(),
    ];
    for figure in figures {
        with_document(&figure, |document| {
            let font = |n: &Node| n.has_tag_name("text") || n.has_attribute("font-family");
            assert!(!document.descendants().any(|n| font(&n)), "{figure:?}");
            for line in text_lines(document) {
                let words = line.attribute("aria-label").unwrap();
                let letters = words.chars().filter(|c| !c.is_whitespace()).count();
                assert_eq!(outlines(document, line).len(), letters, "{words}");
            }
            let uses = document.descendants().filter(|n| n.has_tag_name("use"));
            let used: HashSet<_> = uses
                .map(|n| n.attribute("href").unwrap()[1..].to_string())
                .collect();
            assert_eq!(ids(document), used, "{figure:?}");
        });
    }
}

#[test]
fn every_letter_is_defined_once_for_all_sizes() {
    let figure = few().title("seen").subtitle("not seen");
    with_document(&figure, |document| {
        let seen = &of_text(document, "seen")[0];
        assert_eq!(seen[1], seen[2]);
        assert_eq!(seen, &of_text(document, "not seen")[0][3..]);
        let paths = document
            .descendants()
            .filter(|n| n.attribute("d") == Some(&seen[0]));
        assert_eq!(paths.count(), 1);
    });
}

#[test]
fn figures_on_one_page_share_no_ids() {
    let of = |figure: Figure| ids(&Document::parse(&figure.svg().unwrap()).unwrap());
    let (one, other) = (of(few()), of(few().title("another")));
    assert!(one.is_disjoint(&other), "{one:?} {other:?}");
}

#[test]
fn a_character_that_the_font_lacks_is_drawn_as_a_box() {
    let figure = few().title("漢□🙂\u{7} \"x\"");
    has_texts(&figure, &["漢□🙂 \"x\""]);
    with_document(&figure, |document| {
        let title = &of_text(document, "漢□🙂 \"x\"")[0];
        assert_eq!(title.len(), 6);
        assert!(title[0] == title[1] && title[1] == title[2] && title[2] != title[3]);
    });
    figure.png().unwrap();
}
