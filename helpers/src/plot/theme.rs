//! Every colour and size of every figure, in one place.
//!
//! The background is opaque: an SVG shown as an `<img>` does not see the page's styles, so a
//! transparent figure with dark text could not be read in a dark theme.

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

pub(super) const BACKGROUND: Rgb = [255, 255, 255];
/// Titles, contours, whatever must be read first.
pub(super) const INK: Rgb = [31, 36, 48];
/// Tick labels, legends, captions.
pub(super) const SOFT_INK: Rgb = [82, 90, 102];
pub(super) const AXIS: Rgb = [140, 149, 159];
pub(super) const GRID: Rgb = [230, 233, 238];

/// Sizes in CSS pixels.
pub(super) const TITLE: f64 = 16.0;
pub(super) const TEXT: f64 = 12.5;
pub(super) const SMALL: f64 = 11.5;
/// From one line of text to the next, in font sizes.
pub(super) const LEADING: f64 = 1.4;
/// Around the whole figure.
pub(super) const MARGIN: f64 = 14.0;
pub(super) const CHART_SIZE: (u32, u32) = (580, 400);
pub(super) const LINE: f64 = 1.8;

/// Ten classes that colour-blind eyes can tell apart: Okabe and Ito's colours, the two strongest
/// first, their black lightened, completed with two of Paul Tol's.
pub(super) const CLASSES: [Rgb; 10] = [
    [0, 114, 178],
    [213, 94, 0],
    [0, 158, 115],
    [204, 121, 167],
    [86, 180, 233],
    [230, 159, 0],
    [90, 90, 90],
    [136, 34, 85],
    [153, 153, 51],
    [240, 228, 66],
];

/// From `a` (t = 0) to `b` (t = 1).
pub(super) fn mix(a: Rgb, b: Rgb, t: f64) -> Rgb {
    let t = t.clamp(0.0, 1.0);
    std::array::from_fn(|i| {
        let (from, to) = (f64::from(a[i]), f64::from(b[i]));
        (from + (to - from) * t).round() as u8
    })
}

/// The outline of a class's marker: its colour, darker.
pub(super) fn outline(colour: Rgb) -> Rgb {
    mix(colour, [0, 0, 0], 0.45)
}

/// Pictures: black at 0, white at 1.
pub(super) fn grey(t: f64) -> Rgb {
    mix([0, 0, 0], [255, 255, 255], t)
}

/// Weights: blue at 0, white at 0.5, orange at 1.
pub(super) fn diverging(t: f64) -> Rgb {
    let (blue, pale_blue) = ([5, 73, 138], [146, 197, 222]);
    let (pale_orange, orange) = ([253, 184, 99], [179, 78, 0]);
    match t {
        t if t < 0.25 => mix(blue, pale_blue, 4.0 * t),
        t if t < 0.5 => mix(pale_blue, [255, 255, 255], 4.0 * t - 1.0),
        t if t < 0.75 => mix([255, 255, 255], pale_orange, 4.0 * t - 2.0),
        t => mix(pale_orange, orange, 4.0 * t - 3.0),
    }
}

/// Things that follow one another (a boundary as it moves), light at 0, dark at 1.
pub(super) fn sequence(t: f64) -> Rgb {
    mix([186, 194, 206], INK, t)
}

/// `#1f2430`.
pub(super) fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
