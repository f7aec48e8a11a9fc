use crate::*;

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
fn kernels_are_on_one_scale_around_zero() {
    let weights = (Tensor::arange(0f32, 24., &CPU).unwrap() - 6.0).unwrap();
    let figure = plot::kernels(&weights.reshape((6, 1, 2, 2)).unwrap()).unwrap();
    has_texts(&figure, &["17", "0", "−17"]);
    // Two input channels: a row for each of three outputs.
    let figure = plot::kernels(&weights.reshape((3, 2, 2, 2)).unwrap()).unwrap();
    has_texts(&figure, &["a row for each output channel, a column"]);
    assert_eq!(every(&figure, "edges", "d")[0].matches('M').count(), 6);
    let colour = plot::kernels(&weights.reshape((2, 3, 2, 2)).unwrap()).unwrap();
    has_texts(&colour, &["grey is 0 · from −17 (dark) to 17 (bright)"]);
    let png = image::load_from_memory(
        &plot::kernels(&weights.zeros_like().unwrap().reshape((2, 3, 2, 2)).unwrap())
            .unwrap()
            .png()
            .unwrap(),
    )
    .unwrap();
    assert_eq!(png.to_rgb8().get_pixel(30, 60).0, [128; 3]);
}

#[test]
fn before_and_after_share_their_scale() {
    let before = tensor(&[[[0.5f32, -0.5]], [[0., 1.]]]);
    let figure = plot::kernels_before_after(&before, &(&before * 4.0).unwrap()).unwrap();
    with_document(&figure, |document| {
        let texts = texts(document);
        assert!(
            ["before", "after", "4", "−4"]
                .iter()
                .all(|t| texts.iter().any(|u| u == t))
        );
        assert!(!texts.contains(&"1".to_string()), "{texts:?}");
    });
    assert_eq!(
        error(plot::kernels_before_after(
            &before,
            &before.narrow(0, 0, 1).unwrap()
        )),
        "kernels_before_after: both must have the same shape, got [2, 1, 2] and [1, 1, 2]"
    );
}

#[test]
fn feature_maps_are_numbered_and_the_dead_are_counted() {
    let maps = tensor(&[[[[0f32, 2.]], [[0., 0.]], [[1., 1.]]]]);
    let figure = plot::feature_maps(&maps).unwrap();
    has_texts(&figure, &["0", "1", "2", "1 of 3 maps are 0 everywhere"]);
    has_texts(&plot::feature_maps(&maps.neg().unwrap()).unwrap(), &["−2"]);
    assert_eq!(
        error(plot::feature_maps(
            &Tensor::zeros((2, 3, 4, 4), DType::F32, &CPU).unwrap()
        )),
        "feature_maps: expected (C, H, W) or (1, C, H, W), one image, got [2, 3, 4, 4]"
    );
}

#[test]
fn an_overlay_colours_where_the_map_is_high() {
    let photograph = Tensor::full(0.5f32, (3, 40, 40), &CPU).unwrap();
    let figure = plot::overlay(&photograph, &tensor(&[[0f32, 2.]]))
        .unwrap()
        .title("T");
    has_texts(&figure, &["photograph", "overlay", "0", "2"]);
    let png = image::load_from_memory(&figure.png().unwrap())
        .unwrap()
        .to_rgb8();
    let (plain, low, high) = (
        png.get_pixel(100, 100).0,
        png.get_pixel(225, 100).0,
        png.get_pixel(415, 100).0,
    );
    assert_eq!(plain, [128; 3]);
    assert_eq!(low, [128; 3]);
    assert!(high[0] > 180 && high[2] < 110, "{high:?}");
    assert_eq!(
        error(plot::overlay(&photograph, &photograph)),
        "overlay: expected a map (h, w), got [3, 40, 40]"
    );
    assert_eq!(
        error(plot::overlay(&photograph, &tensor(&[[f32::NAN]]))),
        "overlay: value 0 of 1 is not finite, NaN"
    );
}

#[test]
fn a_segmentation_has_a_panel_per_map_and_a_legend() {
    let photograph = Tensor::zeros((4, 4), DType::F32, &CPU).unwrap();
    let map = Tensor::zeros((4, 4), DType::U32, &CPU).unwrap();
    let two = [("truth", map.clone()), ("prediction", map.clone())];
    let figure = plot::segmentation(&photograph, &two, &["sky", "ground"]).unwrap();
    has_texts(
        &figure,
        &["photograph", "truth", "prediction", "sky", "ground"],
    );
    assert_eq!(every(&figure, "edges", "d")[0].matches('M').count(), 3);
    assert_eq!(
        error(plot::segmentation(
            &photograph,
            &[("truth", (map.clone() + 2.0).unwrap())],
            &["a"]
        )),
        "segmentation: truth has class 2, but there are 1 names"
    );
    let wide = Tensor::zeros((4, 5), DType::U32, &CPU).unwrap();
    assert_eq!(
        error(plot::segmentation(&photograph, &[("truth", wide)], &["a"])),
        "segmentation: truth must be (4, 4), u32, got [4, 5], U32"
    );
}
