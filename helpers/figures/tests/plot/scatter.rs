use crate::*;

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
fn areas_follow_the_values_and_large_points_come_first() {
    let (points, targets) = points(4, 1);
    let values = Tensor::new(&[0f32, 1.0, 4.0, 4.0], &CPU).unwrap();
    let figure = plot::scatter(&points, &targets).unwrap();
    let figure = figure.sizes(&values, "loss");
    has_texts(&figure, &["area: loss, up to 4"]);
    with_document(&figure, |document| {
        let markers = document.descendants().filter(|n| n.has_tag_name("marker"));
        let ids: Vec<&str> = markers.filter_map(|m| m.attribute("id")).collect();
        assert_eq!(ids, ["m0-150", "m0-75", "m0-15"]); // radii in tenths of a pixel
    });
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
fn arrows_have_a_shaft_and_a_head_each() {
    let figure = few().arrows(
        &[(0.0, 0.0), (1.0, 1.0)],
        &[(0.5, 0.0), (0.0, -0.5)],
        "push",
    );
    has_texts(&figure, &["push"]);
    let paths = every(&figure, "arrows", "d");
    assert_eq!(paths[0].matches('M').count(), 4);
    let nodes = line(&figure, "arrows");
    // Every M is followed by a step of 0: shaft (3 nodes), head (4 nodes), twice.
    assert_eq!(nodes.len(), 14);
    let (from, to, barb) = (nodes[0], nodes[2], nodes[3]);
    close(from.1, to.1, 1.0);
    assert!(from.0 < barb.0 && barb.0 < to.0);
    assert_eq!(
        error(few().arrows(&[(0.0, 0.0)], &[], "g").svg()),
        "arrows g: 1 points need as many steps, got 0"
    );
}

#[test]
fn every_point_is_drawn_also_above_another() {
    // Three columns of five points: in a column, all but the ends lie on a straight line.
    let flat: Vec<f32> = (0..15)
        .flat_map(|i| [(i / 5) as f32, (i % 5) as f32])
        .collect();
    let points = Tensor::from_vec(flat, (15, 2), &Device::Cpu).unwrap();
    let targets = Tensor::zeros(15, DType::U32, &Device::Cpu).unwrap();
    let figure = plot::scatter(&points, &targets).unwrap();
    // A marker at the first node (none at the last, which is the point before it again).
    let drawn = line(&figure, "points");
    assert_eq!(drawn.len(), 15 + 1, "{drawn:?}");
}
