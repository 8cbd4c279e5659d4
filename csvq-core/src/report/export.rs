//! Writes every row that differs to files: `added.csv`, `removed.csv` and `changed.csv`.
//!
//! With the three files and the left table, a reader gets the right one: take the removed records away, put the
//! changed cells in place, add the added records. The files appear together at the end, or not at all; formulas are
//! left as they are unless escaping is asked for, since escaped cells are other cells.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::header::key_headers;
use super::model::DifferenceKind;
use super::quote::RecordWriter;
use super::rows::{Cell, Comparison, DifferenceRows, Layout, RowRecord};
use crate::error::{Context, Error, ErrorKind, Result};

/// The files that an export writes.
pub const FILES: [&str; 3] = ["added.csv", "removed.csv", "changed.csv"];

/// How files are exported. Default: cells are left as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// Put a `'` before cells that a spreadsheet would run: those that begin with `=`, `+`, `-`, `@`, a tab or a line
    /// break and are no plain numbers. Such cells no longer have their own text.
    pub escape_formulas: bool,
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportSummary {
    /// Records in `added.csv`.
    pub added: u64,
    /// Records in `removed.csv`.
    pub removed: u64,
    /// Records in `changed.csv`.
    pub changed: u64,
    /// The [files](FILES), in that order.
    pub files: [PathBuf; 3],
}

/// Writes every row that differs to three files in a folder, which is made if it is missing.
///
/// - `added.csv`: the right records that have no partner, whole, with the right columns' names;
/// - `removed.csv`: the left records that have no partner, whole, with the left columns' names;
/// - `changed.csv`: `left_row`, `right_row`, the key columns, then for each compared column with some change
///   `NAME.left` and `NAME.right`. A key column whose name is taken by one of these gets `key.` before it.
///
/// Files with these names are replaced, each in one step, once all three are complete. After an error nothing is left.
/// Cells are written as the inputs have them, nulls too.
///
/// # Errors
/// [`InvalidSpec`](ErrorKind::InvalidSpec) where the comparison is one that keeps no rows,
/// [`Io`](ErrorKind::Io) where a file can't be written, and whatever ends reading the rows.
///
/// ```no_run
/// # fn run(comparison: csvq_core::report::Comparison) -> csvq_core::Result<()> {
/// use csvq_core::report::export::{ExportOptions, export};
/// let summary = export(&comparison, "differences".as_ref(), &ExportOptions::default())?;
/// assert_eq!(summary.files[0], std::path::Path::new("differences/added.csv"));
/// # Ok(())
/// # }
/// ```
pub fn export(comparison: &Comparison, dir: &Path, options: &ExportOptions) -> Result<ExportSummary> {
    prepare(comparison, dir, options)?.put()
}

/// Writes the files of an [`export`] under names of their own, and leaves it to the caller when they appear.
///
/// # Errors
/// As [`export`].
///
/// ```no_run
/// # fn run(comparison: csvq_core::report::Comparison) -> csvq_core::Result<()> {
/// use csvq_core::report::export::{ExportOptions, prepare};
/// let prepared = prepare(&comparison, "differences".as_ref(), &ExportOptions::default())?;
/// // What has to succeed before the files appear stands here.
/// prepared.put()?;
/// # Ok(())
/// # }
/// ```
pub fn prepare(comparison: &Comparison, dir: &Path, options: &ExportOptions) -> Result<PreparedExport> {
    let rows = comparison.rows.as_deref().ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidSpec,
            "this comparison keeps no rows to export; compare rows, or leave the export out",
        )
    })?;
    let folder = MadeFolder((!dir.is_dir()).then(|| dir.to_owned()));
    fs::create_dir_all(dir).map_err(|error| io_error(dir, "can't make the folder", &error))?;
    let (files, counts) = write_rows(comparison, rows, dir, options)?;
    Ok(PreparedExport { files, counts, folder })
}

/// Files that are complete and lack their names. Dropped, they vanish, and with them the folder that was made for them.
#[derive(Debug)]
pub struct PreparedExport {
    files: [Complete; 3],
    counts: [u64; 3],
    folder: MadeFolder,
}

impl PreparedExport {
    /// Gives the files their names.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where a file can't be replaced.
    pub fn put(mut self) -> Result<ExportSummary> {
        let [first, second, third] = self.files;
        let files = [first.put()?, second.put()?, third.put()?];
        self.folder.0 = None;
        let [added, removed, changed] = self.counts;
        Ok(ExportSummary { added, removed, changed, files })
    }
}

/// A folder that goes with what was to be in it.
#[derive(Debug)]
struct MadeFolder(Option<PathBuf>);

impl Drop for MadeFolder {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // Only an empty folder goes, and where that fails another error is the one to tell.
            let _ = fs::remove_dir(path);
        }
    }
}

