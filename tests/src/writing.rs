//! Writes tables as CSV in every way that CSV allows, and reads plain CSV back.

/// How a table is written.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// Choices, taken in turn and again from the start: quotes where none are needed, CRLF or LF, odd quotes, blank
    /// lines.
    pub choices: Vec<u8>,
    /// Whether the last record has a line end.
    pub final_line_end: bool,
    /// Whether a byte order mark comes first.
    pub mark: bool,
    /// Quotes where RFC 4180 has none: inside unquoted cells, and text after the closing one.
    pub odd_quotes: bool,
    /// Blank lines between records of more than one field.
    pub blank_lines: bool,
    /// With `\` as the escape, and `#` for comments, some of which are written between records.
    pub escapes: bool,
}

/// The text of a table.
#[must_use]
pub fn write<S: AsRef<str>>(header: &[S], rows: &[Vec<String>], style: &Style) -> Vec<u8> {
    let mut writer = Writer { style, at: 0, text: String::new() };
    if style.mark {
        writer.text.push('\u{feff}');
    }
    let header: Vec<String> = header.iter().map(|name| name.as_ref().to_owned()).collect();
    writer.record(&header, rows.is_empty());
    for (index, row) in rows.iter().enumerate() {
        writer.record(row, index + 1 == rows.len());
    }
    writer.text.into_bytes()
}

struct Writer<'a> {
    style: &'a Style,
    at: usize,
    text: String,
}

impl Writer<'_> {
    fn choose(&mut self, one_in: u8) -> bool {
        let Some(choice) = self.style.choices.get(self.at % self.style.choices.len().max(1)) else { return false };
        self.at += 1;
        choice % one_in == one_in - 1
    }

    fn record(&mut self, cells: &[String], last: bool) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            // A record of one empty cell is a blank line, which can't be the last without a line end.
            let alone = cells.len() == 1 && cell.is_empty() && last;
            self.cell(cell, alone);
        }
        if last && !self.style.final_line_end {
            return;
        }
        self.line_end();
        if self.style.blank_lines && cells.len() > 1 && self.choose(5) {
            self.line_end();
        }
        if self.style.escapes && self.choose(7) {
            self.text.push_str("# a \"comment, of\\");
            self.line_end();
        }
    }

    fn line_end(&mut self) {
        let end = if self.choose(3) { "\r\n" } else { "\n" };
        self.text.push_str(end);
    }

    fn cell(&mut self, cell: &str, alone: bool) {
        let must = alone || cell.contains([',', '\n', '\r']) || cell.starts_with(['"', '#', '\u{feff}']);
        if self.style.escapes && !cell.contains('\r') && self.choose(2) && !alone {
            for c in cell.chars() {
                if matches!(c, ',' | '"' | '\\' | '\n' | '#') {
                    self.text.push('\\');
                }
                self.text.push(c);
            }
            return;
        }
        let odd = self.style.odd_quotes && self.choose(2);
        let must = must || (cell.contains('"') && !odd) || (self.style.escapes && cell.contains('\\'));
        if !must && !self.choose(3) {
            self.text.push_str(cell);
            return;
        }
        let mut end = "";
        let mut inside = cell;
        if odd
            && let Some((at, c)) = cell.char_indices().next_back()
            && !matches!(c, ',' | '"' | '\n' | '\r' | '\\')
        {
            (inside, end) = cell.split_at(at);
        }
        self.text.push('"');
        for c in inside.chars() {
            if c == '"' || (self.style.escapes && c == '\\') {
                self.text.push(c);
            }
            self.text.push(c);
        }
        self.text.push('"');
        self.text.push_str(end);
    }
}

/// Reads CSV as RFC 4180 has it: the records, the header's first.
#[must_use]
pub fn read(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let (mut record, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            c => cell.push(c),
        }
    }
    records
}
