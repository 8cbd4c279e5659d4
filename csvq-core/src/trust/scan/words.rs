//! Words of others as they may stand in a report: short, and harmless to a terminal and to a log.

/// No identifier that a person writes is longer.
const LONGEST_WORD: usize = 80;
/// A sentence of another program.
const LONGEST_TEXT: usize = 300;

/// An identifier, or something as short.
pub(super) fn word(text: &str) -> String {
    cut(text, LONGEST_WORD)
}

/// A sentence or a path.
pub(super) fn shown(text: &str) -> String {
    cut(text, LONGEST_TEXT)
}

fn cut(text: &str, longest: usize) -> String {
    let mut clean = String::new();
    for (at, character) in text.chars().enumerate() {
        if at == longest {
            clean.push('…');
            break;
        }
        if is_hidden(character) {
            clean.extend(character.escape_default());
        } else {
            clean.push(character);
        }
    }
    clean
}

/// Whether a character can't be seen, or changes how those around it are seen.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

/// Whether a character that is no control character can't be seen, or turns the direction of a text.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
