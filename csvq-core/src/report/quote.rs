//! Writes records of delimited text as RFC 4180 has them, with LF at the end of a record.
//!
//! Reads nothing, and knows nothing of reports.

use std::io::{self, Write};

/// Writes records one after the other.
pub(crate) struct RecordWriter<W> {
    out: W,
    escape_formulas: bool,
}

impl<W: Write> RecordWriter<W> {
    /// A writer of records. With `escape_formulas`, cells that a spreadsheet would run are written with a `'` before
    /// them; see [`is_formula`].
    pub(crate) fn new(out: W, escape_formulas: bool) -> Self {
        Self { out, escape_formulas }
    }

    /// Writes one record.
    pub(crate) fn write<I, S>(&mut self, fields: I) -> io::Result<()>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        let mut alone_and_empty = false;
        for (index, field) in fields.into_iter().enumerate() {
            let field = field.as_ref();
            if index > 0 {
                self.out.write_all(b",")?;
            }
            self.write_field(field)?;
            alone_and_empty = index == 0 && field.is_empty();
        }
        if alone_and_empty {
            // A blank line would be no record to most readers.
            self.out.write_all(b"\"\"")?;
        }
        self.out.write_all(b"\n")
    }

    /// Hands back what the records were written to.
    pub(crate) fn into_inner(self) -> W {
        self.out
    }

    fn write_field(&mut self, field: &str) -> io::Result<()> {
        let guard: &[u8] = if self.escape_formulas && is_formula(field) { b"'" } else { b"" };
        if !needs_quotes(field) {
            self.out.write_all(guard)?;
            return self.out.write_all(field.as_bytes());
        }
        self.out.write_all(b"\"")?;
        self.out.write_all(guard)?;
        let mut parts = field.split('"');
        self.out.write_all(parts.next().unwrap_or_default().as_bytes())?;
        for part in parts {
            self.out.write_all(b"\"\"")?;
            self.out.write_all(part.as_bytes())?;
        }
        self.out.write_all(b"\"")
    }
}

/// Whether a spreadsheet would read the cell as a formula: it begins with `=`, `+`, `-`, `@`, a tab, CR or LF, and is
/// no plain number such as `-1.5` or `+2e6`.
pub(crate) fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && !is_plain_number(cell)
}

/// A byte order mark at the start of a file is taken for the file's own, unless it stands inside quotes.
fn needs_quotes(field: &str) -> bool {
    field.starts_with('\u{feff}') || field.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
}

fn is_plain_number(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = |text: &str| -> String { text.strip_prefix(['+', '-']).unwrap_or(text).to_owned() };
    let (mantissa, exponent) = match cell.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (cell, None),
    };
    let mantissa = unsigned(mantissa);
    let (whole, part) = match mantissa.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (mantissa.as_str(), None),
    };
    digits(whole) && part.is_none_or(digits) && exponent.is_none_or(|text| digits(&unsigned(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fields: &[&str], escape_formulas: bool, expected: &str) {
        let mut writer = RecordWriter::new(Vec::new(), escape_formulas);
        writer.write(fields).expect("writing to memory");
        assert_eq!(String::from_utf8(writer.into_inner()).expect("text"), expected);
    }

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        check(&["a", "b c", "", " d "], false, "a,b c,, d \n");
        check(
            &["a,b", "say \"hi\"", "two\nlines", "cr\r"],
            false,
            "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"cr\r\"\n",
        );
        check(&[""], false, "\"\"\n");
        check(&["\u{feff}id", "x"], false, "\"\u{feff}id\",x\n");
    }

    #[test]
    fn formulas_are_disarmed_and_numbers_are_not() {
        check(&["=cmd|' /C calc'!A0", "@SUM(A1)", "+1+1", "-x"], true, "'=cmd|' /C calc'!A0,'@SUM(A1),'+1+1,'-x\n");
        check(&["=\"a\",1", "\ttab", "\rcr"], true, "\"'=\"\"a\"\",1\",'\ttab,\"'\rcr\"\n");
        check(&["-1.5", "+2", "-3e-7", "1E+5", "-", "-1-1", "-.5"], true, "-1.5,+2,-3e-7,1E+5,'-,'-1-1,'-.5\n");
        check(&["=1", "-x"], false, "=1,-x\n");
    }
}
