//! Prints rows of text as a table: the first column to the left, the others to the right.
//!
//! It neither wraps nor cuts: a line is as long as its cells.

use std::io::Write;

use crate::failure::Result;

/// Writes the rows, the first of which is the heading.
///
/// # Errors
///
/// When the output cannot be written.
pub(super) fn write<const N: usize>(rows: &[[String; N]], out: &mut dyn Write) -> Result<()> {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    });
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            line += &if column == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") };
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = [["bench", "median"], ["scan/é", "1 µs"]].map(|row| row.map(str::to_owned));
        let mut out = Vec::new();
        write(&rows, &mut out).expect("a vector takes it");
        let text = String::from_utf8(out).expect("it is text");
        assert_eq!(text, "bench   median\nscan/é    1 µs\n");
    }
}
