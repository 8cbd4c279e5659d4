//! Arrow files that csvq itself wrote into sealed memory for a worker: read where they lie, without a copy.
//!
//! No other file is ever mapped, since one that someone cuts short ends the process. The seals rule that out: nobody can cut,
//! grow or change what is sealed, whoever holds it. What is in it is taken at its word, since this csvq's own writer made it
//! of arrays that were checked before.

use std::fs::File;
use std::io::Cursor;
use std::ptr::NonNull;
use std::sync::Arc;

use polars_arrow::array::new_empty_array;
use polars_arrow::io::ipc::read::read_file_metadata;
use polars_arrow::mmap::{mmap_dictionaries_unchecked, mmap_unchecked};
use rustix::fs::{SealFlags, fcntl_get_seals};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use super::whole::{arrow_file, table_of};
use crate::control::Control;
use crate::error::Result;
use crate::table::{Array, Table, refuse_in_child};

/// Reads an Arrow file of csvq's own; where it can't be read in its place, as any other Arrow file.
///
/// # Errors
/// Those of [`arrow_file`].
pub(crate) fn sealed_arrow_file(name: &str, file: File, control: &Control) -> Result<Table> {
    refuse_in_child()?;
    if let Some(mapped) = Mapped::new(&file)
        && let Some(columns) = columns(&Arc::new(mapped))
    {
        let height = columns.first().map_or(0, |(_, arrays)| arrays.iter().map(|array| array.len()).sum());
        return table_of(name, height, columns);
    }
    arrow_file(name, file, control)
}

/// The columns of a mapped file, by name; none where something of it is not to be had so, such as decimals that lie askew.
fn columns(mapped: &Arc<Mapped>) -> Option<Vec<(String, Vec<Array>)>> {
    let metadata = read_file_metadata(&mut Cursor::new((**mapped).as_ref())).ok()?;
    // SAFETY: csvq's own writer made the file, and nobody can change it since.
    let dictionaries = unsafe { mmap_dictionaries_unchecked(&metadata, Arc::clone(mapped)) }.ok()?;
    let fields = metadata.schema.iter_values();
    let mut columns: Vec<(String, Vec<Array>)> = fields.map(|field| (field.name.to_string(), Vec::new())).collect();
    for chunk in 0..metadata.blocks.len() {
        // SAFETY: as above.
        let batch = unsafe { mmap_unchecked(&metadata, &dictionaries, Arc::clone(mapped), chunk) }.ok()?;
        columns.iter_mut().zip(batch.into_arrays()).for_each(|((_, arrays), array)| arrays.push(array));
    }
    for ((_, arrays), field) in columns.iter_mut().zip(metadata.schema.iter_values()) {
        if arrays.is_empty() {
            arrays.push(new_empty_array(field.dtype.clone()));
        }
    }
    // Without columns nothing says how many rows there are.
    (!columns.is_empty()).then_some(columns)
}

/// A sealed memory file as memory.
struct Mapped {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: it is read only, and nobody can change it.
unsafe impl Send for Mapped {}
// SAFETY: as above.
unsafe impl Sync for Mapped {}

impl Mapped {
    /// Maps a file, if it is sealed.
    fn new(file: &File) -> Option<Self> {
        let sealed = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
        if !fcntl_get_seals(file).is_ok_and(|seals| seals.contains(sealed)) {
            return None;
        }
        let len = usize::try_from(file.metadata().ok()?.len()).ok().filter(|len| *len > 0)?;
        let flags = MapFlags::PRIVATE | MapFlags::POPULATE;
        // SAFETY: a new place is asked for, and what is mapped can be neither cut nor changed.
        let start = unsafe { mmap(std::ptr::null_mut(), len, ProtFlags::READ, flags, file, 0) }.ok()?;
        Some(Self { start: NonNull::new(start.cast())?, len })
    }
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: it is mapped, all of it, until it is dropped.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: it was mapped so, and nobody looks at it any more. If that fails the memory stays, which does no harm.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.len) };
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use polars::frame::DataFrame;
    use polars::prelude::{Column, DataType};
    use rustix::fs::{MemfdFlags, fcntl_add_seals, memfd_create};

    use super::*;
    use crate::source::arrow_bytes;

    /// More rows than one batch has, texts of all lengths, and nulls.
    fn frame(rows: usize) -> DataFrame {
        let text = |row: usize| (!row.is_multiple_of(7)).then(|| "x".repeat(row % 40) + &row.to_string());
        let columns = vec![
            Column::new("id".into(), (0..rows as i64).collect::<Vec<_>>()),
            Column::new("text".into(), (0..rows).map(text).collect::<Vec<_>>()),
            Column::new(
                "flag".into(),
                (0..rows).map(|row| (!row.is_multiple_of(3)).then_some(row.is_multiple_of(2))).collect::<Vec<_>>(),
            ),
        ];
        DataFrame::new(rows, columns).unwrap()
    }

    fn sealed(bytes: &[u8]) -> File {
        let mut file = File::from(memfd_create("test", MemfdFlags::ALLOW_SEALING).unwrap());
        file.write_all(bytes).unwrap();
        fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL).unwrap();
        file
    }

    #[test]
    fn tables_come_back_as_they_were_written() {
        let mut several = frame(30_000);
        several.vstack_mut(&frame(10)).unwrap();
        let categories =
            frame(100).columns()[1].cast(&DataType::from_categories(polars::prelude::Categories::global()));
        let with_categories = DataFrame::new(100, vec![categories.unwrap()]).unwrap();
        for frame in [frame(100_000), several, frame(0), frame(1), with_categories] {
            let table = Table::new("left", frame.clone()).unwrap();
            let mut bytes = Vec::new();
            table.write_arrow_file(&mut bytes).unwrap();
            let copied = arrow_bytes("left", bytes.as_slice().into(), &Control::new()).unwrap();
            assert!(copied.frame().equals_missing(&frame));
            let mapped = sealed_arrow_file("left", sealed(&bytes), &Control::new()).unwrap();
            assert!(mapped.frame().equals_missing(&frame));
        }
    }

    #[test]
    fn what_is_not_sealed_is_read_and_not_mapped() {
        let file = File::from(memfd_create("test", MemfdFlags::ALLOW_SEALING).unwrap());
        assert!(Mapped::new(&file).is_none());
        let table = Table::new("left", frame(10)).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        table.write_arrow_file(&mut file).unwrap();
        assert!(Mapped::new(&file).is_none());
        assert_eq!(sealed_arrow_file("left", file, &Control::new()).unwrap().rows(), 10);
        // What is sealed and no Arrow file is refused as any other.
        assert!(sealed_arrow_file("left", sealed(b"no table"), &Control::new()).is_err());
    }
}
