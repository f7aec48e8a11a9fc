//! Values counted in bins.

use super::axis::Axis;

const BINS: usize = 40;

/// The outline of a histogram: the share of the values in each of 40 bins from one end of the axis to
/// the other, in percent.
pub(crate) fn outline(values: &[f64], x: &Axis) -> Vec<(f64, f64)> {
    let width = (x.high - x.low) / BINS as f64;
    let mut counts = vec![0.0; BINS];
    for value in values {
        counts[((value - x.low) / width).clamp(0.0, BINS as f64 - 1.0) as usize] += 1.0;
    }
    let corners = counts.iter().enumerate().flat_map(|(bin, count)| {
        let (left, share) = (
            x.low + bin as f64 * width,
            100.0 * count / values.len() as f64,
        );
        [(left, share), (left + width, share)]
    });
    let start = [(x.low, 0.0)].into_iter();
    start.chain(corners).chain([(x.high, 0.0)]).collect()
}
