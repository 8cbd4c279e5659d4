//! The structure of a zip as a whole: one directory, and in front of it the entries, one directly behind the other.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::entry::{self, HAS_DESCRIPTOR};
use super::record::{CENTRAL_SIZE, Central, DESCRIPTOR, END, END_SIZE, LOCAL_SIZE, Reader};
use crate::error::{ErrorKind, Result};
use crate::package::fault;
use crate::package::limits::Limits;
use crate::package::names::Paths;

/// Most of a directory is its entries' names and extra fields; this allows each of them more than any writer writes.
const DIRECTORY_BYTES_AN_ENTRY: u64 = 4096;

/// A file or folder in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its path, without a `/` at its end.
    pub(crate) path: String,
    /// The name as it is written.
    pub(super) raw_name: Vec<u8>,
    /// Whether it is a folder.
    pub(crate) folder: bool,
    /// Its size.
    pub(crate) size: u64,
    /// Its size in the archive.
    pub(super) packed: u64,
    /// Its CRC-32.
    pub(super) checksum: u32,
    /// Where its header begins.
    pub(super) start: u64,
    /// Whether its owner may execute it.
    pub(crate) executable: bool,
}

/// What is wrong with an archive: with the whole or with one entry.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("cannot read the zip: {0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Whole(&'static str),
    #[error("`{name}`: {why}", name = fault::shown(.0), why = .1)]
    Entry(String, String),
    #[error("{0}")]
    Limit(String),
}

/// Reads and checks the structure.
pub(super) fn read(file: &File, name: &str, limits: &Limits) -> Result<Vec<Entry>> {
    entries(file, limits).map_err(|error| {
        let kind = match error {
            Fault::Io(_) => ErrorKind::Io,
            Fault::Limit(_) => ErrorKind::LimitExceeded,
            Fault::Whole(_) | Fault::Entry(..) => ErrorKind::Package,
        };
        fault::of_kind(kind, name, error.to_string())
    })
}

fn entries(file: &File, limits: &Limits) -> Result<Vec<Entry>, Fault> {
    let size = file.metadata()?.len();
    if size > limits.max_archive_bytes {
        return Err(Fault::Limit(format!("a zip can't be larger than {} bytes", limits.max_archive_bytes)));
    }
    let (headers, directory_start) = directory(file, size, limits)?;
    let mut paths = Paths::default();
    let mut entries = Vec::with_capacity(headers.len());
    let mut total = 0u64;
    for header in &headers {
        let named = |why: String| Fault::Entry(String::from_utf8_lossy(&header.common.name).into_owned(), why);
        let entry = entry::check(header).map_err(named)?;
        paths.add(&entry.path, entry.folder).map_err(named)?;
        limits.check_depth(&entry.path).map_err(Fault::Limit)?;
        limits.check_count(paths.len()).map_err(Fault::Limit)?;
        total = total.saturating_add(entry.size);
        entries.push(entry);
    }
    let most = limits.inflated(size);
    if total > most {
        let message =
            format!("its files have {total} bytes together, and from a zip of {size} no more than {most} are taken");
        return Err(Fault::Limit(message));
    }
    contiguous(file, &headers, directory_start)?;
    Ok(entries)
}

/// The directory's entries, and where it begins.
fn directory(file: &File, size: u64, limits: &Limits) -> Result<(Vec<Central>, u64), Fault> {
    const NO_ZIP: Fault = Fault::Whole("this is no zip, or its end is missing");
    // The comment at the end has a length of two bytes.
    let tail_size = size.min(END_SIZE as u64 + u64::from(u16::MAX));
    let tail = read_at(file, size - tail_size, tail_size)?;
    let signature = END.to_le_bytes();
    let ends = tail.windows(signature.len()).enumerate().filter(|(_, window)| *window == signature);
    // Readers look for the last one; those that check whether its comment fits may then find one in front of it.
    let mut fitting = ends.rev().map(|(at, _)| {
        let mut reader = Reader(tail.get(at..).unwrap_or_default());
        reader.end().map(|end| (at, usize::from(end.comment) == reader.0.len(), end))
    });
    let (at, fits, end) = fitting.next().flatten().ok_or(NO_ZIP)?;
    if !fits {
        return Err(Fault::Whole("something follows its end, or its end is cut"));
    }
    if fitting.flatten().any(|(_, fits, _)| fits) {
        return Err(Fault::Whole("it has two ends: one reader would take it for another zip than the next"));
    }
    if (end.disk, end.directory_disk) != (0, 0) || end.entries != end.entries_here {
        return Err(Fault::Whole("it is a part of a split archive"));
    }
    if end.entries == u16::MAX || [end.directory_size, end.directory_start].contains(&u32::MAX) {
        return Err(Fault::Whole("it uses Zip64, which no package needs"));
    }
    limits.check_count(end.entries.into()).map_err(Fault::Limit)?;
    let (start, length) = (u64::from(end.directory_start), u64::from(end.directory_size));
    if start + length != size - tail_size + at as u64 {
        return Err(Fault::Whole("something lies before it, or between its directory and its end"));
    }
    if length > u64::from(end.entries) * DIRECTORY_BYTES_AN_ENTRY
        || length < u64::from(end.entries) * CENTRAL_SIZE as u64
    {
        return Err(Fault::Whole("its directory has another size than its entries can have"));
    }
    let bytes = read_at(file, start, length)?;
    let mut reader = Reader(&bytes);
    let mut headers = Vec::with_capacity(end.entries.into());
    for _ in 0..end.entries {
        headers.push(reader.central().ok_or(Fault::Whole("its directory is damaged"))?);
    }
    if !reader.0.is_empty() {
        return Err(Fault::Whole("its directory holds more than it says"));
    }
    Ok((headers, start))
}

