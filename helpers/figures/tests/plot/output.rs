use crate::*;

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
fn a_figure_shrunk_to_the_page_is_white_to_its_edges() {
    let three = [few(), few(), few()].map(|figure| figure.size(300, 294));
    let figure = plot::side_by_side(&three).unwrap();
    let png = image::load_from_memory(&figure.png().unwrap())
        .unwrap()
        .to_rgb8();
    let (width, height) = png.dimensions();
    assert_eq!(width, 840);
    let edge = |x: u32, y: u32| x == 0 || y == 0 || x + 1 == width || y + 1 == height;
    for (x, y, pixel) in png.enumerate_pixels().filter(|p| edge(p.0, p.1)) {
        assert_eq!(pixel.0, [255, 255, 255], "at {x}, {y}");
    }
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
