//! Cells under each other: columns as wide as their widest cell.

use std::io;

use super::canvas::{Canvas, Line};

/// How a column of a grid is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows of cells, gathered before the widths are known.
pub(super) struct Grid {
    columns: Vec<Align>,
    rows: Vec<Entry>,
}

enum Entry {
    Cells(Vec<Line>),
    Alone(Line),
}

impl Grid {
    pub(super) fn new(columns: &[Align]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; cells that are missing at its end are empty.
    pub(super) fn row(&mut self, cells: Vec<Line>) {
        self.rows.push(Entry::Cells(cells));
    }

    /// Adds a line that no column is as wide as.
    pub(super) fn alone(&mut self, line: Line) {
        self.rows.push(Entry::Alone(line));
    }

    /// Writes the rows, each with an indent. Columns that are empty in every row take no room.
    pub(super) fn draw(self, indent: &str, canvas: &mut Canvas<'_>) -> io::Result<()> {
        let mut widths = vec![0; self.columns.len()];
        for entry in &self.rows {
            if let Entry::Cells(cells) = entry {
                for (width, cell) in widths.iter_mut().zip(cells) {
                    *width = cell.width().max(*width);
                }
            }
        }
        for entry in self.rows {
            match entry {
                Entry::Alone(line) => canvas.line(line)?,
                Entry::Cells(cells) => {
                    let mut line = Line::plain(indent);
                    let mut first = true;
                    for ((cell, &width), &align) in cells.into_iter().zip(&widths).zip(&self.columns) {
                        if width == 0 {
                            continue;
                        }
                        if !first {
                            line = line.join(Line::plain("  "));
                        }
                        first = false;
                        line = line.join(cell.padded(width, align == Align::Right));
                    }
                    canvas.line(line)?;
                }
            }
        }
        Ok(())
    }
}