/// Checks that the entries fill the archive up to the directory, without gaps and without sharing bytes, and that the
/// header in front of each says what the directory says.
fn contiguous(file: &File, headers: &[Central], directory_start: u64) -> Result<(), Fault> {
    let mut sorted: Vec<_> = headers.iter().collect();
    sorted.sort_by_key(|header| header.start);
    let ends = sorted.iter().skip(1).map(|header| u64::from(header.start)).chain([directory_start]);
    let mut expected = 0;
    for (header, end) in sorted.iter().zip(ends) {
        let start = u64::from(header.start);
        let named = |why: &str| Fault::Entry(String::from_utf8_lossy(&header.common.name).into_owned(), why.to_owned());
        if start != expected || end <= start {
            return Err(named(
                "something lies in front of it that is in no directory, or it shares bytes with another",
            ));
        }
        let data_start = local(file, header, end)?;
        let data_end = data_start + u64::from(header.common.packed);
        let gap = end.checked_sub(data_end).ok_or_else(|| named("it shares bytes with another entry"))?;
        if header.common.flags & HAS_DESCRIPTOR == 0 {
            if gap != 0 {
                return Err(named("something lies behind it that is in no directory"));
            }
        } else if !descriptor(&read_at(file, data_end, gap.min(17))?, header) {
            return Err(named("what follows its data contradicts the directory"));
        }
        expected = end;
    }
    if expected != directory_start {
        return Err(Fault::Whole("something lies in front of its directory that is in no directory"));
    }
    Ok(())
}

/// Compares the header in front of an entry with the directory's, and gives where the data begins.
fn local(file: &File, header: &Central, end: u64) -> Result<u64, Fault> {
    let start = u64::from(header.start);
    let named = |why: &str| Fault::Entry(String::from_utf8_lossy(&header.common.name).into_owned(), why.to_owned());
    let cut = || named("the header in front of it is damaged");
    if end - start < LOCAL_SIZE as u64 {
        return Err(cut());
    }
    let fixed = read_at(file, start, LOCAL_SIZE as u64)?;
    let (mut own, lengths) = Reader(&fixed).local().ok_or_else(cut)?;
    let texts_size = u64::from(lengths.name) + u64::from(lengths.extra);
    let data_start = start + LOCAL_SIZE as u64 + texts_size;
    if data_start > end {
        return Err(cut());
    }
    let texts = read_at(file, start + LOCAL_SIZE as u64, texts_size)?;
    Reader(&texts).texts(&mut own, &lengths).ok_or_else(cut)?;
    let other = &header.common;
    if (own.flags, own.method, &own.name) != (other.flags, other.method, &other.name) {
        return Err(named("the header in front of it contradicts the directory"));
    }
    let (sizes, said) = ((own.checksum, own.packed, own.size), (other.checksum, other.packed, other.size));
    // Where a descriptor follows the data, what it says may be missing in front of them.
    if sizes != said && (own.flags & HAS_DESCRIPTOR == 0 || sizes != (0, 0, 0)) {
        return Err(named("the header in front of it contradicts the directory"));
    }
    entry::extra(&own).map_err(|why| named(&why))?;
    Ok(data_start)
}

/// Whether what follows an entry's data is a descriptor that says what the directory says. Its signature may be left
/// out.
fn descriptor(bytes: &[u8], header: &Central) -> bool {
    let mut reader = Reader(bytes);
    if bytes.len() == 16 && reader.u32() != Some(DESCRIPTOR) {
        return false;
    }
    let said = (Some(header.common.checksum), Some(header.common.packed), Some(header.common.size));
    (reader.u32(), reader.u32(), reader.u32()) == said && reader.0.is_empty()
}

/// Reads so many bytes at a place. The count must have been checked against the archive's size.
fn read_at(mut file: &File, start: u64, count: u64) -> io::Result<Vec<u8>> {
    let count = usize::try_from(count).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    let mut bytes = vec![0; count];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}
