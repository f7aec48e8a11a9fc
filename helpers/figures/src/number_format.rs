//! How numbers are written in figures.

/// The label of a tick on a logarithmic axis.
pub(crate) fn power_label(value: f64) -> String {
    let exponent = value.log10().floor();
    if (-3.0..4.0).contains(&exponent) {
        return number_with_step(value, value, value);
    }
    let mantissa = (value / 10f64.powf(exponent)).round();
    scientific(mantissa, 0, exponent as i32)
}

/// A value on its own, with three digits that count.
pub(crate) fn short_number(value: f64) -> String {
    let written = number_with_step(value, value / 100.0, value.abs());
    match written.contains('.') && !written.contains('·') {
        true => written
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_string(),
        false => written,
    }
}

/// `value` with the decimals that a step of `step` needs; powers of ten when `largest`, the
/// largest of its neighbours, is huge or tiny.
pub(crate) fn number_with_step(value: f64, step: f64, largest: f64) -> String {
    let decimals = |step: f64| match step {
        0.0 => 0,
        step => (-(step.abs() * 1.0001).log10().floor()).clamp(0.0, 12.0) as usize,
    };
    if largest >= 1e6 || (largest > 0.0 && largest < 1e-3) {
        if value == 0.0 {
            return "0".to_string();
        }
        let exponent = largest.log10().floor();
        let scale = 10f64.powf(exponent);
        return scientific(value / scale, decimals(step / scale), exponent as i32);
    }
    let written = format!("{:.*}", decimals(step), value);
    let zero = written.chars().all(|c| "-0.".contains(c));
    written.replace('-', if zero { "" } else { "−" })
}

fn scientific(mantissa: f64, decimals: usize, exponent: i32) -> String {
    let superscript = |c: char| match c {
        '-' => '⁻',
        c => {
            ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][c.to_digit(10).unwrap_or(0) as usize]
        }
    };
    let power: String = exponent.to_string().chars().map(superscript).collect();
    let mantissa = format!("{mantissa:.decimals$}").replace('-', "−");
    if mantissa == "1" {
        format!("10{power}")
    } else {
        format!("{mantissa}·10{power}")
    }
}
