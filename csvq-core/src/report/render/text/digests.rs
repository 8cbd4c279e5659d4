//! The sections of `hash_compare`: digests of tables, columns and chunks.

use std::io;

use super::canvas::{Canvas, Line};
use super::grid::{Align, Grid};
use super::{BOLD, DIM, LEFT, RIGHT};
use crate::report::cell::show_name;
use crate::report::model::{ChunkDigests, ColumnDigest, DigestPair, Digests};
use crate::report::number::{counted, thousands};

/// Digits of a digest that are shown where there are many of them.
const SHORT: usize = 16;
const LISTED: usize = 50;

/// Everything that is told of digests.
pub(super) fn digests(digests: &Digests, sample: usize, canvas: &mut Canvas<'_>) -> io::Result<()> {
    whole(digests, canvas)?;
    columns(digests, canvas)?;
    match &digests.chunks {
        Some(found) if found.differing > 0 => chunks(found, digests.chunk_size, sample, canvas),
        _ => Ok(()),
    }
}

fn whole(digests: &Digests, canvas: &mut Canvas<'_>) -> io::Result<()> {
    let all = [
        ("bytes", &digests.bytes),
        ("table, in order", &digests.table),
        ("table, in any order", &digests.rows),
    ];
    canvas.heading(Line::styled(BOLD, "Digests").and(DIM, &format!("  {}", digests.algorithm)))?;
    for (of, pair) in all {
        let Some(pair) = pair else { continue };
        canvas.line(Line::plain("  ").and(DIM, of).join(verdict(pair)))?;
        let shown: &[(&str, &Option<String>)] = if pair.is_equal() {
            &[("both ", &pair.left)]
        } else {
            &[("left ", &pair.left), ("right", &pair.right)]
        };
        for (side, digest) in shown {
            canvas.wrapped("    ", Line::styled(DIM, side).and(super::PLAIN, " ").and(super::PLAIN, digest_text(digest)))?;
        }
    }
    Ok(())
}

fn digest_text(digest: &Option<String>) -> &str {
    digest.as_deref().unwrap_or("none")
}

fn verdict(pair: &DigestPair) -> Line {
    if pair.is_equal() { Line::styled(RIGHT, "  same") } else { Line::styled(LEFT, "  different") }
}

fn short(digest: &Option<String>) -> Line {
    let text = digest_text(digest);
    Line::styled(DIM, text.get(..SHORT).unwrap_or(text))
}

fn columns(digests: &Digests, canvas: &mut Canvas<'_>) -> io::Result<()> {
    if digests.columns.is_empty() {
        return Ok(());
    }
    let differing = digests.columns.iter().filter(|column| !column.is_equal()).count() as u64;
    let of = format!("  {} of {} differ", thousands(differing), thousands(digests.columns.len() as u64));
    canvas.heading(Line::styled(BOLD, "Columns").and(DIM, &of))?;
    let mut grid = Grid::new(&[Align::Left; 5]);
    // Those that differ are what is looked for.
    let mut columns: Vec<&ColumnDigest> = digests.columns.iter().collect();
    columns.sort_by_key(|column| column.is_equal());
    for column in columns.iter().take(LISTED) {
        let Some(pair) = column.ordered.as_ref().or(column.unordered.as_ref()) else { continue };
        grid.row(vec![
            Line::plain(&show_name(&column.column, (canvas.width() / 3).clamp(8, 40))),
            Line::styled(DIM, &column.encoding),
            verdict(pair),
            short(&pair.left),
            if pair.is_equal() { Line::default() } else { short(&pair.right) },
        ]);
    }
    grid.draw("  ", canvas)?;
    match columns.len().saturating_sub(LISTED) {
        0 => Ok(()),
        rest => canvas.line(Line::styled(DIM, &format!("  … {} more", thousands(rest as u64)))),
    }
}

fn chunks(found: &ChunkDigests, size: u64, sample: usize, canvas: &mut Canvas<'_>) -> io::Result<()> {
    let of = format!(
        "  {} of {} of {}",
        thousands(found.differing),
        counted(found.left.max(found.right), "chunk"),
        counted(size, "row")
    );
    canvas.heading(Line::styled(BOLD, "Chunks that differ").and(DIM, &of))?;
    let mut grid = Grid::new(&[Align::Right, Align::Left, Align::Left]);
    for chunk in found.shown.iter().take(sample) {
        let names: Vec<String> = chunk.columns.iter().take(8).map(|name| show_name(name, 30)).collect();
        let more = chunk.columns.len().saturating_sub(names.len());
        let more = if more > 0 { format!(", … {more} more") } else { String::new() };
        grid.row(vec![
            Line::plain(&thousands(chunk.chunk)),
            Line::styled(DIM, &format!("rows {} – {}", thousands(chunk.first_row), thousands(chunk.last_row))),
            Line::plain(&format!("{}{more}", names.join(", "))),
        ]);
    }
    grid.draw("  ", canvas)?;
    match found.differing.saturating_sub(found.shown.len().min(sample) as u64) {
        0 => Ok(()),
        rest => canvas.line(Line::styled(DIM, &format!("  … {} more", thousands(rest)))),
    }
}
