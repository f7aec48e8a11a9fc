//! What a classifier's scores say, and the names of its classes.

/// A score per class for each place: logarithms of probabilities, up to a constant; they are
/// straight for a linear model, so that lines can be interpolated.
pub(crate) fn log_scores(columns: usize, values: &[f64]) -> Vec<Vec<f64>> {
    let unit = values.iter().all(|v| (0.0..=1.0 + 1e-4).contains(v));
    let log = |v: &f64| v.max(1e-7).ln();
    let rows = values.chunks(columns);
    if columns == 1 {
        let two = |v: &f64| {
            if unit {
                vec![log(&(1.0 - v)), log(v)]
            } else {
                vec![0.0, *v]
            }
        };
        return values.iter().map(two).collect();
    }
    let sums_to_one = |row: &[f64]| (row.iter().sum::<f64>() - 1.0).abs() < 1e-3;
    match unit && rows.clone().all(sums_to_one) {
        true => rows.map(|row| row.iter().map(log).collect()).collect(),
        false => rows.map(|row| row.to_vec()).collect(),
    }
}

/// The index of the highest score, the first of equals.
pub(crate) fn argmax(scores: &[f64]) -> usize {
    let better = |best: usize, i: usize| if scores[i] > scores[best] { i } else { best };
    (1..scores.len()).fold(0, better)
}

/// The classes' names, numbers where none are given.
pub(crate) fn class_names(names: &[&str], classes: usize) -> Vec<String> {
    let name = |class: usize| {
        names
            .get(class)
            .map_or(class.to_string(), |name| name.to_string())
    };
    (0..classes).map(name).collect()
}
