//! Tables of a few columns, for people.

use comfy_table::{ContentArrangement, Table, presets};
use csvq_core::sandbox::harmless;

use crate::terminal;

/// The width of a table where the terminal does not tell its own.
const WIDTH: u16 = 110;

/// Writes rows under headings, aligned, as wide as the terminal at most.
pub(crate) fn render(headings: &[&str], rows: &[Vec<String>]) -> String {
    let width = terminal::stdout_width().and_then(|width| u16::try_from(width).ok()).unwrap_or(WIDTH);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_header(headings.iter().map(|heading| heading.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| harmless(cell)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Writes rows under headings, aligned, each on one line however long that is, and below it what there is to say of it.
pub(crate) fn with_notes(headings: &[&str], rows: &[(Vec<String>, String)]) -> String {
    let headings: Vec<String> = headings.iter().map(|heading| heading.to_uppercase()).collect();
    let cells = || std::iter::once(&headings).chain(rows.iter().map(|(cells, _)| cells));
    let widths: Vec<usize> = (0..headings.len())
        .map(|column| cells().filter_map(|cells| cells.get(column)).map(|cell| shown(cell).chars().count()).max())
        .map(Option::unwrap_or_default)
        .collect();
    let line = |cells: &Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{:<width$}", shown(cell)));
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    let mut text = line(&headings);
    for (cells, note) in rows {
        text.push_str(&line(cells));
        if !note.is_empty() {
            text.push_str(&format!("    {}\n", shown(note)));
        }
    }
    text
}

/// A text of one line that does not drive the terminal.
fn shown(text: &str) -> String {
    harmless(text).replace('\n', " ")
}

/// Writes names and what they stand for, one under the other.
pub(crate) fn pairs(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let line = |(name, value): &(&str, String)| format!("{name:<width$}  {}\n", shown(value));
    pairs.iter().filter(|(_, value)| !value.is_empty()).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_nothing_drives_the_terminal() {
        let rows = [vec!["one".to_owned(), "\u{1b}[31mred".to_owned()], vec!["three".to_owned(), "x".to_owned()]];
        let text = render(&["name", "value"], &rows);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].find("VALUE"), lines[2].find('x'));
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn notes_stand_below_their_rows() {
        let row = |name: &str, value: &str| vec![name.to_owned(), value.to_owned()];
        let rows = [(row("one", "1"), "a note\nof two lines".to_owned()), (row("\u{1b}three", ""), String::new())];
        let expected = "NAME         VALUE\none          1\n    a note of two lines\n\\u{1b}three\n";
        assert_eq!(with_notes(&["name", "value"], &rows), expected);
    }

    #[test]
    fn what_is_empty_is_left_out() {
        assert_eq!(pairs(&[("id", "a".to_owned()), ("reason", String::new())]), "id      a\n");
    }
}
