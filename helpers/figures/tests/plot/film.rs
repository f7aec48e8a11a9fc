//! `plot::film`: the pictures and labels that its script starts from, its still form, its size. How it
//! plays was tried in a browser.

use crate::*;
use base64::Engine;
use image::{RgbImage, RgbaImage};
use serde_json::Value;

/// The attribute that the script reads.
fn data(film: &plot::Film) -> Value {
    let html = film.html().unwrap();
    let data = html.split("data-film=\"").nth(1).unwrap();
    let data = data.split('"').next().unwrap().replace("&quot;", "\"");
    let data = data.replace("&lt;", "<").replace("&gt;", ">");
    serde_json::from_str(&data.replace("&amp;", "&")).unwrap()
}

fn labels(data: &Value) -> Vec<&str> {
    let frames = data["frames"].as_array().unwrap().iter();
    frames.map(|frame| frame[0].as_str().unwrap()).collect()
}

fn picture(png: &Value) -> RgbaImage {
    let engine = base64::engine::general_purpose::STANDARD;
    let file = engine.decode(png.as_str().unwrap()).unwrap();
    image::load_from_memory(&file).unwrap().to_rgba8()
}

/// What the script draws: the ground, and a frame over it.
fn drawn(data: &Value, frame: usize) -> RgbImage {
    let (mut below, over) = (picture(&data["ground"]), picture(&data["frames"][frame][1]));
    assert_eq!(below.dimensions(), over.dimensions());
    for (below, over) in below.pixels_mut().zip(over.pixels()) {
        assert!([0, 255].contains(&over.0[3]));
        if over.0[3] == 255 {
            *below = *over;
        }
    }
    image::DynamicImage::ImageRgba8(below).to_rgb8()
}

/// A boundary that moves over points.
fn moving(n: usize) -> Vec<Figure> {
    let (points, targets) = points(60, 2);
    let frame = |i: usize| {
        let model = Linear(vec![[1.0 - i as f64 / 8.0, 1.0, 0.1 * i as f64], [0.0; 3]]);
        let figure = plot::decision_regions(&model, &points, &targets).unwrap();
        figure.title(&format!("epoch {i}")).size(400, 300)
    };
    (0..n).map(frame).collect()
}

fn noise(n: usize, shape: (usize, usize, usize, usize)) -> Vec<Figure> {
    manual_seed(2);
    let frame = |_| {
        let pictures = random::uniform(0.0, 1.0, shape, &CPU).unwrap();
        plot::images(&pictures).unwrap()
    };
    (0..n).map(frame).collect()
}

#[test]
fn a_film_has_a_frame_for_each_figure_and_needs_no_network() {
    let film = plot::film(&moving(9)).unwrap();
    assert_eq!(
        film.to_string(),
        "film of 9 frames, from epoch 0 to epoch 8"
    );
    let data = data(&film);
    let size = ["width", "height"].map(|name| data[name].as_u64().unwrap());
    assert_eq!(size, [400, 300]);
    let wanted: Vec<String> = (0..9).map(|i| format!("epoch {i}")).collect();
    assert_eq!(labels(&data), wanted);
    assert_eq!(data["note"], "");
    let (html, blocks) = (film.html().unwrap(), film.blocks());
    assert!(!html.contains("http") && html.contains("src=\"data:image/png;base64,"));
    assert_eq!(html.matches("<script>").count(), 1);
    assert_eq!(html.matches("</script>").count(), 1);
    for mime in ["text/html", "image/png", "text/plain"] {
        assert!(blocks.contains(&format!("EVCXR_BEGIN_CONTENT {mime}\n")));
    }
    println!("html {}, all {}", html.len(), blocks.len());
    assert!(blocks.len() <= 150_000, "{} bytes", blocks.len());
}

