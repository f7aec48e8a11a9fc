//! `plot::explore_convolution`: the still form and the numbers that its script starts from. What the
//! script computes and how it answers was compared in a browser with `F::conv2d`.

use crate::*;
use serde_json::Value;

fn photograph() -> Tensor {
    manual_seed(5);
    random::uniform(0.0, 1.0, (28, 28), &CPU).unwrap()
}

fn sobel() -> Tensor {
    tensor(&[[-1f32, 0., 1.], [-2., 0., 2.], [-1., 0., 1.]])
}

/// The attribute that the script reads.
fn data(html: &str) -> Value {
    let data = html.split("data-convolution=\"").nth(1).unwrap();
    let data = data.split('"').next().unwrap().replace("&quot;", "\"");
    serde_json::from_str(&data).unwrap()
}

#[test]
fn the_script_gets_the_numbers_and_the_settings() {
    let (image, kernel) = (photograph(), sobel());
    let explorer = plot::explore_convolution(&image, &kernel).unwrap();
    let html = explorer
        .clone()
        .stride(2)
        .padding(1)
        .dilation(3)
        .html()
        .unwrap();
    let data = data(&html);
    let rows =
        |name: &str| -> Vec<Vec<f32>> { serde_json::from_value(data[name].clone()).unwrap() };
    assert_eq!(rows("image"), image.to_vec2::<f32>().unwrap());
    assert_eq!(rows("kernel"), kernel.to_vec2::<f32>().unwrap());
    let settings = ["stride", "padding", "dilation"].map(|name| data[name].as_u64().unwrap());
    assert_eq!(settings, [2, 1, 3]);
    assert_eq!(data["grey"].as_str().unwrap().len(), 6 * 65);
    assert!(data["diverging"].as_str().unwrap()[6 * 32..].starts_with("ffffff"));
    // A page by itself: nothing is loaded.
    assert!(!html.contains("http") && html.contains("src=\"data:image/png;base64,"));
    assert_eq!(html.matches("<script>").count(), 1);
    assert_eq!(html.matches("</script>").count(), 1);
}

#[test]
fn the_still_form_agrees_with_conv2d() {
    let four = |t: &Tensor| t.unsqueeze(0).unwrap().unsqueeze(0).unwrap();
    for (stride, padding, dilation) in [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 6, 4), (4, 0, 3)] {
        let (image, kernel) = (photograph(), sobel());
        let options = F::ConvOptions {
            stride,
            padding,
            dilation,
            ..F::ConvOptions::default()
        };
        let output = F::conv2d(&four(&image), &four(&kernel), None, options).unwrap();
        let (_, _, rows, columns) = output.dims4().unwrap();
        let explorer = plot::explore_convolution(&four(&image), &four(&kernel)).unwrap();
        let explorer = explorer.stride(stride).padding(padding).dilation(dilation);
        let data = data(&explorer.html().unwrap());
        let place = ["row", "column"].map(|name| data[name].as_u64().unwrap() as usize);
        let output = output
            .squeeze(0)
            .unwrap()
            .squeeze(0)
            .unwrap()
            .to_vec2::<f32>()
            .unwrap();
        let there = output[place[0]][place[1]];
        let most = output
            .iter()
            .flatten()
            .fold(0f32, |most, v| most.max(v.abs()));
        assert_eq!(there.abs(), most);
        let sum = format!("{there:.2}").replace('-', "−");
        let [row, column] = place;
        has_texts(
            &explorer.figure().unwrap(),
            &[
                &format!("output ({row}, {column}) = {sum}: the sum of 9 products"),
                &format!("output {rows} × {columns}"),
                &format!("stride {stride}, padding {padding}, dilation {dilation}"),
                "window",
                "products",
            ],
        );
    }
}

#[test]
fn the_known_numbers_are_drawn() {
    // The book "Dive into Deep Learning", 7.2: 19, 25, 37, 43.
    let image = Tensor::arange(0f32, 9., &CPU)
        .unwrap()
        .reshape((3, 3))
        .unwrap();
    let kernel = Tensor::arange(0f32, 4., &CPU)
        .unwrap()
        .reshape((2, 2))
        .unwrap();
    let explorer = plot::explore_convolution(&image, &kernel).unwrap();
    has_texts(
        &explorer.figure().unwrap(),
        &[
            "19",
            "25",
            "37",
            "43",
            "24",
            "output (1, 1) = 43: the sum of 4 products",
        ],
    );
    has_texts(
        &explorer.padding(1).dilation(2).figure().unwrap(),
        &["input 3 × 3, padded to 5 × 5", "kernel 2 × 2 on 3 × 3"],
    );
}

