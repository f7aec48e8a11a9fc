use crate::*;

#[test]
fn curves_have_names_and_labels() {
    let figure =
        plot::loss_curves(&[("train", vec![1.0, 0.5]), ("validation", vec![1.1])]).unwrap();
    has_texts(
        &figure.x_label("epoch").log_y(),
        &["train", "validation", "epoch", "loss"],
    );
}

#[test]
fn what_is_not_finite_is_a_gap_and_a_note() {
    let figure = plot::loss_curve(&[3.0, 2.0, f64::NAN, 1.0, 1.5, f64::INFINITY]).unwrap();
    has_texts(&figure, &["not finite 2 times from step 3 to 6"]);
    with_document(&figure, |document| {
        let path = of_class(document, "curve")[0].attribute("d").unwrap();
        assert_eq!(path.matches('M').count(), 2);
    });
    let diverged = plot::loss_curve(&[3.0, 2.0, f64::NAN, f64::NAN])
        .unwrap()
        .x_label("epoch");
    has_texts(&diverged, &["not finite from epoch 3"]);
    let zero = plot::loss_curve(&[3.0, 0.0, 2.0]).unwrap().log_y();
    has_texts(&zero, &["not above 0 or not finite at step 2"]);
}

#[test]
fn a_run_has_one_colour_and_its_validation_is_dashed() {
    let run = |name| (name, vec![1.0, 0.5], vec![1.1, 0.8]);
    let figure = plot::learning_curves(&[run("small"), run("large")]).unwrap();
    has_texts(
        &figure,
        &[
            "small, train",
            "small, validation",
            "large, validation",
            "epoch",
            "loss",
        ],
    );
    let colours = every(&figure, "curve", "stroke");
    assert_eq!(colours.len(), 4);
    assert!(colours[0] == colours[1] && colours[2] == colours[3] && colours[0] != colours[2]);
    let dashes = every(&figure, "curve", "stroke-dasharray");
    assert!(dashes[0].is_empty() && !dashes[1].is_empty());
}

#[test]
fn one_run_has_the_colours_of_training_and_validation() {
    let figure = plot::learning_curves(&[("", vec![1.0, 0.5], vec![1.1, 0.8])]).unwrap();
    has_texts(&figure, &["train", "validation", "epoch"]);
    assert_eq!(every(&figure, "curve", "stroke"), ["#009e73", "#cc79a7"]);
    let dashes = every(&figure, "curve", "stroke-dasharray");
    assert!(dashes[0].is_empty() && !dashes[1].is_empty());
    let alone = plot::learning_curves(&[("", vec![1.0, 0.5], vec![])]).unwrap();
    assert_eq!(every(&alone, "curve", "stroke"), ["#009e73"]);
    assert_eq!(
        error(plot::learning_curves(&[("", vec![], vec![1.0])])),
        "learning_curves: there is no value of train"
    );
}

#[test]
fn a_logarithmic_axis_writes_all_its_ticks_alike() {
    let texts_of = |values: &[f64]| {
        let mut found = Vec::new();
        with_document(&plot::loss_curve(values).unwrap().log_y(), |document| {
            found = texts(document);
        });
        found
    };
    let has = |texts: &[String], text: &str| texts.iter().any(|t| t == text);
    let far = texts_of(&[1.0, 1e2, 1e5]);
    assert!(has(&far, "10⁰") && !has(&far, "100"), "{far:?}");
    let near = texts_of(&[0.1, 1.0, 100.0]);
    assert!(has(&near, "100") && has(&near, "0.1"), "{near:?}");
}

#[test]
fn lines_go_through_their_points() {
    let points = vec![(1.0, 1.0), (10.0, 4.0), (100.0, 9.0)];
    let figure = plot::lines(&[("cost", points)])
        .unwrap()
        .x_label("n")
        .y_label("s");
    has_texts(&figure, &["cost", "n", "s"]);
    let nodes = |figure: &Figure| -> Vec<(f64, f64)> {
        let mut nodes = line(figure, "curve");
        nodes.dedup();
        nodes
    };
    let plain = nodes(&figure);
    close(
        (plain[1].0 - plain[0].0) / (plain[2].0 - plain[0].0),
        9.0 / 99.0,
        0.001,
    );
    close(
        (plain[1].1 - plain[0].1) / (plain[2].1 - plain[0].1),
        3.0 / 8.0,
        0.001,
    );
    let log = nodes(&figure.log_x());
    close((log[1].0 - log[0].0) / (log[2].0 - log[0].0), 0.5, 0.001);
    let zero = plot::lines(&[("a", vec![(0.0, 1.0), (1.0, 2.0)])]).unwrap();
    assert_eq!(
        error(zero.log_x().svg()),
        "log_x: every x must be above 0, got 0"
    );
    assert_eq!(
        error(plot::lines(&[("a", vec![])])),
        "lines: there is no value of a"
    );
}
