//! What figures are made of: structure, geometry, sizes and error lines; how they look is seen in
//! the gallery.
#![allow(clippy::unwrap_used)]

use helpers::plot::{self, Figure};
use helpers::prelude::*;
use resvg::usvg::roxmltree::{Document, Node};

const CPU: Device = Device::Cpu;
/// The most that a figure may add to a notebook.
const LIMIT: usize = 40_000;

fn points(n: usize, classes: u32) -> (Tensor, Tensor) {
    manual_seed(3);
    let points = random::normal(0.0, 1.0, (n, 2), &CPU).unwrap();
    let targets: Vec<u32> = (0..n as u32).map(|i| i % classes).collect();
    (points, Tensor::new(targets, &CPU).unwrap())
}

fn few() -> Figure {
    let (points, targets) = points(20, 2);
    plot::scatter(&points, &targets).unwrap()
}

/// Columns of scores, each w0 x0 + w1 x1 + b.
struct Linear(Vec<[f64; 3]>);

impl Model for Linear {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        assert!(!train);
        let (x0, x1) = (x.narrow(1, 0, 1)?, x.narrow(1, 1, 1)?);
        let score = |w: &[f64; 3]| ((&x0 * w[0])? + (&x1 * w[1])?)? + w[2];
        Tensor::cat(&self.0.iter().map(score).collect::<Result<Vec<_>>>()?, 1)
    }
}

fn error<T>(result: Result<T>) -> String {
    let message = result.err().unwrap().to_string();
    message.lines().next().unwrap().to_string()
}

fn with_document(figure: &Figure, check: impl Fn(&Document)) {
    let svg = figure.svg().unwrap();
    check(&Document::parse(&svg).unwrap());
}

fn texts(document: &Document) -> Vec<String> {
    let texts = document.descendants().filter(|n| n.has_tag_name("text"));
    texts
        .filter_map(|n| n.text())
        .map(|t| t.trim().to_string())
        .collect()
}

fn has_texts(figure: &Figure, wanted: &[&str]) {
    with_document(figure, |document| {
        let texts = texts(document);
        for text in wanted {
            assert!(texts.iter().any(|t| t == text), "no {text:?} in {texts:?}");
        }
    });
}

/// The nodes of a path of absolute `M` and relative `l` pieces.
fn nodes(path: &str) -> Vec<(f64, f64)> {
    let (mut at, mut nodes) = ((0.0, 0.0), Vec::new());
    let spaced = path
        .replace('-', " -")
        .replace('M', " M ")
        .replace('l', " l ");
    let mut words = spaced.split_whitespace().peekable();
    let mut relative = false;
    while let Some(word) = words.next() {
        match word {
            "M" => relative = false,
            "l" => relative = true,
            x => {
                let pair = (
                    x.parse::<f64>().unwrap(),
                    words.next().unwrap().parse::<f64>().unwrap(),
                );
                at = if relative {
                    (at.0 + pair.0, at.1 + pair.1)
                } else {
                    pair
                };
                nodes.push(at);
            }
        }
    }
    nodes
}

fn of_class<'a>(document: &'a Document, class: &str) -> Vec<Node<'a, 'a>> {
    document
        .descendants()
        .filter(|n| n.attribute("class") == Some(class))
        .collect()
}

fn line(figure: &Figure, class: &str) -> Vec<(f64, f64)> {
    let svg = figure.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    nodes(of_class(&document, class)[0].attribute("d").unwrap())
}

#[test]
fn a_scatter_has_title_labels_legend_and_an_opaque_background() {
    let figure = few()
        .title("A & B < C")
        .subtitle("twenty")
        .x_label("length")
        .classes(&["one", "two"]);
    has_texts(
        &figure,
        &["A & B < C", "twenty", "length", "x1", "one", "two"],
    );
    with_document(&figure, |document| {
        let root = document.root_element();
        assert_eq!(root.attribute("width"), Some("580"));
        assert!(
            root.attribute("font-family")
                .unwrap()
                .contains("sans-serif")
        );
        let first = root.children().find(Node::is_element).unwrap();
        assert_eq!(first.tag_name().name(), "rect");
        assert_eq!(
            (first.attribute("width"), first.attribute("height")),
            (Some("5800"), Some("4000"))
        );
        assert_eq!(
            (first.attribute("fill"), first.attribute("opacity")),
            (Some("#ffffff"), None)
        );
        assert_eq!(of_class(document, "points").len(), 2);
    });
}