fn write_rows(
    comparison: &Comparison,
    rows: &dyn DifferenceRows,
    dir: &Path,
    options: &ExportOptions,
) -> Result<([Complete; 3], [u64; 3])> {
    let layout = rows.layout();
    let columns = changed_columns(comparison, layout);
    let header = changed_header(layout, &columns);
    let [added, removed, changed] = FILES;
    let mut added = Table::create(dir, added, options, &layout.right_columns)?;
    let mut removed = Table::create(dir, removed, options, &layout.left_columns)?;
    let mut changed = Table::create(dir, changed, options, &header)?;

    rows.visit(&mut |row| match row.kind {
        DifferenceKind::Added => added.write(row.right.iter().map(text)),
        DifferenceKind::Removed => removed.write(row.left.iter().map(text)),
        DifferenceKind::Changed => {
            check_columns(row, &columns)?;
            changed.write(changed_fields(layout, row, &columns))
        }
    })?;

    let counts = [added.records, removed.records, changed.records];
    let complete = [added.complete()?, removed.complete()?, changed.complete()?];
    for file in &complete {
        // A rename would only find this out after others were done.
        if file.target.is_dir() {
            return Err(io_error(&file.target, "can't replace", &io::ErrorKind::IsADirectory.into()));
        }
    }
    Ok((complete, counts))
}

/// Indexes of the compared columns in which some cell changed, by the report's own counts.
fn changed_columns(comparison: &Comparison, layout: &Layout) -> Vec<usize> {
    let reported = &comparison.report.details.columns;
    let counted = reported.len() == layout.columns.len();
    (0..layout.columns.len()).filter(|&index| !counted || reported[index].changed > 0).collect()
}

/// A change in a column that the report counted none in would be lost without a word.
fn check_columns(row: &RowRecord<'_>, columns: &[usize]) -> Result<()> {
    if row.changed.iter().all(|(index, _)| columns.binary_search(index).is_ok()) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Internal,
        "a row differs in a column that has no changes by the report's counts; please report this",
    ))
}

fn changed_header(layout: &Layout, columns: &[usize]) -> Vec<String> {
    let mut sides = Vec::with_capacity(columns.len() * 2);
    for &index in columns {
        let name = &layout.left_columns[layout.columns[index].0];
        sides.extend([format!("{name}.left"), format!("{name}.right")]);
    }
    let mut header = vec!["left_row".to_owned(), "right_row".to_owned()];
    let taken: HashSet<String> = header.iter().chain(&sides).cloned().collect();
    let names = layout.key.iter().map(|&(left, _)| layout.left_columns[left].clone()).collect();
    header.extend(key_headers(names, &taken));
    header.extend(sides);
    header
}

fn changed_fields<'a>(
    layout: &'a Layout,
    row: &'a RowRecord<'_>,
    columns: &'a [usize],
) -> impl Iterator<Item = Cow<'a, str>> {
    let number = |row: Option<u64>| row.map(|row| row.to_string()).unwrap_or_default().into();
    let numbers = [number(row.left_row), number(row.right_row)];
    let key = layout.key.iter().map(|&(left, _)| text_at(row.left, left).into());
    let sides = columns.iter().flat_map(|&index| {
        let (left, right) = layout.columns[index];
        [text_at(row.left, left).into(), text_at(row.right, right).into()]
    });
    numbers.into_iter().chain(key).chain(sides)
}

fn text<'a>(cell: &'a Cell<'_>) -> &'a str {
    &cell.text
}

fn text_at<'a>(cells: &'a [Cell<'_>], index: usize) -> &'a str {
    cells.get(index).map(text).unwrap_or_default()
}

/// A file while it is written, under a name of its own that vanishes with it.
struct Table {
    writer: RecordWriter<BufWriter<NamedTempFile>>,
    target: PathBuf,
    records: u64,
}

impl Table {
    fn create(dir: &Path, name: &str, options: &ExportOptions, header: &[String]) -> Result<Self> {
        let target = dir.join(name);
        let file = temporary(dir).map_err(|error| io_error(&target, "can't write", &error))?;
        let writer = RecordWriter::new(BufWriter::with_capacity(1 << 16, file), options.escape_formulas);
        let mut table = Self { writer, target, records: 0 };
        table.write_record(header.iter())?;
        Ok(table)
    }

    fn write<S: AsRef<str>>(&mut self, fields: impl Iterator<Item = S>) -> Result<()> {
        self.records += 1;
        self.write_record(fields)
    }

    fn write_record<S: AsRef<str>>(&mut self, fields: impl Iterator<Item = S>) -> Result<()> {
        self.writer.write(fields).map_err(|error| io_error(&self.target, "can't write", &error))
    }

    /// Brings the file to the disk, so that after a power cut it is not an empty one that has the name.
    fn complete(self) -> Result<Complete> {
        let target = self.target;
        let flushed = self.writer.into_inner().into_inner().map_err(io::IntoInnerError::into_error);
        let synced = flushed.and_then(|mut file| {
            file.flush()?;
            file.as_file().sync_all()?;
            Ok(file)
        });
        match synced {
            Ok(file) => Ok(Complete { file, target }),
            Err(error) => Err(io_error(&target, "can't write", &error)),
        }
    }
}

/// A file that only lacks its name.
#[derive(Debug)]
struct Complete {
    file: NamedTempFile,
    target: PathBuf,
}

impl Complete {
    fn put(self) -> Result<PathBuf> {
        match self.file.persist(&self.target) {
            Ok(_) => Ok(self.target),
            Err(failed) => Err(io_error(&self.target, "can't replace", &failed.error)),
        }
    }
}

fn temporary(dir: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".csvq-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file; the process's umask still takes away. The default is for the owner alone.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(dir)
}

fn io_error(path: &Path, what: &str, error: &io::Error) -> Error {
    let context = Context { input: Some(path.display().to_string()), ..Context::default() };
    Error::new(ErrorKind::Io, format!("{what}: {error}")).with_context(context)
}
