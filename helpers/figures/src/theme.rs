//! Every colour and size of every figure, in one place.
//!
//! The background is opaque: an SVG shown as an `<img>` does not see the page's styles, so a
//! transparent figure with dark text could not be read in a dark theme.

/// Red, green, blue.
pub(crate) type Rgb = [u8; 3];

pub(crate) const BACKGROUND: Rgb = [255, 255, 255];
/// Titles, contours, whatever must be read first.
pub(crate) const INK: Rgb = [31, 36, 48];
/// Tick labels, legends, captions.
pub(crate) const SOFT_INK: Rgb = [82, 90, 102];
pub(crate) const AXIS: Rgb = [140, 149, 159];
/// Contour lines on a relief.
pub(crate) const CONTOUR: Rgb = [150, 158, 172];
pub(crate) const GRID: Rgb = [230, 233, 238];

/// Coordinates are written in tenths of a pixel.
pub(crate) const UNIT: f64 = 10.0;

/// Sizes in CSS pixels.
pub(crate) const TITLE: f64 = 16.0;
pub(crate) const PANEL_TITLE: f64 = 13.5;
pub(crate) const TEXT: f64 = 12.5;
pub(crate) const SMALL: f64 = 11.5;
/// From one line of text to the next, in font sizes.
pub(crate) const LEADING: f64 = 1.4;
/// Around the whole figure.
pub(crate) const MARGIN: f64 = 14.0;
/// The width that a notebook shows on a laptop; wider drawings are made smaller.
pub(crate) const PAGE: f64 = 840.0;
pub(crate) const DEFAULT_SIZE: (u32, u32) = (580, 400);
pub(crate) const LINE: f64 = 1.8;

/// Ten classes that colour-blind eyes can tell apart: Okabe and Ito's colours, the two strongest
/// first, their black lightened, completed with two of Paul Tol's.
pub(crate) const CLASSES: [Rgb; 10] = [
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

/// Learning curves of one run.
pub(crate) const TRAINING: Rgb = CLASSES[2];
pub(crate) const VALIDATION: Rgb = CLASSES[3];

/// From `a` (t = 0) to `b` (t = 1).
pub(crate) fn mix(a: Rgb, b: Rgb, t: f64) -> Rgb {
    let t = t.clamp(0.0, 1.0);
    std::array::from_fn(|i| {
        let (from, to) = (f64::from(a[i]), f64::from(b[i]));
        (from + (to - from) * t).round() as u8
    })
}

/// The outline of a class's marker: its colour, darker.
pub(crate) fn outline(colour: Rgb) -> Rgb {
    mix(colour, [0, 0, 0], 0.45)
}

/// From 0..=1 to a colour.
pub(crate) type ColourMap = fn(f64) -> Rgb;

/// Through all `stops`, uniformly spaced from t = 0 to t = 1.
fn ramp(stops: &[Rgb], t: f64) -> Rgb {
    let at = t.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
    let i = (at as usize).min(stops.len() - 2);
    mix(stops[i], stops[i + 1], at - i as f64)
}

/// Pictures: black at 0, white at 1.
pub(crate) fn grey(t: f64) -> Rgb {
    ramp(&[[0; 3], [255; 3]], t)
}

/// Weights: blue at 0, white at 0.5, orange at 1.
pub(crate) fn diverging(t: f64) -> Rgb {
    let (blue, orange) = ([5, 73, 138], [179, 78, 0]);
    ramp(
        &[blue, [146, 197, 222], [255; 3], [253, 184, 99], orange],
        t,
    )
}

/// Amounts: white at 0, dark blue at 1.
pub(crate) fn amount(t: f64) -> Rgb {
    ramp(
        &[[255; 3], [166, 206, 227], [49, 130, 189], [8, 48, 107]],
        t,
    )
}

/// A background to draw paths on: pale at 0, slate blue at 1.
pub(crate) fn relief(t: f64) -> Rgb {
    ramp(
        &[
            [254, 253, 244],
            [219, 232, 221],
            [154, 189, 199],
            [98, 124, 164],
        ],
        t,
    )
}

/// Where to look, laid over a photograph: grey at 0, red, yellow at 1.
pub(crate) fn heat(t: f64) -> Rgb {
    ramp(&[[120; 3], [213, 94, 0], [255, 225, 80]], t)
}

/// The colour of text that can be read on `fill`.
pub(crate) fn text_on([r, g, b]: Rgb) -> Rgb {
    let light = 0.3 * f64::from(r) + 0.59 * f64::from(g) + 0.11 * f64::from(b);
    if light < 140.0 { BACKGROUND } else { INK }
}

/// Things that follow one another (a boundary as it moves), light at 0, dark at 1.
pub(crate) fn sequence(t: f64) -> Rgb {
    mix([186, 194, 206], INK, t)
}

/// `#1f2430`.
pub(crate) fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
