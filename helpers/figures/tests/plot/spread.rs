use crate::*;

#[test]
fn a_spread_is_a_band_with_its_means() {
    let seeds = vec![(1.0, vec![2.0, 4.0, 3.0]), (2.0, vec![1.0, 1.0, 4.0])];
    let figure = plot::spread(&[("seeds", seeds)]).unwrap();
    has_texts(&figure, &["seeds", "x", "y"]);
    let (band, means) = (line(&figure, "band"), line(&figure, "curve"));
    // A path begins with a line of no length.
    let (band, means) = (&band[1..], &means[1..]);
    assert_eq!((band.len(), means.len()), (4, 2));
    // Upwards is less; the band comes back along its upper edge.
    close(band[0].1 - means[0].1, means[0].1 - band[3].1, 2.0);
    close(band[1].1 - band[2].1, 3.0 * (band[1].1 - means[1].1), 4.0);
    let above = plot::spread(&[("seeds", vec![(1.0, vec![0.1, 10.0])])]).unwrap();
    assert!(above.log_y().svg().is_ok());
    assert_eq!(
        error(plot::spread(&[("a", vec![(1.0, vec![])])])),
        "spread: a needs finite values at 1, got []"
    );
    assert_eq!(
        error(plot::spread(&[])),
        "spread: expected 1 to 10 series, got 0"
    );
}