#[test]
fn markers_differ_in_colour_and_shape() {
    let (points, targets) = points(30, 10);
    with_document(&plot::scatter(&points, &targets).unwrap(), |document| {
        let markers = document.descendants().filter(|n| n.has_tag_name("marker"));
        let paths: Vec<Node> = markers
            .filter_map(|m| m.children().find(Node::is_element))
            .collect();
        for attribute in ["d", "fill"] {
            let mut kinds: Vec<_> = paths
                .iter()
                .map(|p| p.attribute(attribute).unwrap())
                .collect();
            kinds.sort_unstable();
            kinds.dedup();
            assert_eq!(kinds.len(), 10, "{attribute}");
        }
    });
}

#[test]
fn a_png_has_the_figure_s_size_and_something_on_it() {
    let figure = few().title("Title").size(400, 300);
    let png = image::load_from_memory(&figure.png().unwrap())
        .unwrap()
        .to_rgb8();
    assert_eq!(png.dimensions(), (400, 300));
    assert_eq!(png.get_pixel(0, 0).0, [255, 255, 255]);
    // The title is text: the font was found.
    let dark = |y0: u32, y1: u32| {
        let rows = (y0..y1).flat_map(|y| (0..400).map(move |x| (x, y)));
        rows.filter(|&(x, y)| png.get_pixel(x, y).0[0] < 100)
            .count()
    };
    assert!(dark(10, 35) > 30);
    assert!(dark(60, 250) > 100);
}

#[test]
fn a_boundary_passes_where_it_should() {
    // x0 = 0.25 on axes that are even around 0: the model's line and the drawn one agree.
    let corners = Tensor::new(&[[-1f32, -2.], [1., 2.], [-1., 2.]], &CPU).unwrap();
    let targets = Tensor::new(&[0u32, 1, 1], &CPU).unwrap();
    let model = Linear(vec![[-3.0, 0.0, 0.75], [0.0, 0.0, 0.0]]);
    let figure = plot::decision_regions(&model, &corners, &targets).unwrap();
    let figure = figure
        .boundary([1.0, 0.0], -0.25, "theory")
        .boundary([0.0, 1.0], 0.0, "level");
    let (contour, theory) = (line(&figure, "contour"), line(&figure, "boundary"));
    with_document(&figure, |document| {
        let field = of_class(document, "field")[0];
        let number = |name: &str| field.attribute(name).unwrap().parse::<f64>().unwrap();
        let (low, high) = (-1.14, 1.14); // 7 % of the range on each side
        let x = number("x") + (0.25 - low) / (high - low) * number("width");
        for (at, y) in contour.iter().chain(&theory) {
            assert!((at - x).abs() <= 1.0, "{at} is not {x}");
            assert!((number("y") - 1.0..=number("y") + number("height") + 1.0).contains(y));
        }
        let length = |line: &[(f64, f64)]| {
            line.iter().map(|n| n.1).fold(0.0, f64::max)
                - line.iter().map(|n| n.1).fold(1e9, f64::min)
        };
        assert!((length(&contour) - number("height")).abs() <= 2.0);
        assert!((length(&theory) - number("height")).abs() <= 2.0);
        let level = nodes(of_class(document, "boundary")[1].attribute("d").unwrap());
        let middle = number("y") + number("height") / 2.0;
        assert!(
            level.iter().all(|n| (n.1 - middle).abs() <= 1.0),
            "{level:?} is not at {middle}"
        );
    });
}

#[test]
fn probabilities_and_logits_give_the_same_regions() {
    struct Softmax(Linear);
    impl Model for Softmax {
        fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
            helpers::candle_nn::ops::softmax(&self.0.forward(x, train)?, 1)
        }
    }
    let (points, targets) = points(20, 3);
    let model = || Linear(vec![[1.0, 0.5, 0.0], [-1.0, 0.2, 0.1], [0.0, -1.0, 0.2]]);
    let logits = plot::decision_regions(&model(), &points, &targets).unwrap();
    let probabilities = plot::decision_regions(&Softmax(model()), &points, &targets).unwrap();
    assert_eq!(line(&logits, "contour"), line(&probabilities, "contour"));
}

#[test]
fn a_boundary_outside_is_named_and_not_drawn() {
    let figure = few()
        .boundary([1.0, 1.0], 100.0, "far")
        .boundary([1.0, 0.0], 0.0, "near");
    has_texts(&figure, &["far (outside)", "near"]);
    with_document(&figure, |document| {
        assert_eq!(of_class(document, "boundary").len(), 1)
    });
}

