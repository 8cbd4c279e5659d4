//! Tables generated for the benches: the same bytes in every run, about twenty megabytes each; and frames.
//!
//! Nothing is measured here, and no table is more than the columns that a bench needs to be like real data.

mod cells;
pub mod frames;

use cells::Cells;

/// How many bytes a table has, more or less.
const BYTES: usize = 20 << 20;

/// How a table is written and what differs from the plain one.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// How many columns there are; the ten kinds of cells repeat.
    pub columns: usize,
    /// In what order the rows stand.
    pub order: Order,
    /// Of so many rows one has another amount; 0: none.
    pub changed_every: usize,
    /// Whether every cell stands in quotes.
    pub all_quoted: bool,
    /// Whether lines end in CRLF.
    pub crlf: bool,
}

/// In what order rows stand, and so what their ids are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Ids rise.
    Sorted,
    /// Ids are unique but do not rise; two such tables have their rows in the same order.
    Unsorted,
    /// As sorted, then shuffled.
    Shuffled,
}

impl Shape {
    /// Ten columns, sorted by id, LF, quotes where they are needed.
    pub const PLAIN: Self =
        Self { columns: 10, order: Order::Sorted, changed_every: 0, all_quoted: false, crlf: false };

    /// The same with one of so many rows changed.
    #[must_use]
    pub const fn changed(self, every: usize) -> Self {
        Self { changed_every: every, ..self }
    }

    /// The same with its rows in another order.
    #[must_use]
    pub const fn order(self, order: Order) -> Self {
        Self { order, ..self }
    }

    /// The table's text.
    ///
    /// The first column is the id; the first two together are unique as well, and so is the second alone.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(BYTES + (64 << 10));
        for column in 0..self.columns {
            self.separate(column, &mut text);
            self.write(format!("{}_{column}", cells::NAMES[column % cells::NAMES.len()]).as_bytes(), &mut text);
        }
        self.end_line(&mut text);
        for row in self.rows() {
            let mut cells = Cells::new(row);
            let changed = self.changed_every > 0 && row.is_multiple_of(self.changed_every);
            for column in 0..self.columns {
                self.separate(column, &mut text);
                let id = if self.order == Order::Unsorted { scatter(row) } else { row + 1 };
                self.write(cells.cell(column, id, changed), &mut text);
            }
            self.end_line(&mut text);
        }
        text
    }

    fn rows(&self) -> Vec<usize> {
        let row_bytes = self.columns * if self.all_quoted { 13 } else { 11 };
        let mut rows: Vec<usize> = (0..BYTES / row_bytes).collect();
        if self.order == Order::Shuffled {
            shuffle(&mut rows);
        }
        rows
    }

    fn separate(&self, column: usize, text: &mut Vec<u8>) {
        if column > 0 {
            text.push(b',');
        }
    }

    fn end_line(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(if self.crlf { b"\r\n" } else { b"\n" });
    }

    fn write(&self, cell: &[u8], text: &mut Vec<u8>) {
        if !self.all_quoted && !cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n')) {
            text.extend_from_slice(cell);
            return;
        }
        text.push(b'"');
        for byte in cell {
            if *byte == b'"' {
                text.push(b'"');
            }
            text.push(*byte);
        }
        text.push(b'"');
    }
}

/// By Fisher and Yates.
fn shuffle<T>(items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, cells::mix(last as u64) as usize % (last + 1));
    }
}

/// A number for each row that is no other row's, in no order.
fn scatter(row: usize) -> usize {
    // An odd factor is a bijection of 32 bits.
    (row as u32).wrapping_mul(0x9e37_79b1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_what_they_say() {
        for shape in [
            Shape::PLAIN,
            Shape { all_quoted: true, crlf: true, ..Shape::PLAIN },
            Shape { columns: 200, ..Shape::PLAIN },
        ] {
            let text = shape.text();
            assert_eq!(text, shape.text());
            assert!(text.len().abs_diff(BYTES) < BYTES / 4, "{} bytes for {shape:?}", text.len());
        }
    }
}
