//! Cells as people see them: nothing invisible, nothing that acts on a terminal, no longer than there is room.
//!
//! Control characters, line breaks and characters without a shape are written as escapes (`\n`, `\u{1b}`), so that
//! two cells that differ also look different. Colours are not known here.

use unicode_width::UnicodeWidthStr;

/// How a null is shown. A cell with this very text is shown in quotes.
pub(crate) const NULL: &str = "∅";

/// Where a cell was cut.
const CUT: &str = "…";

/// A cell taken apart at its difference; joined, its parts are the cell as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// What the other cell begins with, too.
    pub(crate) head: String,
    /// What differs.
    pub(crate) differing: String,
    /// What the other cell ends with, too.
    pub(crate) tail: String,
}

impl Parts {
    /// The whole cell.
    pub(crate) fn joined(&self) -> String {
        format!("{}{}{}", self.head, self.differing, self.tail)
    }
}

/// A cell in at most `width` columns of a terminal: null as `∅`, empty as `""`, in quotes where white space at an end
/// would not be seen.
pub(crate) fn show(cell: Option<&str>, width: usize) -> String {
    match cell {
        None => NULL.to_owned(),
        Some(text) => window(text, Range { start: 0, from: 0, to: 0 }, width).joined(),
    }
}

/// A name (of a column, an input) in at most `width` columns: as a cell, but never in quotes unless it is empty.
pub(crate) fn show_name(name: &str, width: usize) -> String {
    if name.is_empty() {
        return "\"\"".to_owned();
    }
    let mut shown = Shown::default();
    shown.fill(name, Range { start: 0, from: 0, to: 0 }, width, false);
    shown.parts.joined()
}

/// The end of a path or name in at most `width` columns: what tells files apart stands there.
pub(crate) fn show_path(path: &str, width: usize) -> String {
    let whole = escape_controls(path);
    if whole.width() <= width {
        return whole;
    }
    let mut start = whole.len();
    for (index, _) in whole.char_indices().rev() {
        if whole[index..].width() + 1 > width {
            break;
        }
        start = index;
    }
    format!("{CUT}{}", &whole[start..])
}

/// Both sides of a changed cell, each in at most `width` columns, taken apart at their difference. Where a cell is too
/// long, what is shown begins shortly before the difference.
pub(crate) fn contrast(left: Option<&str>, right: Option<&str>, width: usize) -> (Parts, Parts) {
    let (Some(left), Some(right)) = (left, right) else {
        let whole = |cell| Parts { differing: show(cell, width), ..Parts::default() };
        return (whole(left), whole(right));
    };
    let head = common(left.chars(), right.chars());
    let tail = common(left[head..].chars().rev(), right[head..].chars().rev());
    // A third of the room for what leads up to the difference; all of it where the cells are short anyway.
    let fits = fits(left, width) && fits(right, width);
    let start = if fits { 0 } else { step_back(left, head, width / 3) };
    let part = |text: &str| window(text, Range { start, from: head, to: text.len() - tail }, width);
    (part(left), part(right))
}

/// Text without a character that would act on a terminal or hide in it.
pub(crate) fn escape_controls(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        push_escaped(&mut escaped, character, None);
    }
    escaped
}

/// What of a cell is shown: from byte `start`, with the difference between `from` and `to`.
#[derive(Clone, Copy)]
struct Range {
    start: usize,
    from: usize,
    to: usize,
}

fn window(text: &str, range: Range, width: usize) -> Parts {
    let quoted = text.is_empty()
        || text == NULL
        || text.starts_with('"')
        || text.starts_with(char::is_whitespace)
        || text.ends_with(char::is_whitespace);
    let mut shown = Shown::default();
    shown.fill(text, range, width, quoted);
    shown.parts
}

/// Collects the shown characters until the room is used up.
#[derive(Default)]
struct Shown {
    parts: Parts,
    used: usize,
}

impl Shown {
    fn fill(&mut self, text: &str, range: Range, width: usize, quoted: bool) {
        if range.start > 0 {
            self.parts.head.push_str(CUT);
            self.used += 1;
        } else if quoted {
            self.parts.head.push('"');
            self.used += 1;
        }
        let mut token = String::new();
        // Characters without width are bounded too: a cell may consist of combining marks alone.
        let mut left = width.saturating_mul(4);
        let mut characters = text[range.start..].char_indices().peekable();
        while let Some((index, character)) = characters.next() {
            let next = characters.peek().map(|&(_, next)| next);
            token.clear();
            push_escaped(&mut token, character, Some(next));
            let reserve = usize::from(next.is_some() || quoted);
            if self.used + token.width() + reserve > width || left == 0 {
                self.part_at(range.start + index, range).push_str(CUT);
                return;
            }
            left -= 1;
            self.used += token.width();
            let part = self.part_at(range.start + index, range);
            part.push_str(&token);
        }
        if quoted {
            self.parts.tail.push('"');
        }
    }

