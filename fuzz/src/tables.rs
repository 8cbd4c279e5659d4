//! Pairs of texts out of the fuzzer's bytes: a table, the table after some edits, and two ways to write them.
//!
//! What is written need not be well-formed: whether it is, the reference reader says.

use arbitrary::{Result, Unstructured};
use csvq_text::Dialect;

use crate::{Text, dialects};

/// Cells that scanners and keys trip over. What needs quotes may be written without them.
const CELLS: &[&str] = &[
    "",
    "a",
    "b",
    "A",
    " a ",
    "1",
    "01",
    "1.0",
    "1.25",
    "-0",
    "0",
    "NaN",
    "true",
    "NA",
    "2024-01-01",
    "x y",
    "é",
    "日本",
    "🦀",
    "c,d",
    "c;d",
    "c\td",
    "line\nline",
    "line\r\nline",
    "\r",
    "x\r",
    "\rx",
    "\n",
    "\"",
    "\"\"",
    "5\" disk",
    "\"whole\"",
    "a\"b\"c",
    "'",
    "it's",
    "'a'",
    "#",
    "#a",
    "\\",
    "\\\\",
    "\\,",
    "\\\"",
    "a\\",
    "|",
    "\u{feff}",
    "\u{7f}",
    "\u{80}",
    "sixteen bytes ok",
    "seventeen bytes k",
    "a cell that is longer than sixty-four bytes, and so than a step, whatever comes",
];

/// Bytes that make a record malformed.
const INVALID: &[&[u8]] = &[b"\0", b"a\0b", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\"", b"\"open", b"\\", b"extra,extra"];

/// Lines that are no row.
const LINES: &[&[u8]] =
    &[b"", b"\r", b"#", b"# \"quoted\", or not", b" ", b"\"\"", b"\"\"\r", b",", b"\"a\nb\"", b"\"", b"\\"];

/// A pair of texts, and how they were written.
pub struct Texts {
    /// What is on the left and on the right.
    pub texts: [Text; 2],
    /// How they are written.
    pub dialects: [Dialect; 2],
    /// How many columns both were meant to have.
    pub columns: usize,
    /// By how many places the right side's columns are rotated to the left.
    pub rotation: usize,
}

/// Makes a pair of texts.
pub fn texts(u: &mut Unstructured<'_>) -> Result<Texts> {
    let columns = if u.ratio(1, 16)? { u.int_in_range(5..=80)? } else { u.int_in_range(1..=5)? };
    let rotation = if u.ratio(1, 4)? { u.int_in_range(0..=columns - 1)? } else { 0 };
    let left_style = Style::new(u)?;
    let right_style = if u.ratio(1, 4)? { Style::new(u)? } else { left_style };
    let mut left = Lines::new(u, columns)?;
    for _ in 0..u.int_in_range(0..=4)? {
        left.edit(u)?;
    }
    let mut right = left.clone();
    for _ in 0..u.int_in_range(0..=10)? {
        right.edit(u)?;
    }
    right.rotate(rotation);
    Ok(Texts {
        texts: [left_style.write(&left, columns), right_style.write(&right, columns)],
        dialects: [left_style.dialect, right_style.dialect],
        columns,
        rotation,
    })
}

#[derive(Clone)]
enum Line {
    Row(Vec<Vec<u8>>),
    Raw(Vec<u8>),
}

#[derive(Clone)]
struct Lines(Vec<Line>);

impl Lines {
    /// A table whose columns each follow a rule.
    fn new(u: &mut Unstructured<'_>, columns: usize) -> Result<Self> {
        let rows = match u.int_in_range(0..=15)? {
            0..=7 => u.int_in_range(0..=8)?,
            8..=13 => u.int_in_range(0..=60)?,
            _ => u.int_in_range(0..=500)?,
        };
        let rows = if columns > 8 { rows.min(40) } else { rows };
        let mut lines = vec![Vec::with_capacity(columns); rows];
        for _ in 0..columns {
            let (kind, step) = (u.int_in_range(0..=7)?, u.int_in_range(1..=CELLS.len())?);
            for (index, row) in lines.iter_mut().enumerate() {
                let cell = match kind {
                    0 => index.to_string(),
                    1 => format!("{index:06}"),
                    2 => format!("key of row {}", (index * 7 + step) % rows),
                    3 => (index / 2).to_string(),
                    4 => (rows - index).to_string(),
                    5 => CELLS[step - 1].to_owned(),
                    6 => CELLS[index % step].to_owned(),
                    _ => format!("{}.{}", index % step, index % 3),
                };
                row.push(cell.into_bytes());
            }
        }
        Ok(Self(lines.into_iter().map(Line::Row).collect()))
    }

