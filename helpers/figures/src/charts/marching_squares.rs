//! Where a function of two variables is zero, square by square of a grid.

use std::collections::HashMap;

use super::line::BREAK;

/// A place in the plane.
pub(crate) type Place = (f64, f64);

/// The zero line of a function known at the corners of a square, in their order around it.
pub(crate) fn zero_line(values: [f64; 4], places: [Place; 4]) -> Vec<[Place; 2]> {
    let mut crossings = Vec::new();
    for (i, j) in [(0, 1), (1, 2), (3, 2), (0, 3)] {
        if (values[i] > 0.0) != (values[j] > 0.0) {
            let t = values[i] / (values[i] - values[j]);
            let ((x0, y0), (x1, y1)) = (places[i], places[j]);
            crossings.push((x0 + t * (x1 - x0), y0 + t * (y1 - y0)));
        }
    }
    match crossings[..] {
        [a, b] => vec![[a, b]],
        // A saddle: the mean tells which corners belong together.
        [a, b, c, d] if (values.iter().sum::<f64>() > 0.0) == (values[0] > 0.0) => {
            vec![[a, b], [c, d]]
        }
        [a, b, c, d] => vec![[a, d], [b, c]],
        _ => Vec::new(),
    }
}

/// Segments joined end to end, with breaks between the lines; neighbouring squares give the same end, to the bit.
pub(crate) fn joined(segments: &[[Place; 2]]) -> Vec<Place> {
    let bits = |(x, y): Place| (x.to_bits(), y.to_bits());
    let mut at: HashMap<(u64, u64), Vec<usize>> = HashMap::new();
    for (i, [a, b]) in segments.iter().enumerate().filter(|(_, [a, b])| a != b) {
        at.entry(bits(*a)).or_default().push(i);
        at.entry(bits(*b)).or_default().push(i);
    }
    let mut used = vec![false; segments.len()];
    // The other end of a segment not used yet that touches `end`.
    let mut step = |end: Place| {
        let i = *at.get(&bits(end))?.iter().find(|&&i| !used[i])?;
        used[i] = true;
        let [a, b] = segments[i];
        Some(if a == end { b } else { a })
    };
    let mut lines = Vec::new();
    for [start, _] in segments {
        while let Some(second) = step(*start) {
            let mut line = vec![second, *start];
            // On from the start, then from the other end.
            for _ in 0..2 {
                while let Some(next) = step(line[line.len() - 1]) {
                    line.push(next);
                }
                line.reverse();
            }
            lines.extend(line);
            lines.push(BREAK);
        }
    }
    lines
}