#[test]
fn what_is_rounding_is_0() {
    let constant = (Tensor::ones((8, 8), DType::F32, &CPU).unwrap() * 0.1).unwrap();
    let laplace = tensor(&[[0.1f32, 0.2, 0.3], [0.1, -1.4, 0.1], [0.1, 0.2, 0.3]]);
    let explorer = plot::explore_convolution(&constant, &laplace).unwrap();
    has_texts(
        &explorer.figure().unwrap(),
        &["output (0, 0) = 0: the sum of 9 products"],
    );
}

#[test]
fn every_size_is_shown_in_60_kb() {
    manual_seed(6);
    for (side, k, dtype) in [
        (28, 3, DType::F32),
        (32, 7, DType::F32),
        (32, 7, DType::F64),
    ] {
        let image = random::normal(0.0, 1.0, (side, side), &CPU).unwrap();
        let kernel = random::normal(0.0, 0.3, (k, k), &CPU).unwrap();
        let [image, kernel] = [image, kernel].map(|t| (t.to_dtype(dtype).unwrap() / 3.0).unwrap());
        let explorer = plot::explore_convolution(&image, &kernel)
            .unwrap()
            .padding(3);
        let (html, blocks) = (explorer.html().unwrap(), explorer.blocks());
        println!("{side}: html {}, all {}", html.len(), blocks.len());
        assert!(html.len() < 60_000, "{} bytes of HTML", html.len());
        assert!(blocks.len() < 90_000, "{} bytes in all", blocks.len());
        for mime in ["text/html", "image/png", "text/plain"] {
            assert!(blocks.contains(&format!("EVCXR_BEGIN_CONTENT {mime}\n")));
        }
        let width = explorer.figure().unwrap().png().unwrap();
        assert!(image::load_from_memory(&width).unwrap().width() <= 840);
    }
}

#[test]
fn wrong_explorers_are_one_clear_line() {
    let of = |image: (usize, usize), kernel: (usize, usize)| {
        let ones = |shape| Tensor::ones(shape, DType::F32, &CPU).unwrap();
        plot::explore_convolution(&ones(image), &ones(kernel))
    };
    assert_eq!(
        error(of((33, 20), (3, 3))),
        "explore_convolution: the image has at most 32 x 32 values, got 33 x 20"
    );
    assert_eq!(
        error(of((20, 20), (3, 8))),
        "explore_convolution: the kernel has at most 7 x 7 values, got 3 x 8"
    );
    assert_eq!(
        error(plot::explore_convolution(
            &photograph(),
            &Tensor::ones((6, 1, 5, 5), DType::F32, &CPU).unwrap()
        )),
        "explore_convolution: expected the kernel as (H, W) or (1, 1, H, W), one channel, got [6, 1, 5, 5]"
    );
    assert_eq!(
        error(plot::explore_convolution(&tensor(&[[f32::NAN]]), &sobel())),
        "explore_convolution: image: value 0 of 1 is not finite, NaN"
    );
    let explorer = of((8, 8), (3, 3)).unwrap();
    let zero = explorer.clone().stride(0).padding(usize::MAX);
    assert_eq!(
        error(zero.figure()),
        "explore_convolution: stride is 1 to 4, got 0"
    );
    assert_eq!(
        zero.blocks(),
        "EVCXR_BEGIN_CONTENT text/plain\nexplore_convolution: stride is 1 to 4, got 0\nEVCXR_END_CONTENT\n"
    );
    assert_eq!(
        error(explorer.dilation(4).html()),
        "explore_convolution: the kernel spans 9 x 9 pixels and does not fit in 8 x 8: more padding or less dilation"
    );
    of((0, 3), (1, 1)).unwrap_err();
    of((3, 3), (0, 1)).unwrap_err();
}
