//! Text of others made harmless for logs and messages.

/// The text with control characters escaped, and cut after so many characters.
///
/// Besides control characters those are escaped that change the direction of what follows, or that some readers take
/// for the end of a line.
pub(super) fn clean(text: &str, max_characters: usize) -> String {
    let mut cleaned = String::with_capacity(text.len().min(max_characters));
    for (count, character) in text.chars().enumerate() {
        if count == max_characters {
            cleaned.push('…');
            break;
        }
        if is_harmful(character) {
            cleaned.extend(character.escape_default());
        } else {
            cleaned.push(character);
        }
    }
    cleaned
}

fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_drives_a_terminal_is_escaped() {
        let check = |text: &str, expected: &str| assert_eq!(clean(text, 12), expected, "{text:?}");
        check("plain ü 表", "plain ü 表");
        check("\u{1b}[2J", "\\u{1b}[2J");
        check("a\tb\r\nc", "a\\tb\\r\\nc");
        check("a\u{202e}b\u{2028}", "a\\u{202e}b\\u{2028}");
        check("\u{85}\u{9b}\0", "\\u{85}\\u{9b}\\u{0}");
        check("0123456789ab", "0123456789ab");
        check("0123456789abc", "0123456789ab…");
    }
}
