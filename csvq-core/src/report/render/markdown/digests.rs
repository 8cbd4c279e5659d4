//! What `hash_compare` found, as Markdown.

use std::io::{self, Write};

use super::{LISTED, code};
use crate::report::model::{DigestPair, Digests};
use crate::report::number::{counted, thousands};

pub(super) fn digests(digests: &Digests, sample: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Digests\n\n| {} | left | right | |\n|---|---|---|---|", digests.algorithm)?;
    let all = [("bytes", &digests.bytes), ("table, in order", &digests.table), ("table, in any order", &digests.rows)];
    for (of, pair) in all {
        if let Some(pair) = pair {
            line(of, pair, out)?;
        }
    }
    let differing: Vec<_> = digests.columns.iter().filter(|column| !column.is_equal()).collect();
    for column in differing.iter().take(LISTED) {
        if let Some(pair) = column.ordered.as_ref().or(column.unordered.as_ref()) {
            line(&code(&column.column), pair, out)?;
        }
    }
    if !digests.columns.is_empty() {
        let of = thousands(digests.columns.len() as u64);
        writeln!(out, "\nColumns that differ: {} of {of}.", thousands(differing.len() as u64))?;
    }
    let Some(chunks) = digests.chunks.as_ref().filter(|chunks| chunks.differing > 0) else { return Ok(()) };
    let of = counted(chunks.left.max(chunks.right), "chunk");
    writeln!(out, "\n## Chunks that differ\n\n{} of {of}.\n", thousands(chunks.differing))?;
    writeln!(out, "| chunk | rows | columns |\n|--:|---|---|")?;
    for chunk in chunks.shown.iter().take(sample) {
        let columns: Vec<String> = chunk.columns.iter().take(LISTED).map(|name| code(name)).collect();
        let rows = format!("{} – {}", thousands(chunk.first_row), thousands(chunk.last_row));
        writeln!(out, "| {} | {rows} | {} |", thousands(chunk.chunk), columns.join(", "))?;
    }
    Ok(())
}

fn line(of: &str, pair: &DigestPair, out: &mut dyn Write) -> io::Result<()> {
    // Hexadecimal digits, which need no fence and are not to be cut.
    let digest = |digest: &Option<String>| digest.as_ref().map(|digest| format!("`{digest}`")).unwrap_or_default();
    let same = if pair.is_equal() { "same" } else { "different" };
    writeln!(out, "| {of} | {} | {} | {same} |", digest(&pair.left), digest(&pair.right))
}
