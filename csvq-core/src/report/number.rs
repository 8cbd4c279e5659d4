//! Numbers as people read them: thousands, shares, magnitudes.
//!
//! Only for text that people read; the formats for programs write numbers plainly.

/// A count with a comma between thousands: `1,002`.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count and its noun, whose plural is one with an `s`: `1 row`, `1,002 rows`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// A part of a whole with one decimal: `1.2%`. Only nothing is 0%, and only the whole is 100%.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    if part == 0 {
        return "0%".to_owned();
    }
    if part >= whole {
        return "100%".to_owned();
    }
    // Tenths of a percent in 128 bits: exact for any two counts, where a float is not.
    let tenths = (u128::from(part) * 2000 + u128::from(whole)) / (u128::from(whole) * 2);
    match tenths {
        0 => "<0.1%".to_owned(),
        1000.. => ">99.9%".to_owned(),
        _ => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// A number with at most six significant digits: `0.5`, `1234.57`, `1.5e20`.
pub(crate) fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return if value.is_nan() { "NaN" } else { "infinite" }.to_owned();
    }
    let exponent = value.abs().log10().floor();
    if (-5.0..15.0).contains(&exponent) {
        let decimals = (5.0 - exponent).max(0.0);
        let text = format!("{value:.*}", decimals as usize);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    } else {
        let text = format!("{value:.5e}");
        match text.split_once('e') {
            Some((digits, power)) => format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.')),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (count, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(count), expected);
        }
        assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
        let shares = [
            (0, 0, ""),
            (0, 9, "0%"),
            (9, 9, "100%"),
            (1, 1000, "0.1%"),
            (1, 2000, "0.1%"),
            (1, 2001, "<0.1%"),
            (1999, 2000, ">99.9%"),
            (999, 1000, "99.9%"),
            (1, 3, "33.3%"),
            (u64::MAX - 1, u64::MAX, ">99.9%"),
        ];
        for (part, whole, expected) in shares {
            assert_eq!(percent(part, whole), expected, "{part} of {whole}");
        }
        let values = [
            (0.0, "0"),
            (0.5, "0.5"),
            (0.1 + 0.2, "0.3"),
            (1234.5678, "1234.57"),
            (100.0, "100"),
            (123_456_789.0, "123456789"),
            (1.5e20, "1.5e20"),
            (1e-9, "1e-9"),
            (f64::INFINITY, "infinite"),
        ];
        for (value, expected) in values {
            assert_eq!(significant(value), expected);
        }
    }
}