#[test]
fn each_frame_looks_like_its_figure() {
    let frames = moving(9);
    let data = data(&plot::film(&frames).unwrap());
    let mut different = 0;
    for (i, frame) in frames.into_iter().enumerate() {
        let png = frame.title("").png().unwrap();
        let wanted = image::load_from_memory(&png).unwrap().to_rgb8();
        let got = drawn(&data, i);
        assert_eq!(wanted.dimensions(), got.dimensions());
        let distance = |a: &image::Rgb<u8>, b: &image::Rgb<u8>| {
            let channel = |c: usize| a.0[c].abs_diff(b.0[c]);
            channel(0).max(channel(1)).max(channel(2))
        };
        let distances = wanted.pixels().zip(got.pixels());
        let distances: Vec<u8> = distances.map(|(a, b)| distance(a, b)).collect();
        let far = distances.iter().filter(|d| **d > 40).count();
        let count = distances.len();
        assert!(far * 200 < count, "frame {i}: {far} of {count} are far off");
        different += usize::from(i > 0 && got != drawn(&data, i - 1));
    }
    assert_eq!(different, 8);
}

#[test]
fn frames_of_images_share_one_scale() {
    let kernels = |size: f32| {
        let weights = Tensor::new(&[[size, -size / 2.0], [0.0, size / 4.0]], &CPU).unwrap();
        plot::kernels(&weights.reshape((1, 1, 2, 2)).unwrap()).unwrap()
    };
    let film = plot::film(&[kernels(0.2), kernels(-3.0), kernels(1.0)]).unwrap();
    let sheet = film.figure().unwrap();
    has_texts(&sheet, &["frame 1", "frame 2", "frame 3", "3", "−3"]);
    with_document(&sheet, |document| {
        let texts = texts(document);
        assert!(!texts.iter().any(|t| t == "0.2"), "{texts:?}");
        // One bar for all.
        assert_eq!(texts.iter().filter(|t| *t == "−3").count(), 1);
    });
    // The first is far paler than the second: no pixel of its kernel has a full colour.
    let data = data(&film);
    let strongest = |frame: usize| {
        let picture = drawn(&data, frame);
        let left = picture.enumerate_pixels().filter(|(x, _, _)| *x < 150);
        let colour = |pixel: &image::Rgb<u8>| {
            let [r, _, b] = pixel.0;
            r.abs_diff(b)
        };
        left.map(|(_, _, pixel)| colour(pixel)).max().unwrap()
    };
    let [pale, full] = [0, 1].map(strongest);
    assert!(pale < 60 && full > 100, "{pale}, {full}");
}

#[test]
fn charts_share_their_axes_and_histograms_their_bins() {
    let curve = |end: f64| plot::lines(&[("loss", vec![(0.0, 1.0), (end, end)])]).unwrap();
    let sheet = plot::film(&[curve(1.0), curve(10.0)])
        .unwrap()
        .figure()
        .unwrap();
    has_texts(&sheet, &["10"]);
    // No tick of the first alone.
    with_document(&sheet, |document| {
        let texts = texts(document);
        let small = |t: &String| ["0.2", "0.5", "0.8"].contains(&t.as_str());
        assert!(!texts.iter().any(small), "{texts:?}");
    });
    // In bins as wide as 40 / 40, all four values fall into one, and three.
    let narrow = tensor(&[0.3f32, 0.4, 0.45, 0.5]);
    let values = tensor(&[0.3f32, 0.4, 0.45, 40.0]);
    let frame = |values: &Tensor| plot::histogram(&[("z", values.clone())]).unwrap();
    let film = plot::film(&[frame(&narrow), frame(&values)]).unwrap();
    let sheet = film.figure().unwrap();
    let shares = |path: &String| {
        let nodes = nodes(path.trim_end_matches('z'));
        let (low, high) = nodes.iter().fold((f64::MAX, f64::MIN), |(low, high), p| {
            (low.min(p.1), high.max(p.1))
        });
        high - low
    };
    let heights: Vec<f64> = every(&sheet, "curve", "d").iter().map(shares).collect();
    close(heights[1] / heights[0], 0.75, 0.01);
    let several = |std: f64| {
        let layers = [("fc1", std), ("fc2", 2.0 * std)];
        let draw = |(name, std)| (name, random::normal(0.0, std, 200, &CPU).unwrap());
        plot::histograms(&layers.map(draw)).unwrap()
    };
    plot::film(&[several(1.0), several(3.0)])
        .unwrap()
        .html()
        .unwrap();
}

