//! Guessing the delimiter from the first records.

use crate::dialect::Dialect;
use crate::scan::exact::{self, Found};

/// How much of an input is looked at.
pub(crate) const SAMPLE_BYTES: usize = 1 << 16;
const SAMPLE_RECORDS: usize = 64;
const CANDIDATES: [u8; 4] = *b",;\t|";

/// The candidate under which the most records have as many fields as the first; of those the one with most fields.
/// The comma, where no candidate splits the first record. `whole` says that the sample is the whole input.
pub(crate) fn delimiter(sample: &[u8], dialect: &Dialect, whole: bool) -> u8 {
    let mut best = (0, 1, b',');
    for candidate in CANDIDATES {
        if [dialect.quote, dialect.escape, dialect.comment].contains(&Some(candidate)) {
            continue;
        }
        let counts = field_counts(sample, &Dialect { delimiter: candidate, ..*dialect }, whole);
        let Some(&fields) = counts.first() else { continue };
        if fields < 2 {
            continue;
        }
        let alike = counts.iter().filter(|count| **count == fields).count() * 100 / counts.len();
        if (alike, fields) > (best.0, best.1) {
            best = (alike, fields, candidate);
        }
    }
    best.2
}

fn field_counts(sample: &[u8], dialect: &Dialect, whole: bool) -> Vec<usize> {
    let mut counts = Vec::new();
    let mut at = 0;
    while counts.len() < SAMPLE_RECORDS {
        match exact::record(sample, at, dialect, whole) {
            Found::Record(record) => {
                if !record.is_blank() {
                    counts.push(record.fields);
                }
                at = record.next;
            }
            Found::Comment { next } => at = next,
            Found::Partial | Found::Unclosed { .. } | Found::End => break,
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sample: &str, expected: u8) {
        let found = delimiter(sample.as_bytes(), &Dialect::default(), true);
        assert_eq!(found as char, expected as char, "{sample}");
    }

    #[test]
    fn finds_the_delimiter() {
        check("a,b\n1,2\n", b',');
        check("a;b\n1,5;2,5\n", b';');
        check("a\tb,c\n1\t2\n", b'\t');
        check("a|b|c\n1|2|3", b'|');
        check("one\ntwo\n", b',');
        check("", b',');
        check("\"x;y\",b\n\"p;q;r\",2\n", b',');
    }
}
