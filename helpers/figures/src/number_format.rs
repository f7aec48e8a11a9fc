//! How numbers are written in figures.

/// The labels of the ticks of a logarithmic axis: all as they are, or all with powers of ten.
pub(crate) fn power_labels(values: &[f64]) -> Vec<String> {
    let exponent = |value: f64| value.log10().floor();
    let plain = |value: &f64| (-3.0..4.0).contains(&exponent(*value));
    let all_plain = values.iter().all(plain);
    let label = |&value: &f64| match all_plain {
        true => number_with_step(value, value, value),
        false => {
            let mantissa = (value / 10f64.powf(exponent(value))).round();
            scientific(mantissa, 0, exponent(value) as i32)
        }
    };
    values.iter().map(label).collect()
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
