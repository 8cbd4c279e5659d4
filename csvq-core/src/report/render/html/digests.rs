//! What `hash_compare` found.

use super::LISTED;
use super::markup::Markup;
use super::table::{Cell, Table};
use crate::report::model::{DigestPair, Digests};
use crate::report::number::{counted, thousands};

pub(super) fn digests(digests: &Digests, sample: usize) -> Vec<Markup> {
    let heads = [&*digests.algorithm, "left", "right", ""];
    let mut table = Table::new(Some("Digests"), heads.map(Cell::text));
    let all = [("bytes", &digests.bytes), ("table, in order", &digests.table), ("table, in any order", &digests.rows)];
    for (of, pair) in all {
        if let Some(pair) = pair {
            table.push(line(Cell::head(of), pair));
        }
    }
    let differing: Vec<_> = digests.columns.iter().filter(|column| !column.is_equal()).collect();
    for column in differing.iter().take(LISTED) {
        if let Some(pair) = column.ordered.as_ref().or(column.unordered.as_ref()) {
            table.push(line(Cell::Head(Markup::name(&column.column)), pair));
        }
    }
    let mut parts = vec![table.into()];
    if !digests.columns.is_empty() {
        let (differing, of) = (thousands(differing.len() as u64), thousands(digests.columns.len() as u64));
        parts.push(Markup::text(&format!("Columns that differ: {differing} of {of}.")).within("p"));
    }
    parts.extend(chunks(digests, sample));
    parts
}

fn chunks(digests: &Digests, sample: usize) -> Vec<Markup> {
    let Some(chunks) = digests.chunks.as_ref().filter(|chunks| chunks.differing > 0) else { return Vec::new() };
    let of = counted(chunks.left.max(chunks.right), "chunk");
    let caption = format!("Chunks that differ: {} of {of}", thousands(chunks.differing));
    let heads = [Cell::number("chunk"), Cell::text("rows"), Cell::text("columns")];
    let mut table = Table::new(Some(&caption), heads);
    for chunk in chunks.shown.iter().take(sample) {
        let columns = chunk.columns.iter().take(LISTED).map(|name| Markup::name(name));
        table.push([
            Cell::number(&thousands(chunk.chunk)),
            Cell::text(&format!("{} – {}", thousands(chunk.first_row), thousands(chunk.last_row))),
            Cell::Text(Markup::joined(columns, ", ")),
        ]);
    }
    table.with_rest(usize::try_from(chunks.differing).unwrap_or(usize::MAX))
}

fn line(of: Cell, pair: &DigestPair) -> [Cell; 4] {
    // Hexadecimal digits, which are not to be cut.
    let digest = |digest: &Option<String>| match digest {
        Some(digest) => Cell::Text(Markup::text(digest).within("code")),
        None => Cell::empty(),
    };
    let same = if pair.is_equal() { "same" } else { "different" };
    [of, digest(&pair.left), digest(&pair.right), Cell::text(same)]
}
