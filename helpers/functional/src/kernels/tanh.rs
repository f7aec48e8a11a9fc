//! The hyperbolic tangent of f32 as a quotient of two polynomials, which becomes vectors; the C
//! library's, one number at a time, was a sixth of a step of the 1989 network.
//!
//! The coefficients are those of Eigen and XLA: off by a few units in the last place.

#![allow(clippy::excessive_precision)]

/// Of x, x^3, ..., x^13.
const ABOVE: [f32; 7] = [
    4.89352455891786e-3,
    6.37261928875436e-4,
    1.48572235717979e-5,
    5.12229709037114e-8,
    -8.60467152213735e-11,
    2.00018790482477e-13,
    -2.76076847742355e-16,
];
/// Of 1, x^2, x^4, x^6.
const BELOW: [f32; 4] = [
    4.89352518554385e-3,
    2.26843463243900e-3,
    1.18534705686654e-4,
    1.19825839466702e-6,
];
/// From here on the result is 1 in f32.
const FLAT: f32 = 7.905_311;

#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    let x = x.clamp(-FLAT, FLAT);
    let square = x * x;
    let at = |coefficients: &[f32]| {
        let coefficients = coefficients.iter().rev();
        coefficients.fold(0.0, |sum, &c| sum * square + c)
    };
    x * at(&ABOVE) / at(&BELOW)
}

#[cfg(test)]
mod tests {
    use super::tanh;

    #[test]
    fn it_is_the_hyperbolic_tangent() {
        for i in -200_000..=200_000 {
            let x = i as f32 * 1e-4;
            let exact = f64::from(x).tanh();
            assert!(
                (f64::from(tanh(x)) - exact).abs() <= 4e-7 * exact.abs(),
                "{x}"
            );
        }
        for x in [f32::MIN_POSITIVE, 1e-20, -1e-6, 1e30, -f32::INFINITY] {
            let exact = f64::from(x).tanh();
            let least = f64::from(f32::MIN_POSITIVE); // what is smaller has fewer digits
            let error = (f64::from(tanh(x)) - exact).abs();
            assert!(error <= 4e-7 * exact.abs() + least, "{x}");
        }
        assert!(tanh(f32::NAN).is_nan());
        assert_eq!((tanh(1000.0), tanh(-1000.0)), (1.0, -1.0));
    }
}
