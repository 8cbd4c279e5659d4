//! Whether a time format is one, and tells enough.

use crate::error::{Error, Result};

/// The letters that may follow `%`, as in strftime.
const LETTERS: &str = "YCyqmbBhdeaAwuUWVGgjDxFvHkIlPpMSTRXrZz+csnt%";

/// What an error advises.
const EXAMPLES: &str = "write `iso`, or strftime codes such as `%d.%m.%Y %H:%M:%S` (`%%` for a percent sign)";

/// Checks a format of the field: `iso`, or one with at least one known `%` code.
pub(super) fn check(field: &str, format: &str) -> Result<()> {
    if format == "iso" {
        return Ok(());
    }
    let mut codes = 0_usize;
    let mut rest = format;
    while let Some((_, after)) = rest.split_once('%') {
        let (letter, next) = code(after).ok_or_else(|| {
            let found: String = after.chars().take(1).collect();
            Error::spec(field, format!("`{format}` holds the unknown code `%{found}`: {EXAMPLES}"))
        })?;
        codes += usize::from(!matches!(letter, '%' | 'n' | 't'));
        rest = next;
    }
    if codes == 0 {
        return Err(Error::spec(field, format!("`{format}` is no time format: {EXAMPLES}")));
    }
    if !csvq_text::tells_a_moment(format) {
        let message = format!("`{format}` can't be read back as a date, or a date and time: {EXAMPLES}");
        return Err(Error::spec(field, message));
    }
    Ok(())
}

/// The code after a `%` (its letter), and what follows it.
fn code(after: &str) -> Option<(char, &str)> {
    let plain = after.strip_prefix(['-', '_', '0']).unwrap_or(after);
    // Fractions of a second (`%.f`, `%3f`, `%.9f`), and offsets with colons (`%:z`) or `%#z`.
    let fraction = plain.strip_prefix('.').unwrap_or(plain);
    let fraction = fraction.strip_prefix(['3', '6', '9']).unwrap_or(fraction);
    if let Some(next) = fraction.strip_prefix('f') {
        return Some(('f', next));
    }
    if plain.starts_with([':', '#']) {
        let forms = [":::z", "::z", ":z", "#z"];
        return forms.iter().find_map(|form| plain.strip_prefix(form)).map(|next| ('z', next));
    }
    let letter = plain.chars().next().filter(|letter| LETTERS.contains(*letter))?;
    Some((letter, &plain[letter.len_utf8()..]))
}
