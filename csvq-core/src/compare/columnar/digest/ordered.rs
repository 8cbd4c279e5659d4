//! Digests with the order of rows: of each column in each chunk, and from those of chunks, columns and the table.

use csvq_text::threads;

use super::super::evaluate;
use super::super::{Plan, workers};
use super::algorithm::{Algorithm, Digest};
use super::encode::{Encoder, Encoding};
use super::{Settings, pair, write_column};
use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::report::{ChunkDigest, ChunkDigests, DigestPair, Digests};
use crate::source::columns::ColumnReader;

/// The chunks' digests of every column of a side.
type Side = Vec<Vec<Digest>>;

/// Fills in the digests of both sides.
pub(super) fn digests(
    readers: [&dyn ColumnReader; 2],
    plan: &Plan,
    settings: Settings,
    control: &Control,
    digests: &mut Digests,
) -> Result<()> {
    check_room(readers, plan, settings)?;
    let sides = columns(readers, plan, settings, control)?;
    let algorithm = settings.algorithm;
    let tables = [0, 1].map(|side| {
        let columns: Vec<Digest> = sides[side].iter().map(|chunks| combined(algorithm, b"column", chunks)).collect();
        let mut hasher = algorithm.hasher(b"csvq table 1");
        hasher.update(&readers[side].rows().to_le_bytes());
        for (column, digest) in digests.columns.iter().zip(&columns) {
            write_column(column, &mut hasher);
            hasher.update(digest.bytes());
        }
        (columns, hasher.finish())
    });
    for (index, column) in digests.columns.iter_mut().enumerate() {
        column.ordered = Some(pair([&tables[0].0[index], &tables[1].0[index]]));
    }
    digests.table = Some(pair([&tables[0].1, &tables[1].1]));
    let names: Vec<String> = digests.columns.iter().map(|column| column.column.clone()).collect();
    digests.chunks = Some(chunks(readers, &sides, &names, plan, settings));
    Ok(())
}

/// Refuses chunks so small that their digests alone take more than a quarter of the memory.
fn check_room(readers: [&dyn ColumnReader; 2], plan: &Plan, settings: Settings) -> Result<()> {
    let rows = readers[0].rows().saturating_add(readers[1].rows());
    let each = (size_of::<Digest>() * plan.columns.len().max(1)) as u64;
    let fit = (plan.memory / 4 / each).max(1);
    let least = rows.div_ceil(fit).max(1);
    if settings.chunk_size as u64 >= least {
        return Ok(());
    }
    let message = format!(
        "the digests of that many chunks do not fit a quarter of the memory; let `chunk_size` be {least} at least, or \
         allow more `memory`"
    );
    let context = Context { field: Some("param".to_owned()), ..Context::default() };
    Err(Error::new(ErrorKind::LimitExceeded, message).with_context(context))
}

/// The digest of others.
fn combined<'a>(algorithm: Algorithm, of: &[u8], digests: impl IntoIterator<Item = &'a Digest>) -> Digest {
    let mut hasher = algorithm.hasher(b"csvq ");
    hasher.update(of);
    hasher.update(b" 1");
    digests.into_iter().for_each(|digest| hasher.update(digest.bytes()));
    hasher.finish()
}

/// Hashes every column of both sides, one side's column after another on each thread.
fn columns(readers: [&dyn ColumnReader; 2], plan: &Plan, settings: Settings, control: &Control) -> Result<[Side; 2]> {
    let mut items: Vec<(usize, usize)> =
        [0, 1].into_iter().flat_map(|side| (0..plan.columns.len()).map(move |index| (side, index))).collect();
    let size = |&(side, index): &(usize, usize)| {
        let compared = &plan.columns[index];
        readers[side].column_bytes([compared.left, compared.right][side])
    };
    items.sort_by_key(|item| std::cmp::Reverse(size(item)));
    let workers = workers(readers, plan).min(items.len().max(1));
    let inner = (plan.threads / workers).max(1);
    let hashed = threads::for_each(
        workers,
        &items,
        |(side, index)| {
            let compared = &plan.columns[*index];
            let indexes = [compared.left, compared.right];
            let column = evaluate::read_one(readers[*side], indexes[*side], inner, control)?;
            let other = &readers[1 - side].fields()[indexes[1 - side]].data_type;
            let starts: Vec<usize> = (0..column.len).step_by(settings.chunk_size).collect();
            let chunks = threads::for_each(
                inner,
                &starts,
                |start| {
                    csvq_text::check(control)?;
                    let mut encoder = Encoder::new(&column, &compared.rule, other);
                    let mut hasher = settings.algorithm.hasher(b"csvq values 1");
                    hasher.update(Encoding::of(&compared.rule).name().as_bytes());
                    encoder.hash_rows(*start..(start + settings.chunk_size).min(column.len), &mut hasher);
                    Ok::<_, Error>(hasher.finish())
                },
                |_| false,
            )?;
            chunks.into_iter().collect::<Result<Vec<Digest>>>()
        },
        |_| false,
    )?;
    let mut sides = [0, 1].map(|_| vec![Vec::new(); plan.columns.len()]);
    for ((side, index), chunks) in items.into_iter().zip(hashed) {
        sides[side][index] = chunks?;
    }
    Ok(sides)
}

/// Which chunks differ, and in which columns.
fn chunks(
    readers: [&dyn ColumnReader; 2],
    sides: &[Side; 2],
    names: &[String],
    plan: &Plan,
    settings: Settings,
) -> ChunkDigests {
    let size = settings.chunk_size as u64;
    let rows = readers.map(ColumnReader::rows);
    let [left, right] = rows.map(|rows| rows.div_ceil(size));
    let mut found = ChunkDigests { left, right, ..ChunkDigests::default() };
    for chunk in 0..left.max(right) {
        let parts = |side: usize, index: usize| sides[side][index].get(chunk as usize);
        let columns: Vec<String> =
            (0..names.len()).filter(|index| parts(0, *index) != parts(1, *index)).map(|at| names[at].clone()).collect();
        if columns.is_empty() {
            continue;
        }
        found.differing += 1;
        if found.shown.len() < plan.show {
            let digest = |side: usize| {
                let parts = (0..names.len()).map(|index| parts(side, index)).collect::<Option<Vec<_>>>()?;
                Some(combined(settings.algorithm, b"chunk", parts).hex())
            };
            found.shown.push(ChunkDigest {
                chunk: chunk + 1,
                first_row: chunk * size + 1,
                last_row: ((chunk + 1) * size).min(rows[0].max(rows[1])),
                digests: DigestPair { left: digest(0), right: digest(1) },
                columns,
            });
        }
    }
    found
}
