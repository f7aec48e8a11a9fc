//! Points: one shape and one colour per class, so that a figure can be read in black and white.

use super::canvas::path;
use super::theme;

/// More points than this are thinned, and the figure says so.
pub(super) const MOST_DRAWN: usize = 2000;

/// The shape of a class as an SVG path around (0, 0), of about the same area for all.
fn shape(class: usize, radius: f64) -> String {
    let polygon = |corners: &[(f64, f64)]| {
        let scaled = corners
            .iter()
            .map(|(x, y)| format!("{:.0} {:.0}", x * radius, y * radius));
        format!("M{}z", scaled.collect::<Vec<_>>().join("L"))
    };
    let cross = [
        (-0.4, -1.1),
        (0.4, -1.1),
        (0.4, -0.4),
        (1.1, -0.4),
        (1.1, 0.4),
        (0.4, 0.4),
        (0.4, 1.1),
        (-0.4, 1.1),
        (-0.4, 0.4),
        (-1.1, 0.4),
        (-1.1, -0.4),
        (-0.4, -0.4),
    ];
    let turned = cross.map(|(x, y): (f64, f64)| (0.71 * (x - y), 0.71 * (x + y)));
    let spokes = |count: usize, long: f64, short: f64| -> Vec<(f64, f64)> {
        let corner = |i: usize| {
            let (sin, cos) = (i as f64 * std::f64::consts::PI / count as f64).sin_cos();
            let reach = if i.is_multiple_of(2) { long } else { short };
            (reach * sin, -reach * cos)
        };
        (0..2 * count).map(corner).collect()
    };
    match class % theme::CLASSES.len() {
        0 => {
            let (r, d) = (radius, 2.0 * radius);
            format!(
                "M{:.0} 0a{r:.0} {r:.0} 0 1 0 {d:.0} 0a{r:.0} {r:.0} 0 1 0 {:.0} 0z",
                -r, -d
            )
        }
        1 => polygon(&[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)]),
        2 => polygon(&[(0.0, -1.25), (1.15, 0.8), (-1.15, 0.8)]),
        3 => polygon(&[(0.0, -1.3), (1.1, 0.0), (0.0, 1.3), (-1.1, 0.0)]),
        4 => polygon(&[(0.0, 1.25), (1.15, -0.8), (-1.15, -0.8)]),
        5 => polygon(&cross),
        6 => polygon(&turned),
        7 => polygon(&spokes(5, 1.45, 0.6)),
        8 => polygon(&spokes(3, 1.1, 1.1)),
        _ => polygon(&[(-1.25, 0.0), (0.8, -1.15), (0.8, 1.15)]),
    }
}

/// The marker of a class at (x, y), for legends.
pub(super) fn single(class: usize, x: f64, y: f64, radius: f64) -> String {
    let (fill, outline) = colours(class);
    let shape = shape(class, radius);
    format!(
        r#"<path d="{shape}" transform="translate({x:.0} {y:.0})" fill="{fill}" stroke="{outline}" stroke-width="8"/>"#
    )
}

/// All points of a class, in whole pixels: one path whose corners carry the marker.
pub(super) fn many(class: usize, points: &[(i64, i64)], radius: f64) -> String {
    let mut sorted = points.to_vec();
    sorted.sort_unstable(); // neighbours have short differences
    sorted.dedup();
    let (fill, outline) = colours(class);
    let id = format!("m{class}-{radius:.0}");
    let shape = shape(class, radius);
    format!(
        concat!(
            r#"<marker id="{}" markerUnits="userSpaceOnUse" markerWidth="1" markerHeight="1" overflow="visible">"#,
            r#"<path transform="scale(.1)" d="{}" fill="{}" stroke="{}" stroke-width="8"/></marker>"#,
            "\n",
            r#"<path class="points" fill="none" transform="scale(10)" marker-start="url(#{})" marker-mid="url(#{})" d="{}l0 0"/>"#
        ),
        id,
        shape,
        fill,
        outline,
        id,
        id,
        path(&sorted)
    )
}

fn colours(class: usize) -> (String, String) {
    let colour = theme::CLASSES[class % theme::CLASSES.len()];
    (theme::hex(colour), theme::hex(theme::outline(colour)))
}
