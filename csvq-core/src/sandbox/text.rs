//! Text of others made harmless for logs, messages and terminals.

use std::borrow::Cow;

/// The text with everything escaped that could make a reader see other than what is there: control characters except
/// line feeds, and characters that can't be seen or change the direction of what follows. For text that comes from
/// outside, such as what a package says of itself, before it is shown on a terminal.
///
/// What is escaped is written as in Rust's strings; a text that holds nothing of the kind is given back as it is.
///
/// ```
/// use csvq_core::sandbox::harmless;
/// assert_eq!(harmless("größe: 5 m²\nnext line"), "größe: 5 m²\nnext line");
/// assert_eq!(harmless("\u{1b}[2Jgone"), "\\u{1b}[2Jgone");
/// assert_eq!(harmless("safe\u{202e}txt.exe"), "safe\\u{202e}txt.exe");
/// ```
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    let is_escaped = |character| character != '\n' && is_harmful(character);
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut harmless = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        push(&mut harmless, character, is_escaped(character));
    }
    Cow::Owned(harmless)
}

/// One line of a text: what [`harmless`] escapes and line feeds are escaped, and it is cut after so many characters.
pub(super) fn clean(text: &str, max_characters: usize) -> String {
    let mut cleaned = String::with_capacity(text.len().min(max_characters));
    for (count, character) in text.chars().enumerate() {
        if count == max_characters {
            cleaned.push('…');
            break;
        }
        push(&mut cleaned, character, is_harmful(character));
    }
    cleaned
}

fn push(text: &mut String, character: char, is_escaped: bool) {
    if is_escaped {
        text.extend(character.escape_default());
    } else {
        text.push(character);
    }
}

/// Control characters; formatting characters that have no width or set a direction; what some readers take for the end
/// of a line; and the tags, which repeat ASCII unseen.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(character, '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{clean, harmless};

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

    #[test]
    fn what_hides_or_reorders_is_escaped_and_lines_stay() {
        let check = |text: &str, expected: &str| assert_eq!(harmless(text), expected, "{text:?}");
        check("a\nb\r\tc\u{7f}", "a\nb\\r\\tc\\u{7f}");
        check("\u{9b}31m", "\\u{9b}31m");
        for (first, last) in [('\u{200b}', '\u{200f}'), ('\u{202a}', '\u{202e}'), ('\u{2066}', '\u{2069}')] {
            (first..=last).for_each(|one| check(&format!("a{one}b"), &format!("a{}b", one.escape_unicode())));
        }
        check("\u{feff}a\u{e0041}", "\\u{feff}a\\u{e0041}");
        for plain in ["", "größe 表 \\u{1b}", "عربى", "👍🏽 a\nb"] {
            assert!(matches!(harmless(plain), Cow::Borrowed(text) if text == plain), "{plain:?}");
        }
    }
}
