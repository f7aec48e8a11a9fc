use crate::*;

#[test]
fn bins_are_as_high_as_their_share() {
    let figure = plot::histogram(&[("a", tensor(&[0f32, 0., 0., 1.]))]).unwrap();
    has_texts(&figure, &["a", "value", "share of values (%)"]);
    let heights: Vec<f64> = line(&figure, "curve").iter().map(|node| node.1).collect();
    let ground = heights.iter().copied().fold(0.0, f64::max);
    let mut bars: Vec<f64> = heights
        .iter()
        .map(|y| ground - y)
        .filter(|h| *h > 0.0)
        .collect();
    bars.dedup();
    assert_eq!(bars.len(), 2);
    close(bars[0] / bars[1], 3.0, 0.01);
}

#[test]
fn layers_have_a_panel_each_over_one_range() {
    let layers = [
        ("fc1", tensor(&[-1f32, 1., -1., 1.])),
        ("fc2", tensor(&[0f32, 0.2])),
    ];
    let figure = plot::histograms(&layers).unwrap();
    has_texts(
        &figure,
        &["fc1", "fc2", "mean 0, std 1", "mean 0.1, std 0.1"],
    );
    let panels = every(&figure, "curve", "d");
    let span = |path: &str| nodes(path).last().unwrap().0 - nodes(path)[0].0;
    close(span(&panels[0]), span(&panels[1]), 100.0);
    assert_eq!(every(&figure, "curve", "fill"), ["#525a66", "#525a66"]);
    with_document(&figure, |document| {
        let texts = texts(document);
        let count = |label: &str| texts.iter().filter(|text| *text == label).count();
        assert_eq!((count("share (%)"), count("value")), (1, 2));
    });
    assert_eq!(
        error(plot::histograms(&[("fc1", tensor(&[0f32, f32::NAN]))])),
        "histograms: fc1: value 1 of 2 is not finite, NaN"
    );
    assert_eq!(
        error(plot::histogram(&[])),
        "histogram: expected 1 to 10 tensors, got 0"
    );
    let zeros = Tensor::zeros(9, DType::F32, &CPU).unwrap();
    assert!(plot::histograms(&[("zeros", zeros)]).unwrap().svg().is_ok());
}

#[test]
fn bars_are_as_long_as_their_amounts() {
    let figure = plot::bars(&[("first", 4.0), ("second", -1.0)])
        .unwrap()
        .x_label("s");
    has_texts(&figure, &["first", "second", "4", "−1", "s"]);
    let lengths = every(&figure, "curve", "d");
    let length = |path: &str| nodes(path)[2].0 - nodes(path)[0].0;
    // The last is drawn first: it stands at the bottom.
    close(length(&lengths[1]) / length(&lengths[0]), -4.0, 0.01);
    assert_eq!(
        error(plot::bars(&[])),
        "bars: expected 1 to 40 amounts, got 0"
    );
    assert_eq!(
        error(plot::bars(&[("a", f64::NAN)])),
        "bars: the amount of a is not finite, NaN"
    );
}
