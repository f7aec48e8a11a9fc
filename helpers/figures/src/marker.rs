//! Points: one shape and one colour per class, so that a figure can be read in black and white.

use crate::svg::PathData;
use crate::theme;

/// More points than this are thinned, and the figure says so.
pub(crate) const MOST_DRAWN: usize = 2000;

/// The shapes of the classes as SVG paths around (0, 0), of about the same area, radius 100:
/// circle, square, triangle, diamond, triangle down, plus, cross, star, hexagon, triangle left.
const SHAPES: [&str; 10] = [
    "M-100 0a100 100 0 1 0 200 0a100 100 0 1 0-200 0z",
    "M-88-88H88V88H-88z",
    "M0-125L115 80H-115z",
    "M0-130L110 0L0 130L-110 0z",
    "M0 125L115-80H-115z",
    "M-40-110H40V-40H110V40H40V110H-40V40H-110V-40H-40z",
    "M50-106L106-50L57 0L106 50L50 106L0 57L-50 106L-106 50L-57 0L-106-50L-50-106L0-57z",
    "M0-145L35-49L138-45L57 19L85 117L0 60L-85 117L-57 19L-138-45L-35-49z",
    "M0-110L95-55V55L0 110L-95 55V-55z",
    "M-125 0L80-115V115z",
];

/// The marker of a class at (x, y), for legends.
pub(crate) fn single(class: usize, x: f64, y: f64) -> String {
    let place = format!("translate({x:.0} {y:.0}) scale(.45)");
    shape(class, &place, 45.0)
}

/// All points of a class, in whole pixels: one path whose corners carry the marker.
pub(crate) fn many(class: usize, points: &[(i64, i64)], radius: f64) -> String {
    let mut sorted = points.to_vec();
    sorted.sort_unstable(); // neighbours have short differences
    sorted.dedup();
    let id = format!("m{class}-{radius:.0}");
    let marker = shape(class, &format!("scale({:.4})", radius / 1000.0), radius);
    // Each point is a corner of its own, also where several follow in a straight line.
    let mut path = PathData::default();
    if let Some((x, y)) = sorted.first() {
        path.put('M', &[*x, *y]);
    }
    for pair in sorted.windows(2) {
        path.line((pair[1].0 - pair[0].0, pair[1].1 - pair[0].1));
    }
    let path = path.text;
    format!(
        r#"<marker id="{id}" markerUnits="userSpaceOnUse" markerWidth="1" markerHeight="1" overflow="visible">{marker}</marker>
<path class="points" fill="none" transform="scale(10)" marker-start="url(#{id})" marker-mid="url(#{id})" d="{path}l0 0"/>"#
    )
}

fn shape(class: usize, place: &str, radius: f64) -> String {
    let class = class % theme::CLASSES.len();
    let colour = theme::CLASSES[class];
    let (fill, edge) = (theme::hex(colour), theme::hex(theme::outline(colour)));
    let (shape, width) = (SHAPES[class], 800.0 / radius);
    format!(
        r#"<path transform="{place}" d="{shape}" fill="{fill}" stroke="{edge}" stroke-width="{width:.0}"/>"#
    )
}
