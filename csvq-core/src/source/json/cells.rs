//! A column's values as they are written, packed one after another.
//!
//! This is how a column is held until it is asked for: whatever type it turns out to have, nothing of it was lost, and
//! rows without a value take next to nothing. What values mean is not known here.

/// The values of a column, as compact JSON text, in order of rows.
#[derive(Default)]
pub(super) struct Cells {
    text: String,
    /// For each value its length, which is never 0; for rows without one a 0 and how many follow one another. All as
    /// variable-length integers of 7 bits a byte, the lowest first.
    marks: Vec<u8>,
    rows: u64,
}

impl Cells {
    /// Adds the value of a row; rows before it that have none are null.
    pub(super) fn set(&mut self, row: u64, value: &str) {
        let nulls = row.saturating_sub(self.rows);
        if nulls > 0 {
            self.mark(0);
            self.mark(nulls);
        }
        let start = self.text.len();
        if value.starts_with(['{', '[']) {
            compact(value, &mut self.text);
        } else {
            self.text.push_str(value);
        }
        self.mark((self.text.len() - start) as u64);
        self.rows = row + 1;
    }

    /// A reader of all rows from the first on.
    pub(super) fn reader(&self) -> CellReader<'_> {
        CellReader { text: &self.text, marks: &self.marks, nulls: 0 }
    }

    fn mark(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.marks.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.marks.push(value as u8);
    }
}

/// Reads a column's values in order.
pub(super) struct CellReader<'a> {
    text: &'a str,
    marks: &'a [u8],
    nulls: u64,
}

impl<'a> CellReader<'a> {
    /// The value of the next row; `None` where it has none, and beyond the last row.
    pub(super) fn next_row(&mut self) -> Option<&'a str> {
        if self.nulls > 0 {
            self.nulls -= 1;
            return None;
        }
        match self.next_mark() {
            0 => {
                self.nulls = self.next_mark().saturating_sub(1);
                None
            }
            len => {
                let (value, rest) = self.text.split_at_checked(len as usize)?;
                self.text = rest;
                Some(value)
            }
        }
    }

    fn next_mark(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        while let Some((byte, rest)) = self.marks.split_first() {
            self.marks = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
        }
        value
    }
}

/// Appends a JSON text without the white space between its tokens.
fn compact(value: &str, into: &mut String) {
    let (mut start, mut in_string, mut escaped) = (0, false, false);
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            b' ' | b'\t' | b'\r' | b'\n' if !in_string => {
                into.push_str(&value[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    into.push_str(&value[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_in_their_rows() {
        let mut cells = Cells::default();
        let long = format!("\"{}\"", "x".repeat(300));
        cells.set(0, "1");
        cells.set(1, &long);
        cells.set(500, "{ \"a b\" : [ 1 , \"\\\" \" ] }");
        let mut reader = cells.reader();
        assert_eq!(reader.next_row(), Some("1"));
        assert_eq!(reader.next_row(), Some(long.as_str()));
        assert!((2..500).all(|_| reader.next_row().is_none()));
        assert_eq!(reader.next_row(), Some(r#"{"a b":[1,"\" "]}"#));
        assert_eq!(reader.next_row(), None);
        assert_eq!(reader.next_row(), None);
        assert!(cells.marks.len() < 10);
    }
}
