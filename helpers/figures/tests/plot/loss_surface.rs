use crate::*;

fn bowl() -> Figure {
    plot::loss_surface(|a, b| Ok(1.0 + a * a + b * b), (-2.0, 2.0), (-2.0, 2.0)).unwrap()
}

#[test]
fn contours_lie_at_their_levels() {
    let figure = bowl();
    has_texts(&figure, &["w0", "w1", "loss", "9", "1"]);
    let [left, top, width, height] = field(&figure);
    for (x, y) in line(&figure, "contour") {
        let (a, b) = (
            4.0 * (x - left) / width - 2.0,
            2.0 - 4.0 * (y - top) / height,
        );
        // From 1 to 9 in twelfths.
        let level = (a * a + b * b) / 8.0 * 12.0;
        close(level, level.round(), 0.02);
    }
}

#[test]
fn a_wide_range_of_losses_is_shaded_by_its_logarithm() {
    let steep = plot::loss_surface(|a, _| Ok(10f64.powf(a)), (-1.0, 1.0), (0.0, 1.0)).unwrap();
    has_texts(&steep, &["loss, log scale", "10", "0.1"]);
    let mut borders: Vec<f64> = line(&steep, "contour").iter().map(|node| node.0).collect();
    borders.sort_by(f64::total_cmp);
    borders.dedup_by(|a, b| (*a - *b).abs() < 20.0);
    assert_eq!(borders.len(), 11); // evenly spaced
    borders
        .windows(2)
        .for_each(|pair| close(pair[1] - pair[0], field(&steep)[2] / 12.0, 3.0));
}

#[test]
fn a_trajectory_has_a_dot_at_each_step_and_stays_in_the_frame() {
    let path = [(0.0, 0.0), (1.0, 1.0), (f64::NAN, 0.0), (1e30, -1e30)];
    let figure = bowl()
        .trajectory(&path, "lr 1")
        .trajectory(&path[..2], "lr 2");
    has_texts(&figure, &["lr 1", "lr 2"]);
    with_document(&figure, |document| {
        let circles = document
            .descendants()
            .filter(|n| n.has_tag_name("circle"))
            .count();
        assert_eq!(circles, 3 + 1 + 1 + 3); // each step, and a larger one at the end of each piece
        let clip = of_class(document, "trajectory")[0].parent().unwrap();
        assert!(clip.has_tag_name("svg") && clip.attribute("viewBox").is_some());
    });
    let colours = every(&figure, "trajectory", "stroke");
    assert_ne!(colours[0], colours[1]);
    let [left, top, width, height] = field(&figure);
    let start = line(&figure, "trajectory")[0];
    close(start.0, left + width / 2.0, 1.0);
    close(start.1, top + height / 2.0, 1.0);
}

#[test]
fn wrong_surfaces_are_one_clear_line() {
    let flat = |_, _| Ok(1.0);
    assert!(
        plot::loss_surface(flat, (0.0, 1.0), (0.0, 1.0))
            .unwrap()
            .svg()
            .is_ok()
    );
    assert_eq!(
        error(plot::loss_surface(flat, (1.0, 1.0), (0.0, 1.0))),
        "loss_surface: a range goes from low to high, got 1 to 1"
    );
    assert_eq!(
        error(plot::loss_surface(
            |_, _| Ok(f64::NAN),
            (0.0, 1.0),
            (0.0, 1.0)
        )),
        "loss_surface: the loss is NaN at w0 = 0.000, w1 = 0.000"
    );
    assert_eq!(
        error(bowl().trajectory(&[(f64::NAN, 0.0)], "a").svg()),
        "trajectory a: there is no finite point"
    );
}
