//! Where a decision changes: marching squares on a grid of scores.

use std::collections::HashMap;

/// A piece of a contour, from one point to another.
pub(super) type Segment = [(f64, f64); 2];

/// The lines between the regions of the highest score. `scores[row][column]` holds one score per
/// class at (`xs[column]`, `ys[row]`).
pub(super) fn decision_lines(scores: &[Vec<Vec<f64>>], xs: &[f64], ys: &[f64]) -> Vec<Segment> {
    let winners: Vec<Vec<usize>> = scores
        .iter()
        .map(|row| row.iter().map(|s| highest(s)).collect())
        .collect();
    let mut segments = Vec::new();
    for row in 1..ys.len() {
        for column in 1..xs.len() {
            // Around the square, so that neighbours in the list share an edge.
            let corners = [
                (row - 1, column - 1),
                (row - 1, column),
                (row, column),
                (row, column - 1),
            ];
            let mut classes = corners.map(|(r, c)| winners[r][c]).to_vec();
            classes.sort_unstable();
            classes.dedup();
            // Between two classes one line is enough; where three meet, each has its own.
            let lines = if classes.len() > 2 {
                classes.len()
            } else {
                classes.len() - 1
            };
            for &class in &classes[..lines] {
                let lead = corners.map(|(r, c)| lead(&scores[r][c], class));
                let places = corners.map(|(r, c)| (xs[c], ys[r]));
                segments.extend(square(lead, places));
            }
        }
    }
    segments
}

/// The index of the highest score, the first of equals.
pub(super) fn highest(scores: &[f64]) -> usize {
    let better = |best: usize, i: usize| if scores[i] > scores[best] { i } else { best };
    (1..scores.len()).fold(0, better)
}

/// By how much `class` is ahead of the best other class.
fn lead(scores: &[f64], class: usize) -> f64 {
    let others = scores.iter().enumerate().filter(|(i, _)| *i != class);
    scores[class] - others.map(|(_, s)| *s).fold(f64::NEG_INFINITY, f64::max)
}

/// The zero line of a function known at the corners of a square.
fn square(values: [f64; 4], places: [(f64, f64); 4]) -> Vec<Segment> {
    let mut crossings = Vec::new();
    for i in 0..4 {
        let j = (i + 1) % 4;
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

/// Pixels on a canvas.
type Spot = (i64, i64);

/// Pieces joined end to end into lines, without the corners that do not show.
pub(super) fn joined(pieces: impl Iterator<Item = [Spot; 2]>) -> Vec<Vec<Spot>> {
    let pieces: Vec<[Spot; 2]> = pieces.filter(|[a, b]| a != b).collect();
    let mut at: HashMap<Spot, Vec<usize>> = HashMap::new();
    for (i, ends) in pieces.iter().enumerate() {
        for end in ends {
            at.entry(*end).or_default().push(i);
        }
    }
    let mut used = vec![false; pieces.len()];
    // The other end of a piece not used yet that touches `end`.
    let mut step = |end: Spot| {
        let i = *at.get(&end)?.iter().find(|&&i| !used[i])?;
        used[i] = true;
        let [a, b] = pieces[i];
        Some(if a == end { b } else { a })
    };
    let mut lines = Vec::new();
    for [start, _] in &pieces {
        while let Some(second) = step(*start) {
            let mut line = vec![*start, second];
            while let Some(next) = step(line[line.len() - 1]) {
                line.push(next);
            }
            line.reverse();
            while let Some(next) = step(line[line.len() - 1]) {
                line.push(next);
            }
            lines.push(simplified(&line));
        }
    }
    lines
}

/// A line without the corners that lie within a third of a pixel of the rest (Douglas-Peucker).
fn simplified(line: &[Spot]) -> Vec<Spot> {
    let mut kept = vec![line[0]];
    let mut ranges = vec![(0, line.len() - 1)];
    while let Some((from, to)) = ranges.pop() {
        let distance = |&i: &usize| distance(line[i], line[from], line[to]);
        let farthest = (from + 1..to).max_by(|a, b| distance(a).total_cmp(&distance(b)));
        match farthest.filter(|i| distance(i) > 3.0) {
            Some(middle) => ranges.extend([(middle, to), (from, middle)]),
            None => kept.push(line[to]),
        }
    }
    kept
}

/// From `p` to the segment between `a` and `b`.
fn distance(p: Spot, a: Spot, b: Spot) -> f64 {
    let vector = |from: Spot, to: Spot| ((to.0 - from.0) as f64, (to.1 - from.1) as f64);
    let ((px, py), (bx, by)) = (vector(a, p), vector(a, b));
    let length = bx * bx + by * by;
    let along = if length > 0.0 {
        ((px * bx + py * by) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (px - along * bx).hypot(py - along * by)
}
