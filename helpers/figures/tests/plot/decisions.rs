use crate::*;

#[test]
fn a_confusion_matrix_counts_by_row_and_is_darker_where_more() {
    let counts = tensor(&[[9u32, 1], [7, 3]]);
    let figure = plot::confusion_matrix(&counts, &["cat", "dog"]).unwrap();
    has_texts(
        &figure,
        &["9", "1", "7", "3", "cat", "dog", "true class", "prediction"],
    );
    with_document(&figure, |document| {
        // The 7 stands in the second row, first column.
        let place = |text: &str| {
            let mut lines = text_lines(document);
            let line = lines
                .find(|n| n.attribute("aria-label") == Some(text))
                .unwrap();
            ["x", "y"].map(|name| -> f64 { line.attribute(name).unwrap().parse().unwrap() })
        };
        assert!(place("7")[1] > place("9")[1]);
        close(place("7")[0], place("9")[0], 20.0); // one middle, in steps of the font
    });
    let shade = |fill: &str| u8::from_str_radix(&fill[1..3], 16).unwrap();
    let mut fills: Vec<u8> = every(&figure, "cells", "fill")
        .iter()
        .map(|f| shade(f))
        .collect();
    fills.sort_unstable();
    fills.dedup();
    assert_eq!(fills.len(), 4);
    assert_eq!(
        error(plot::confusion_matrix(&counts, &["cat"])),
        "confusion_matrix: 2 classes need as many names, got 1"
    );
    assert_eq!(
        error(plot::confusion_matrix(
            &counts.narrow(0, 0, 1).unwrap(),
            &[]
        )),
        "confusion_matrix: expected counts (C, C), C from 1 to 25, got [1, 2]"
    );
}

#[test]
fn a_roc_curve_says_its_area_and_its_equal_error() {
    let scores = tensor(&[0.1f32, 0.4, 0.35, 0.8]);
    let roc = metrics::roc(&scores, &tensor(&[0u32, 0, 1, 1])).unwrap();
    let figure = plot::roc(&[("a", roc)]).unwrap();
    has_texts(
        &figure,
        &[
            "a: AUC 0.750, EER 50.0 %",
            "guessing",
            "false positive rate",
            "true positive rate",
        ],
    );
    let guess = line(&figure, "guess");
    let (start, end) = (guess[0], guess[guess.len() - 1]);
    let curve = line(&figure, "curve");
    assert_eq!((curve[0], curve[curve.len() - 1]), (start, end));
    assert_eq!(error(plot::roc(&[])), "roc: expected 1 to 10 curves, got 0");
}

#[test]
fn the_most_confident_mistake_comes_first() {
    let images = Tensor::zeros((4, 1, 3, 3), DType::F32, &CPU).unwrap();
    let probs = tensor(&[[0.6f32, 0.4], [0.9, 0.1], [0.2, 0.8], [0.5, 0.5]]);
    let targets = tensor(&[1u32, 1, 1, 0]);
    let worst = |count| plot::worst_mistakes(&images, &probs, &targets, &["ant", "bee"], count);
    let figure = worst(5).unwrap();
    with_document(&figure, |document| {
        let texts = texts(document);
        let said: Vec<&String> = texts.iter().filter(|t| t.starts_with("pred.")).collect();
        assert_eq!(said, ["pred. ant, 90 %", "pred. ant, 60 %"]);
        assert!(texts.contains(&"true bee".to_string()));
        assert!(
            texts.contains(&"2 mistakes of 4 predictions, the most confident first".to_string())
        );
    });
    assert_eq!(
        every(&worst(1).unwrap(), "edges", "d")[0]
            .matches('M')
            .count(),
        1
    );
    let right = tensor(&[0u32, 0, 1, 0]);
    assert_eq!(
        error(plot::worst_mistakes(&images, &probs, &right, &[], 5)),
        "worst_mistakes: nothing to show, 0 mistakes of 4 predictions, 5 wanted"
    );
    assert_eq!(
        error(plot::worst_mistakes(
            &images.narrow(0, 0, 3).unwrap(),
            &probs,
            &right,
            &[],
            5
        )),
        "worst_mistakes: 4 rows of scores need as many images, got [3, 1, 3, 3]"
    );
}
