//! Writes what a comparison found to files: every row that differs, and what it found of columns, digests or schemas.
//!
//! With the three files of rows and the left table, a reader gets the right one: take the removed records away, put the
//! changed cells in place, add the added records. The files appear together at the end, or not at all; formulas are
//! left as they are unless escaping is asked for, since escaped cells are other cells.

mod csv;
mod files;
mod parquet;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use self::files::{Complete, MadeFolder};
use super::findings::{self, findings};
use super::rows::Comparison;
use crate::error::{Error, ErrorKind, Result};

/// The files' names without their extension that an export of any comparison may write.
///
/// ```
/// assert!(csvq_core::report::export::names().any(|name| name == "added"));
/// ```
pub fn names() -> impl Iterator<Item = &'static str> {
    ["added", "removed", "changed"].into_iter().chain(findings::NAMES)
}

/// How files are exported. Default: CSV, and cells are left as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// Put a `'` before cells that a spreadsheet would run: those that begin with `=`, `+`, `-`, `@`, a tab or a line
    /// break and are no plain numbers. Such cells no longer have their own text. CSV alone.
    pub escape_formulas: bool,
    /// The files' format.
    pub format: ExportFormat,
}

/// The format of exported files.
///
/// ```
/// use csvq_core::report::export::ExportFormat;
/// assert_eq!("parquet".parse::<ExportFormat>()?.file("added"), "added.parquet");
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// Text, with a header.
    #[default]
    Csv,
    /// Apache Parquet, with the types that the sources have. A table is held in memory while it is written.
    Parquet,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: &'static [ExportFormat] = &[Self::Csv, Self::Parquet];

    /// The format's name, which is the files' extension, too: `csv`, `parquet`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// The name of a file.
    #[must_use]
    pub fn file(self, name: &str) -> String {
        format!("{name}.{}", self.name())
    }
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ExportFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.name() == name)
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "unknown format of files; the formats are csv, parquet"))
    }
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportSummary {
    /// The files: of rows `added`, `removed` and `changed`, then what else the comparison found.
    pub files: Vec<ExportedFile>,
}

/// One exported file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedFile {
    /// What is in it: one of the [names].
    pub name: &'static str,
    /// How many records it has.
    pub records: u64,
    /// Where it is.
    pub path: PathBuf,
}

impl ExportSummary {
    /// The records of a file; `None` where there is no such file.
    #[must_use]
    pub fn records(&self, name: &str) -> Option<u64> {
        self.files.iter().find(|file| file.name == name).map(|file| file.records)
    }
}

/// Writes everything that a comparison found to files in a folder, which is made if it is missing.
///
/// Of comparisons that match rows:
/// - `added`: the right records that have no partner, whole, with the right columns' names;
/// - `removed`: the left records that have no partner, whole, with the left columns' names;
/// - `changed`: `left_row`, `right_row`, the key columns, then for each compared column with some change
///   `NAME.left` and `NAME.right`. A key column whose name is taken by one of these gets `key.` before it.
///
/// Besides, of `column_compare` `columns` and `concentrations`, of `hash_compare` `digests` (with as many chunks that differ
/// as the report shows), of `schema_compare`
/// `schema`. Files with these names are replaced, each in one step, once all are complete. After an error nothing is left.
/// In CSV, cells are written as the inputs have them, nulls too.
///
/// # Errors
/// [`InvalidSpec`](ErrorKind::InvalidSpec) where the comparison found nothing that could be exported,
/// [`Io`](ErrorKind::Io) where a file can't be written, and whatever ends reading the rows.
///
/// ```no_run
/// # fn run(comparison: csvq_core::report::Comparison) -> csvq_core::Result<()> {
/// use csvq_core::report::export::{ExportOptions, export};
/// let summary = export(&comparison, "differences".as_ref(), &ExportOptions::default())?;
/// assert_eq!(summary.files[0].path, std::path::Path::new("differences/added.csv"));
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
    let findings = findings(&comparison.report);
    if comparison.rows.is_none() && findings.is_empty() {
        comparison.kept_rows()?;
    }
    let folder = MadeFolder::make(dir)?;
    let mut files = match (comparison.rows.as_deref(), options.format) {
        (None, _) => Vec::new(),
        (Some(rows), ExportFormat::Csv) => csv::rows(comparison, rows, dir, options)?,
        (Some(_), ExportFormat::Parquet) => parquet::rows(comparison, dir)?,
    };
    for found in &findings {
        files.push(match options.format {
            ExportFormat::Csv => csv::findings(found, dir, options)?,
            ExportFormat::Parquet => parquet::findings(found, dir)?,
        });
    }
    files.iter().try_for_each(|written| written.file.check())?;
    Ok(PreparedExport { files, folder })
}

/// A complete file, and what is in it.
#[derive(Debug)]
struct Written {
    name: &'static str,
    records: u64,
    file: Complete,
}

/// Files that are complete and lack their names. Dropped, they vanish, and with them the folder that was made for them.
#[derive(Debug)]
pub struct PreparedExport {
    // The files go first, so that the folder is empty when it goes.
    files: Vec<Written>,
    folder: MadeFolder,
}

impl PreparedExport {
    /// Gives the files their names.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where a file can't be replaced.
    pub fn put(mut self) -> Result<ExportSummary> {
        let put = |Written { name, records, file }: Written| Ok(ExportedFile { name, records, path: file.put()? });
        let files = std::mem::take(&mut self.files).into_iter().map(put).collect::<Result<Vec<_>>>()?;
        self.folder.keep();
        Ok(ExportSummary { files })
    }
}