#[test]
fn a_class_that_only_the_model_sees_is_in_the_legend() {
    let (points, targets) = points(20, 2);
    let model = Linear(vec![[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 0.5]]);
    has_texts(
        &plot::decision_regions(&model, &points, &targets).unwrap(),
        &["class 0", "class 1", "class 2"],
    );
}

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
fn pictures_have_captions_and_one_scale() {
    let pictures = Tensor::arange(0f32, 50.0, &CPU)
        .unwrap()
        .reshape((2, 5, 5))
        .unwrap();
    let figure = plot::images(&pictures)
        .unwrap()
        .captions(&["first", "second"]);
    has_texts(&figure, &["first", "second", "0", "49"]);
    has_texts(&figure.diverging(), &["−49", "0", "49"]);
    for shape in [vec![5, 10], vec![2, 1, 5, 5]] {
        assert!(
            plot::images(&pictures.reshape(shape).unwrap())
                .unwrap()
                .svg()
                .is_ok()
        );
    }
    let colours = Tensor::ones((2, 3, 4, 4), DType::F32, &CPU).unwrap();
    assert!(plot::images(&colours).unwrap().png().is_ok());
    has_texts(
        &plot::images(&(colours * 2.0).unwrap()).unwrap(),
        &["from 1.5 (dark) to 2.5 (bright)"],
    );
}