#[test]
fn the_still_form_shows_six_frames_with_both_ends() {
    let sheet = plot::film(&moving(11)).unwrap().figure().unwrap();
    let wanted = [0, 2, 4, 6, 8, 10].map(|i| format!("epoch {i}"));
    has_texts(&sheet, &wanted.each_ref().map(String::as_str));
    let png = image::load_from_memory(&sheet.png().unwrap()).unwrap();
    assert!(png.width() <= 840, "{}", png.width());
    let two = plot::film(&moving(2)).unwrap().figure().unwrap();
    has_texts(&two, &["epoch 0", "epoch 1"]);
}

#[test]
fn what_does_not_fit_is_thinned_evenly() {
    let film = plot::film(&noise(40, (4, 1, 28, 28))).unwrap();
    let blocks = film.blocks();
    println!("{} bytes", blocks.len());
    assert!(blocks.len() <= 150_000, "{} bytes", blocks.len());
    let data = data(&film);
    let labels = labels(&data);
    let kept = labels.len();
    assert!((3..40).contains(&kept), "{kept} frames");
    assert_eq!(data["note"], format!("{kept} of 40 frames, evenly spaced"));
    let words = labels
        .iter()
        .map(|label| label.strip_prefix("frame ").unwrap());
    let numbers: Vec<i64> = words.map(|number| number.parse().unwrap()).collect();
    assert_eq!((numbers[0], numbers[kept - 1]), (1, 40));
    let steps = numbers.windows(2).map(|pair| pair[1] - pair[0]);
    let (least, most) = (steps.clone().min().unwrap(), steps.max().unwrap());
    assert!(most - least <= 1, "{numbers:?}");
    // So many are never drawn.
    let many: Vec<Figure> = std::iter::repeat_n(few().size(300, 240), 120).collect();
    let html = plot::film(&many).unwrap().html().unwrap();
    assert!(html.contains("100 of 120 frames, evenly spaced"));
}

#[test]
fn labels_may_hold_any_text() {
    let title = "loss < 0.5 & \"falling\"\\ \n\u{1} é";
    let frames: Vec<Figure> = moving(2).into_iter().map(|f| f.title(title)).collect();
    let film = plot::film(&frames).unwrap();
    let wanted = "loss < 0.5 & \"falling\"\\    é";
    assert_eq!(labels(&data(&film)), [wanted, wanted]);
    let html = film.html().unwrap();
    assert!(html.contains("<img alt=\"film of 2 frames, from loss &lt; 0.5 &amp; &quot;"));
}

#[test]
fn wrong_films_are_one_clear_line() {
    for n in [0, 1] {
        assert_eq!(
            error(plot::film(&moving(n))),
            format!("film: expected at least 2 figures, got {n}")
        );
    }
    let mut frames = moving(3);
    frames[2] = frames[2].clone().size(400, 310);
    assert_eq!(
        error(plot::film(&frames)),
        "film: all figures need one size, the first is 400 x 300 without its title, figure 3 is 400 x 310; give each the same .size(..)"
    );
    // A title takes no room of a film.
    let untitled = moving(2).remove(1).title("");
    plot::film(&[moving(1).remove(0), untitled]).unwrap();
    let large = noise(2, (16, 3, 96, 96)).into_iter();
    let large: Vec<Figure> = large.map(|figure| figure.size(840, 840)).collect();
    let message = error(plot::film(&large).unwrap().html());
    let start = "film: two frames of 840 x 840 pixels take ";
    let end = "give the figures a smaller .size(..)";
    assert!(
        message.starts_with(start) && message.ends_with(end),
        "{message}"
    );
    // What is wrong with a figure is said when the film is shown.
    let unfit: Vec<Figure> = moving(2).into_iter().map(Figure::log_y).collect();
    let unfit = plot::film(&unfit).unwrap();
    let problem = error(unfit.figure().unwrap().svg());
    assert_eq!(
        unfit.blocks(),
        format!("EVCXR_BEGIN_CONTENT text/plain\n{problem}\nEVCXR_END_CONTENT\n")
    );
    let huge = moving(2).into_iter();
    let huge: Vec<Figure> = huge.map(|figure| figure.size(5000, u32::MAX)).collect();
    error(plot::film(&huge).unwrap().html());
}