    fn part_at(&mut self, index: usize, range: Range) -> &mut String {
        if index < range.from {
            &mut self.parts.head
        } else if index < range.to {
            &mut self.parts.differing
        } else {
            &mut self.parts.tail
        }
    }
}

/// Writes one character so that it can be seen. Where the next one is known, a backslash that would read as the
/// beginning of an escape is doubled.
fn push_escaped(text: &mut String, character: char, next: Option<Option<char>>) {
    match character {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\\' if matches!(next, Some(Some('n' | 'r' | 't' | 'u' | '\\'))) => text.push_str("\\\\"),
        _ if is_hidden(character) => text.push_str(&format!("\\u{{{:x}}}", u32::from(character))),
        _ => text.push(character),
    }
}

/// Control characters, spaces that pass for others, and characters that only change how their neighbours are laid
/// out. The joiners U+200C and U+200D stay: scripts and emoji need them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{2000}'..='\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Bytes that both begin with, whole characters only.
fn common(left: impl Iterator<Item = char>, right: impl Iterator<Item = char>) -> usize {
    left.zip(right).take_while(|(left, right)| left == right).map(|(left, _)| left.len_utf8()).sum()
}

/// The start of the characters before `from` that fit in some columns.
fn step_back(text: &str, from: usize, columns: usize) -> usize {
    let mut start = from;
    let mut used = 0;
    let mut token = String::new();
    for (index, character) in text[..from].char_indices().rev().take(columns.saturating_mul(4)) {
        token.clear();
        push_escaped(&mut token, character, None);
        used += token.width();
        if used > columns {
            break;
        }
        start = index;
    }
    start
}

/// Whether the cell surely fits; a long one is not walked to find out.
fn fits(text: &str, width: usize) -> bool {
    text.len() <= width.saturating_mul(8)
        && window(text, Range { start: 0, from: 0, to: 0 }, usize::MAX / 8).joined().width() <= width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_shown_unmistakably() {
        let cases = [
            (None, "∅"),
            (Some(""), "\"\""),
            (Some("∅"), "\"∅\""),
            (Some("plain text"), "plain text"),
            (Some("ends with a space "), "\"ends with a space \""),
            (Some("\"quoted\""), "\"\"quoted\"\""),
            (Some("two\nlines"), "two\\nlines"),
            (Some("two\\nlines"), "two\\\\nlines"),
            (Some("C:\\data"), "C:\\data"),
            (Some("\u{1b}[31mred\u{7}"), "\\u{1b}[31mred\\u{7}"),
            (Some("abc\u{202e}fed"), "abc\\u{202e}fed"),
            (Some("no\u{a0}break"), "no\\u{a0}break"),
        ];
        for (cell, expected) in cases {
            assert_eq!(show(cell, 60), expected);
        }
    }

    #[test]
    fn cells_are_cut_by_columns_of_the_terminal() {
        assert_eq!(show(Some("abcdef"), 6), "abcdef");
        assert_eq!(show(Some("abcdefg"), 6), "abcde…");
        assert_eq!(show(Some("東京都千代田区"), 6), "東京…");
        assert_eq!(show(Some(&"\u{301}".repeat(10_000)), 6).chars().count(), 25);
        assert_eq!(show_path("/a/long/way/to/left.csv", 12), "…to/left.csv");
        assert_eq!(show_name(" id", 10), " id");
    }

    #[track_caller]
    fn check_contrast(left: &str, right: &str, width: usize, expected: [&str; 6]) {
        let (left, right) = contrast(Some(left), Some(right), width);
        assert_eq!(
            [&*left.head, &*left.differing, &*left.tail, &*right.head, &*right.differing, &*right.tail],
            expected
        );
    }

    #[test]
    fn the_difference_is_found_and_kept_in_view() {
        check_contrast("12.50", "12.75", 20, ["12.", "50", "", "12.", "75", ""]);
        check_contrast("a b", "a  b", 20, ["a ", "", "b", "a ", " ", "b"]);
        check_contrast("", "x", 20, ["\"", "", "\"", "", "x", ""]);
        let long = "x".repeat(10_000);
        let (left, right) = (format!("{long}1{long}"), format!("{long}2{long}"));
        check_contrast(&left, &right, 12, ["…xxxx", "1", "xxxxx…", "…xxxx", "2", "xxxxx…"]);
    }
}