#[test]
fn figures_beside_one_another_keep_their_texts() {
    let row = plot::side_by_side(&[few().title("left"), few().title("right")])
        .unwrap()
        .title("both");
    has_texts(&row, &["left", "right", "both"]);
    assert!(format!("{row:?}").starts_with(r#"Figure("both", 1160 x 4"#));
}

#[test]
fn wrong_points_are_one_clear_line() {
    let two = |dims: (usize, usize)| Tensor::zeros(dims, DType::F32, &CPU).unwrap();
    let targets = |n: usize| Tensor::zeros(n, DType::U32, &CPU).unwrap();
    let scatter = |p: &Tensor, t: &Tensor| error(plot::scatter(p, t));
    assert_eq!(
        scatter(&two((10, 3)), &targets(10)),
        "scatter: expected points (N, 2), got [10, 3]"
    );
    assert_eq!(
        scatter(&two((0, 2)), &targets(0)),
        "scatter: there is no point"
    );
    assert_eq!(
        scatter(&two((4, 2)), &targets(3)),
        "scatter: 4 points need 4 targets, (4), got [3]"
    );
    let floats = targets(4).to_dtype(DType::F32).unwrap();
    assert_eq!(
        scatter(&two((4, 2)), &floats),
        "scatter: targets are class indices of type u32, got F32"
    );
    let eleven = Tensor::new(&[0u32, 10], &CPU).unwrap();
    assert_eq!(
        scatter(&two((2, 2)), &eleven),
        "scatter: 10 classes, 0 to 9, can be told apart in a figure, got class 10"
    );
    let nan = Tensor::new(&[[0f32, 1.], [f32::NAN, 1.]], &CPU).unwrap();
    assert_eq!(
        scatter(&nan, &targets(2)),
        "scatter: point 1 is not finite, (NaN, 1.0)"
    );
}

#[test]
fn wrong_models_are_one_clear_line() {
    let (points, targets) = points(20, 3);
    let regions = |w: Vec<[f64; 3]>| error(plot::decision_regions(&Linear(w), &points, &targets));
    assert_eq!(
        regions(vec![[1.0; 3]]),
        "decision_regions: for input (14641, 2) the model must give (14641, C) with C at least 2, got [14641, 1]"
    );
    assert_eq!(
        regions(vec![[1.0; 3]; 2]),
        "decision_regions: there is a target 2, but the model has 2 outputs, 0 to 1"
    );
    assert_eq!(
        regions(vec![[1.0; 3]; 11]),
        "decision_regions: 10 classes can be told apart in a figure, the model has 11"
    );
    assert!(
        regions(vec![[f64::NAN; 3]; 3])
            .starts_with("decision_regions: the model gives NaN at x0 = ")
    );
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
    assert_eq!(
        images(&[0, 5, 5]),
        "images: there is no picture in [0, 5, 5]"
    );
    assert!(images(&[401, 2, 2]).starts_with("images: at most 400 pictures in a figure, got 401"));
    let nan = Tensor::new(&[[0f32, f32::NAN]], &CPU).unwrap();
    assert_eq!(
        error(plot::images(&nan)),
        "images: picture 0 holds a value that is not finite, NaN"
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
        "captions: this figure has no pictures"
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
    assert_eq!(
        said(few().boundary([0.0, 0.0], 1.0, "a")),
        "boundary a: with w = [0, 0] there is no line"
    );
    assert_eq!(
        said(pictures().captions(&["a"])),
        "captions: 2 pictures need as many captions, got 1"
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

fn shown(figure: &Figure, what: &str) -> String {
    let blocks = figure.blocks();
    assert!(blocks.len() <= LIMIT, "{what}: {} bytes", blocks.len());
    assert!(blocks.contains("EVCXR_BEGIN_CONTENT image/png\n"), "{what}");
    blocks
}

#[test]
fn the_worst_usual_figures_show_svg_and_png_in_40_kb() {
    let (many, two) = points(2000, 2);
    let (thousand, three) = points(1000, 3);
    let model = Linear(vec![[1.0, 0.5, 0.0], [-1.0, 0.2, 0.1], [0.0, -1.0, 0.2]]);
    let mut losses: Vec<f64> = (0..100_000)
        .map(|i| 1.0 + f64::from(i * 7919 % 1000) / 500.0)
        .collect();
    losses[50_000] = f64::NAN;
    let blobs: Vec<f32> = (0..64 * 28 * 28)
        .map(|i| ((i % 28) as f32 * 0.3).sin() * ((i / 28) as f32 * 0.2).cos())
        .collect();
    let pictures = Tensor::from_vec(blobs, (64, 28, 28), &CPU).unwrap();
    for (what, figure) in [
        ("2000 points", plot::scatter(&many, &two).unwrap()),
        (
            "regions",
            plot::decision_regions(&model, &thousand, &three).unwrap(),
        ),
        ("losses", plot::loss_curve(&losses).unwrap()),
        ("pictures", plot::images(&pictures).unwrap()),
    ] {
        assert!(
            shown(&figure, what).starts_with("EVCXR_BEGIN_CONTENT image/svg+xml\n<svg"),
            "{what}"
        );
    }
}

#[test]
fn what_cannot_be_small_shows_a_png_of_fewer_colours() {
    manual_seed(1);
    let grey = random::normal(0.0, 1.0, (64, 28, 28), &CPU).unwrap();
    let colour = random::uniform(0.0, 1.0, (9, 3, 96, 96), &CPU).unwrap();
    shown(&plot::images(&grey).unwrap(), "grey noise");
    shown(&plot::images(&colour).unwrap(), "colour noise");
    let large = random::uniform(0.0, 1.0, (4, 3, 300, 400), &CPU).unwrap();
    let large = plot::images(&large).unwrap().columns(2);
    shown(&large, "large noise");
    shown(
        &plot::side_by_side(&[few(), large]).unwrap(),
        "points beside noise",
    );
    let (points, targets) = points(10_000, 10);
    let figure = plot::scatter(&points, &targets).unwrap();
    has_texts(&figure, &["1 in 5 of the 10000 points drawn"]);
    shown(&figure, "10000 points");
}

#[test]
fn the_shown_png_is_a_png() {
    use base64::Engine;
    let blocks = few().blocks();
    let body = blocks
        .split("image/png\n")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    let file = base64::engine::general_purpose::STANDARD
        .decode(body)
        .unwrap();
    assert_eq!(image::load_from_memory(&file).unwrap().width(), 580);
}

#[test]
fn debug_is_short() {
    assert_eq!(
        format!("{:?}", few().title("Points")),
        r#"Figure("Points", 580 x 400)"#
    );
}

#[test]
fn saving_goes_by_extension_and_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    few().save(at("a.svg")).unwrap();
    few().save(at("a.png")).unwrap();
    let png = image::open(at("a.png")).unwrap();
    assert_eq!((png.width(), png.height()), (1160, 800));
    assert!(
        std::fs::read_to_string(at("a.svg"))
            .unwrap()
            .starts_with("<svg")
    );
    assert!(error(few().save(at("a.pdf"))).ends_with("a.pdf must end in .svg or .png"));
    assert!(error(few().save(at("missing/a.svg"))).starts_with("save: "));
    few().log_y().save(at("wrong.svg")).unwrap_err();
    std::fs::create_dir(at("folder.svg")).unwrap();
    few().save(at("folder.svg")).unwrap_err();
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["a.png", "a.svg", "folder.svg"]);
}

#[test]
fn the_same_figure_is_drawn_the_same_way() {
    let (points, targets) = points(200, 3);
    let draw = || {
        plot::scatter(&points, &targets)
            .unwrap()
            .title("T")
            .blocks()
    };
    assert_eq!(draw(), draw());
}
