//! Digests in words.

use super::{named, rows};
use crate::report::model::{Digests, Report};
use crate::report::number::{counted, thousands};

/// `Different: 3 of 123 chunks, 2 of 11 columns`.
pub(super) fn verdict(digests: &Digests, report: &Report) -> String {
    let columns = counted(digests.columns.len() as u64, "column");
    let what = match (digests.columns.is_empty(), &digests.bytes) {
        (true, Some(_)) => "the bytes of both inputs".to_owned(),
        (true, None) => "no column".to_owned(),
        _ => format!("{}, {columns}", rows(&report.details.counts)),
    };
    if report.is_equal {
        return format!("Equal: the same {} of {what}", digests.algorithm);
    }
    let mut findings = Vec::new();
    let same_rows = digests.rows.as_ref().map(|rows| rows.is_equal());
    match (same_rows, digests.table.as_ref().is_some_and(|table| !table.is_equal())) {
        (Some(true), true) => findings.push("the same rows in another order".to_owned()),
        (Some(false), _) => findings.push("other rows, whatever their order".to_owned()),
        _ => {}
    }
    if let Some(chunks) = digests.chunks.as_ref().filter(|chunks| chunks.differing > 0) {
        let all = counted(chunks.left.max(chunks.right), "chunk");
        findings.push(format!("{} of {all}", thousands(chunks.differing)));
    }
    let differing = digests.columns.iter().filter(|column| !column.is_equal()).count();
    if differing > 0 {
        findings.push(format!("{} of {columns}", thousands(differing as u64)));
    }
    if digests.bytes.as_ref().is_some_and(|bytes| !bytes.is_equal()) {
        findings.push("the inputs' bytes".to_owned());
    }
    let schema = &report.details.schema;
    let lone = schema.only_left.len() + schema.only_right.len();
    if lone > 0 {
        findings.push(format!("{} on one side alone", counted(lone as u64, "column")));
    }
    if findings.is_empty() { "Different".to_owned() } else { format!("Different: {}", findings.join("; ")) }
}

/// Which columns differ.
pub(super) fn sentences(digests: &Digests) -> Option<String> {
    let differing: Vec<String> =
        digests.columns.iter().filter(|column| !column.is_equal()).map(|column| column.column.clone()).collect();
    (!differing.is_empty()).then(|| format!("Other digests: {}", named(&differing)))
}
