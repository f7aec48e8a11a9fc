use super::*;

fn units(sizes: &[usize]) -> Vec<Vec<String>> {
    let layer = |&size: &usize| (0..size).map(|i| format!("u{i}\nline 2")).collect();
    sizes.iter().map(layer).collect()
}

#[test]
fn a_network_shows_every_unit_and_every_weight() {
    let w1 = tensor(&[[0.5f32, -0.25], [1.5, 0.0], [3.0, 4.0]]);
    let w2 = tensor(&[[0.75f32, -2.0, 0.125]]);
    let figure = plot::network(&units(&[2, 3, 1]), &[w1, w2]).unwrap();
    let wanted = [
        "u0", "u1", "u2", "line 2", "0.5", "−0.25", "1.5", "0", "−2", "0.125",
    ];
    has_texts(&figure, &wanted);
    // Two pieces of line for each of the nine weights.
    let svg = figure.svg().unwrap();
    assert_eq!(svg.matches(r#"fill="none""#).count(), 18);
}

#[test]
fn weights_that_do_not_fit_the_units_are_refused() {
    let w = tensor(&[[0.5f32, -0.25]]);
    assert_eq!(
        error(plot::network(&units(&[3, 1]), std::slice::from_ref(&w))),
        "network: between 3 and 1 units stand connections (1, 3), got [1, 2]"
    );
    assert_eq!(
        error(plot::network(&units(&[2, 1]), &[w.clone(), w])),
        "network: expected two layers or more and connections from each to the next, got 2 layers and 2"
    );
    let nine = tensor(&[[0f32; 9]]);
    assert_eq!(
        error(plot::network(&units(&[9, 1]), &[nine])),
        "network: a layer has 1 to 8 units, got 9"
    );
    let nan = tensor(&[[f32::NAN]]);
    assert_eq!(
        error(plot::network(&units(&[1, 1]), &[nan])),
        "network: every connection must be finite, got NaN"
    );
}
