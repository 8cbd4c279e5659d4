//! Inside a record: its fields, and the cell that a field writes.

use memchr::{memchr, memchr_iter};

use crate::dialect::Dialect;
use crate::scan::exact;

/// Where a field stands in its record's text, quotes included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Field {
    start: u32,
    end: u32,
}

impl Field {
    /// The field at these bytes of its record.
    #[inline(always)]
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The field's bytes as written.
    #[inline]
    pub(crate) fn raw(self, record: &[u8]) -> &[u8] {
        &record[self.start as usize..self.end as usize]
    }
}

/// Finds the fields of a record's text (without line end).
pub(crate) fn split(record: &[u8], dialect: &Dialect, fields: &mut Vec<Field>) {
    fields.clear();
    let special = dialect.escape.is_some() || dialect.quote.is_some_and(|quote| memchr(quote, record).is_some());
    let mut start = 0;
    if special {
        loop {
            let end = exact::field_end(record, start, dialect);
            fields.push(Field { start: start as u32, end: end as u32 });
            if end == record.len() {
                return;
            }
            start = end + 1;
        }
    }
    for end in memchr_iter(dialect.delimiter, record) {
        fields.push(Field { start: start as u32, end: end as u32 });
        start = end + 1;
    }
    fields.push(Field { start: start as u32, end: record.len() as u32 });
}

/// The cell that a field writes: without quotes and escapes. Uses `scratch` where it is not there as it stands.
#[inline]
pub(crate) fn cell<'a>(raw: &'a [u8], dialect: &Dialect, scratch: &'a mut Vec<u8>) -> &'a [u8] {
    let quoted = dialect.quote.is_some() && raw.first().copied() == dialect.quote;
    if !quoted && dialect.escape.is_none() {
        return raw;
    }
    if quoted && dialect.escape.is_none() && raw.len() >= 2 {
        let inner = &raw[1..raw.len() - 1];
        if raw.last().copied() == dialect.quote && dialect.quote.is_none_or(|quote| memchr(quote, inner).is_none()) {
            return inner;
        }
    }
    decode(raw, dialect, scratch);
    scratch
}

/// Writes the cell of any field, however it mixes quotes, escapes and text.
fn decode(raw: &[u8], dialect: &Dialect, cell: &mut Vec<u8>) {
    cell.clear();
    let mut inside = dialect.quote.is_some() && raw.first().copied() == dialect.quote;
    let mut at = usize::from(inside);
    while at < raw.len() {
        let byte = raw[at];
        if dialect.escape == Some(byte) && at + 1 < raw.len() {
            cell.push(raw[at + 1]);
            at += 2;
        } else if inside && dialect.quote == Some(byte) {
            if raw.get(at + 1) == Some(&byte) {
                cell.push(byte);
                at += 2;
            } else {
                inside = false;
                at += 1;
            }
        } else {
            cell.push(byte);
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(record: &str, dialect: Dialect, expected: &[&str]) {
        let mut fields = Vec::new();
        split(record.as_bytes(), &dialect, &mut fields);
        let mut scratch = Vec::new();
        let cells: Vec<String> = fields
            .iter()
            .map(|f| String::from_utf8_lossy(cell(f.raw(record.as_bytes()), &dialect, &mut scratch)).into_owned())
            .collect();
        assert_eq!(cells, expected, "{record}");
    }

    #[test]
    fn splits_as_python_does() {
        let plain = Dialect::default();
        check("", plain, &[""]);
        check("a,,b", plain, &["a", "", "b"]);
        check("a,", plain, &["a", ""]);
        check(r#""a,b",c"#, plain, &["a,b", "c"]);
        check(r#""a""b","""""#, plain, &["a\"b", "\""]);
        check(r#""a"b"c,d"#, plain, &["ab\"c", "d"]);
        check(r#"5" disk,x"y"#, plain, &["5\" disk", "x\"y"]);
        check("\"a\nb\",c", plain, &["a\nb", "c"]);
        let escaped = Dialect { escape: Some(b'\\'), ..plain };
        check(r#"a\,b,"c\"d,e",\\"#, escaped, &["a,b", "c\"d,e", "\\"]);
        let unquoted = Dialect { quote: None, delimiter: b'\t', ..plain };
        check("\"a\tb\"", unquoted, &["\"a", "b\""]);
    }
}
