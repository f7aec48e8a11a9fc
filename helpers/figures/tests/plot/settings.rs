use crate::*;

#[test]
fn figures_beside_one_another_keep_their_texts() {
    let row = plot::side_by_side(&[few().title("left"), few().title("right")])
        .unwrap()
        .title("both");
    has_texts(&row, &["left", "right", "both"]);
    assert!(format!("{row:?}").starts_with(r#"Figure("both", 1160 x 4"#));
}

/// How often each of these texts stands in a figure.
fn count<const N: usize>(figure: &Figure, wanted: [&str; N]) -> [usize; N] {
    let mut counts = [0; N];
    with_document(figure, |document| {
        let texts = texts(document);
        counts = wanted.map(|word| texts.iter().filter(|text| *text == word).count());
    });
    counts
}

#[test]
fn a_legend_that_all_have_stands_once_at_the_right() {
    let panels = [few().title("left").size(300, 260), few().size(300, 260)];
    let row = plot::side_by_side(&panels).unwrap();
    assert_eq!(count(&row, ["class 0", "class 1", "x0"]), [1, 1, 2]);
    // The whole is as wide as before, and each panel keeps its own legend where they differ.
    assert_eq!(format!("{row:?}"), r#"Figure("", 600 x 274)"#);
    let other = few().classes(&["no", "yes"]).size(300, 260);
    let row = plot::grid(&[few().size(300, 260), other], 1).unwrap();
    assert_eq!(count(&row, ["class 0", "no"]), [1, 1]);
    let alone = plot::side_by_side(&[few()]).unwrap();
    assert_eq!(count(&alone, ["class 0", "class 1"]), [1, 1]);
    let curve = plot::loss_curve(&[1.0, 0.5]).unwrap();
    let row = plot::side_by_side(&[few(), curve]).unwrap();
    assert_eq!(count(&row, ["class 0", "class 1"]), [1, 1]);
    let broken = plot::side_by_side(&[few(), few().log_y()]).unwrap();
    assert_eq!(
        error(broken.svg()),
        "log_y: only curves can have a logarithmic axis"
    );
}

#[test]
fn a_colour_bar_that_all_have_stands_once_beside_legends_that_differ() {
    let surface = |high: f64, path: &str| {
        let bowl = move |w0: f64, w1: f64| Ok(10.0 + high * (w0 * w0 + w1 * w1));
        let surface = plot::loss_surface(bowl, (-1.0, 1.0), (-1.0, 1.0)).unwrap();
        surface.trajectory(&[(1.0, 1.0), (0.0, 0.0)], path)
    };
    let same = plot::grid(&[surface(1.0, "lr 0.1"), surface(1.0, "lr 1")], 2).unwrap();
    assert_eq!(count(&same, ["loss", "lr 0.1", "lr 1"]), [1, 1, 1]);
    let other = plot::grid(&[surface(1.0, "lr 1"), surface(2.0, "lr 1")], 2).unwrap();
    assert_eq!(count(&other, ["loss", "lr 1"]), [2, 1]);
    let pictures = |low: f32| {
        let pixels = tensor(&[[[low, 1f32], [0.25, 0.5]]]);
        plot::images(&pixels).unwrap()
    };
    let same = plot::side_by_side(&[pictures(-0.75), pictures(-0.75)]).unwrap();
    assert_eq!(count(&same, ["−0.75", "1"]), [1, 1]);
    let other = plot::side_by_side(&[pictures(-0.75), pictures(-0.5)]).unwrap();
    assert_eq!(count(&other, ["−0.75", "−0.5", "1"]), [1, 1, 2]);
}

#[test]
fn wrong_curves_and_pictures_are_one_clear_line() {
    assert_eq!(
        error(plot::loss_curve(&[])),
        "loss_curve: there is no value"
    );
    assert_eq!(
        error(plot::loss_curve(&[f64::NAN])),
        "loss_curve: no value is finite, the first is NaN"
    );
    assert_eq!(
        error(plot::loss_curves(&[])),
        "loss_curves: expected 1 to 10 curves, got 0"
    );
    assert_eq!(
        error(plot::loss_curves(&[("a", vec![])])),
        "loss_curves: there is no value of a"
    );
    assert_eq!(
        error(plot::loss_curve(&[0.0]).unwrap().log_y().svg()),
        "log_y: no value is above 0"
    );
    let zeros = |dims: &[usize]| Tensor::zeros(dims, DType::F32, &CPU).unwrap();
    let images = |dims: &[usize]| error(plot::images(&zeros(dims)));
    assert_eq!(
        images(&[2, 4, 5, 5]),
        "images: expected (H, W), (N, H, W), (N, 1, H, W) or (N, 3, H, W), got [2, 4, 5, 5]"
    );
    assert_eq!(images(&[0, 5, 5]), "images: there is no image in [0, 5, 5]");
    assert!(images(&[401, 2, 2]).starts_with("images: at most 400 images in a figure, got 401"));
    let nan = Tensor::new(&[[0f32, f32::NAN]], &CPU).unwrap();
    assert_eq!(
        error(plot::images(&nan)),
        "images: image 0 holds a value that is not finite, NaN"
    );
    assert_eq!(
        error(plot::side_by_side(&[])),
        "side_by_side: there is no figure"
    );
}

#[test]
fn settings_that_do_not_fit_are_reported_when_the_figure_is_drawn() {
    let curve = || plot::loss_curve(&[1.0, 0.5]).unwrap();
    let pictures = || plot::images(&Tensor::zeros((2, 4, 4), DType::F32, &CPU).unwrap()).unwrap();
    let said = |figure: Figure| error(figure.svg());
    assert_eq!(
        said(curve().captions(&["a"])),
        "captions: this figure has no images"
    );
    assert_eq!(
        said(curve().classes(&["a"])),
        "classes: only a figure of points has classes"
    );
    assert_eq!(
        said(curve().boundary([1.0, 0.0], 0.0, "a")),
        "boundary: only a figure of points can take a line"
    );
    assert_eq!(
        said(few().log_y()),
        "log_y: only curves can have a logarithmic axis"
    );
    assert_eq!(
        said(few().classes(&["a"])),
        "classes: there is a class 1, so 2 names are needed, got 1"
    );
    let sizes = |values: &[f32]| Tensor::new(values, &CPU).unwrap();
    assert_eq!(
        said(curve().sizes(&sizes(&[1.0]), "a")),
        "sizes: only a figure of points has sizes"
    );
    assert!(said(few().sizes(&sizes(&[1.0]), "a")).ends_with("values, got 1"));
    assert_eq!(
        said(few().sizes(&sizes(&[-1.0; 20]), "a")),
        "sizes: an area is at least 0, got -1"
    );
    assert_eq!(
        said(few().boundary([0.0, 0.0], 1.0, "a")),
        "boundary a: with w = [0, 0] there is no line"
    );
    assert_eq!(
        said(pictures().captions(&["a"])),
        "captions: 2 images need as many captions, got 1"
    );
    assert_eq!(said(pictures().columns(0)), "columns: at least 1, got 0");
    assert_eq!(
        said(pictures().x_label("a")),
        "x_label: this figure has no axes"
    );
    assert_eq!(
        said(few().size(5, 5000)),
        "size: each side of a figure is 120 to 4000 pixels, got 5 x 5000"
    );
    let blocks = few().log_y().blocks();
    assert_eq!(
        blocks,
        "EVCXR_BEGIN_CONTENT text/plain\nlog_y: only curves can have a logarithmic axis\nEVCXR_END_CONTENT\n"
    );
}

#[test]
fn odd_values_still_give_a_figure_or_an_error() {
    let draw = |rows: &[[f32; 2]]| {
        let points = Tensor::from_vec(rows.concat(), (rows.len(), 2), &CPU).unwrap();
        let targets = Tensor::zeros(rows.len(), DType::U32, &CPU).unwrap();
        plot::scatter(&points, &targets)
            .unwrap()
            .boundary([1.0, -1.0], 0.0, "line")
            .png()
            .unwrap()
    };
    for value in [0.0, 1.0, -1e-30, 1e30, f32::MAX / 2.0, f32::MIN_POSITIVE] {
        draw(&[[value, value]]);
        draw(&[[value, -value], [-value, value]]);
        draw(&[[value, 1.0], [value * 1.000_000_1, 1.0]]);
    }
    for values in [
        vec![0.0],
        vec![-1.0, -1.0],
        vec![1e-300, 1e300],
        vec![1e5; 3],
        vec![-3.0, 4.0],
    ] {
        let figure = plot::loss_curve(&values).unwrap();
        assert!(figure.svg().is_ok(), "{values:?}");
        figure.log_y().svg().ok();
    }
    for dims in [(1, 1), (1, 300), (300, 1), (1500, 3)] {
        let picture = Tensor::ones(dims, DType::F32, &CPU).unwrap();
        let figure = plot::images(&picture).unwrap();
        assert!(figure.png().is_ok(), "{dims:?}");
        assert!(figure.diverging().size(150, 150).png().is_ok(), "{dims:?}");
    }
    assert_eq!(
        error(few().size(120, 120).svg()),
        "size: 120 x 120 leaves no room between the labels"
    );
}

#[test]
fn debug_is_short() {
    assert_eq!(
        format!("{:?}", few().title("Points")),
        r#"Figure("Points", 580 x 400)"#
    );
}
