use crate::*;

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
fn a_class_that_only_the_model_sees_is_in_the_legend() {
    let (points, targets) = points(20, 2);
    let model = Linear(vec![[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 0.5]]);
    has_texts(
        &plot::decision_regions(&model, &points, &targets).unwrap(),
        &["class 0", "class 1", "class 2"],
    );
}

#[test]
fn wrong_models_are_one_clear_line() {
    let (points, targets) = points(20, 3);
    let regions = |w: Vec<[f64; 3]>| error(plot::decision_regions(&Linear(w), &points, &targets));
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

/// One output: the logit of class 1, or its probability.
struct Single(bool);

impl Model for Single {
    fn forward(&self, x: &Tensor, _: bool) -> Result<Tensor> {
        let logit = (x.narrow(1, 0, 1)? * 3.0)?;
        if self.0 {
            F::sigmoid(&logit)?.squeeze(1)
        } else {
            Ok(logit)
        }
    }
}

#[test]
fn one_output_is_a_logit_or_a_probability() {
    let (points, targets) = points(20, 2);
    for probability in [false, true] {
        let figure = plot::decision_regions(&Single(probability), &points, &targets).unwrap();
        let [left, _, width, _] = field(&figure);
        // The border is straight and vertical, at x0 = 0.
        let border = line(&figure, "contour");
        let x = border[0].0;
        assert!(x > left && x < left + width);
        border.iter().for_each(|node| close(node.0, x, 1.0));
        let theory = line(&figure.boundary([1.0, 0.0], 0.0, "theory"), "boundary");
        close(x, theory[0].0, 10.0);
    }
}

#[test]
fn the_surer_the_model_the_stronger_the_colour() {
    let corners = tensor(&[[-1f32, -1.], [1., 1.]]);
    let model = Linear(vec![[-3.0, 0.0, 0.0], [3.0, 0.0, 0.0]]);
    let figure = plot::decision_regions(&model, &corners, &tensor(&[0u32, 1])).unwrap();
    let png = image::load_from_memory(&figure.png().unwrap())
        .unwrap()
        .to_rgb8();
    let [left, top, width, height] = field(&figure).map(|length| length / 10.0);
    let at = |share: f64| {
        png.get_pixel((left + share * width) as u32, (top + 0.3 * height) as u32)
            .0
    };
    let (far, near, other) = (at(0.03), at(0.46), at(0.97));
    // Class 0 is blue, class 1 vermilion.
    assert!(far[0] < far[2] && other[0] > other[2]);
    assert!(far[0] < near[0], "{far:?} is not stronger than {near:?}");
}

#[test]
fn every_neuron_has_a_panel_and_its_switch() {
    let (points, targets) = points(20, 2);
    let hidden = |x: &Tensor| {
        let x0 = x.narrow(1, 0, 1)?;
        Tensor::cat(&[&x0, &x0.neg()?.relu()?, &(x0.zeros_like()? + 2.0)?], 1)
    };
    let figure = plot::neurons(hidden, &points, &targets)
        .unwrap()
        .title("Three neurons");
    has_texts(
        &figure,
        &["neuron 0", "neuron 1", "neuron 2", "2 to 2", "x0", "x1"],
    );
    // The third is constant: it never switches.
    assert_eq!(every(&figure, "contour", "d").len(), 2);
    assert_eq!(every(&figure, "field", "x").len(), 3);
    let wide = |x: &Tensor| x.narrow(1, 0, 1)?.repeat((1, 33));
    assert_eq!(
        error(plot::neurons(wide, &points, &targets)),
        "neurons: at most 32 neurons fit a figure, the layer has 33"
    );
    assert_eq!(
        error(plot::neurons(|x| x.sum(0), &points, &targets)),
        "neurons: for input (3721, 2) the model must give (3721, C), got [2]"
    );
}