    fn edit(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let lines = &mut self.0;
        if lines.is_empty() {
            lines.push(Line::Row(vec![cell(u)?, cell(u)?]));
            return Ok(());
        }
        let at = u.int_in_range(0..=lines.len() - 1)?;
        match u.int_in_range(0..=15)? {
            0..=4 => {
                let value = cell(u)?;
                if let Line::Row(cells) = &mut lines[at]
                    && !cells.is_empty()
                {
                    let column = u.int_in_range(0..=cells.len() - 1)?;
                    cells[column] = value;
                }
            }
            5 | 6 => {
                lines.remove(at);
            }
            7 | 8 => {
                let to = u.int_in_range(0..=lines.len())?;
                lines.insert(to, lines[at].clone());
            }
            9 => {
                let other = u.int_in_range(0..=lines.len() - 1)?;
                lines.swap(at, other);
            }
            10 => lines.rotate_left(at),
            11 => lines.reverse(),
            12 => {
                // A stretch, gone or doubled: more than a look ahead may see.
                let end = u.int_in_range(at..=lines.len())?;
                let stretch = lines[at..end].to_vec();
                if u.arbitrary()? {
                    lines.extend(stretch);
                } else {
                    lines.drain(at..end);
                }
            }
            13 => {
                if u.ratio(1, 2)? {
                    lines.insert(at, Line::Raw(u.choose(LINES)?.to_vec()));
                }
            }
            14 => {
                if let (Line::Row(cells), true) = (&mut lines[at], u.ratio(1, 4)?) {
                    if u.arbitrary()? {
                        cells.pop();
                    } else {
                        cells.push(cell(u)?);
                    }
                }
            }
            _ => {
                if u.ratio(1, 4)? {
                    lines.insert(at, Line::Raw(u.choose(INVALID)?.to_vec()));
                }
            }
        }
        Ok(())
    }

    fn rotate(&mut self, rotation: usize) {
        for line in &mut self.0 {
            if let Line::Row(cells) = line
                && rotation < cells.len()
            {
                cells.rotate_left(rotation);
            }
        }
    }
}

fn cell(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    Ok(match u.int_in_range(0..=31)? {
        0..=23 => u.choose(CELLS)?.as_bytes().to_vec(),
        24..=27 => [*u.choose(CELLS)?, *u.choose(CELLS)?].concat().into_bytes(),
        28..=29 => u.choose(CELLS)?.repeat(u.int_in_range(1..=40)?).into_bytes(),
        30 => u.int_in_range(0..=999_u32)?.to_string().into_bytes(),
        _ if u.ratio(1, 4)? => u.choose(INVALID)?.to_vec(),
        _ => Vec::new(),
    })
}

/// How a table is written.
#[derive(Clone, Copy)]
struct Style {
    dialect: Dialect,
    quoting: Quoting,
    /// Of so many line ends one is a CRLF; 0: none.
    crlf_every: usize,
    ends_with_line_end: bool,
    byte_order_mark: bool,
}

#[derive(Clone, Copy)]
enum Quoting {
    Needed,
    All,
    Some,
    None,
}

impl Style {
    fn new(u: &mut Unstructured<'_>) -> Result<Self> {
        use Quoting::{All, Needed, None, Some};
        Ok(Self {
            dialect: dialects::plausible(u)?,
            quoting: *u.choose(&[Needed, Needed, Needed, Needed, All, Some, Some, None])?,
            crlf_every: *u.choose(&[0, 0, 0, 1, 1, 3])?,
            ends_with_line_end: u.ratio(7, 8)?,
            byte_order_mark: u.ratio(1, 16)?,
        })
    }

    fn write(&self, lines: &Lines, columns: usize) -> Text {
        let mut text = Vec::new();
        if self.byte_order_mark {
            text.extend_from_slice("\u{feff}".as_bytes());
        }
        if self.dialect.header {
            let names: Vec<Vec<u8>> = (0..columns).map(|index| format!("name{index}").into_bytes()).collect();
            self.write_row(&names, 0, &mut text);
            self.write_line_end(0, &mut text);
        }
        for (index, line) in lines.0.iter().enumerate() {
            match line {
                Line::Row(cells) => self.write_row(cells, index, &mut text),
                Line::Raw(bytes) => text.extend_from_slice(bytes),
            }
            if self.ends_with_line_end || index + 1 < lines.0.len() {
                self.write_line_end(index, &mut text);
            }
        }
        Text(text)
    }

    fn write_line_end(&self, index: usize, text: &mut Vec<u8>) {
        let crlf = self.crlf_every > 0 && index.is_multiple_of(self.crlf_every);
        text.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
    }

    fn write_row(&self, cells: &[Vec<u8>], row: usize, text: &mut Vec<u8>) {
        for (column, cell) in cells.iter().enumerate() {
            if column > 0 {
                text.push(self.dialect.delimiter);
            }
            let special = |byte: &u8| {
                let dialect = &self.dialect;
                matches!(byte, b'\n' | b'\r') || *byte == dialect.delimiter || dialect.quote == Some(*byte)
            };
            let needed = cell.iter().any(special);
            let quoted = match self.quoting {
                Quoting::Needed => needed,
                Quoting::All => true,
                Quoting::Some => needed || (row * 31 + column * 7) % 5 < 2,
                Quoting::None => false,
            };
            match self.dialect.quote {
                Some(quote) if quoted => self.write_quoted(cell, quote, text),
                _ => self.write_unquoted(cell, special, text),
            }
        }
    }

    fn write_quoted(&self, cell: &[u8], quote: u8, text: &mut Vec<u8>) {
        text.push(quote);
        for byte in cell {
            if *byte == quote || self.dialect.escape == Some(*byte) {
                text.push(*byte);
            }
            text.push(*byte);
        }
        text.push(quote);
    }

    fn write_unquoted(&self, cell: &[u8], special: impl Fn(&u8) -> bool, text: &mut Vec<u8>) {
        for byte in cell {
            if let Some(escape) = self.dialect.escape
                && (special(byte) || *byte == escape)
            {
                text.push(escape);
            }
            text.push(*byte);
        }
    }
}
