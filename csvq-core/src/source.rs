//! Where a table comes from, and its opening.
//!
//! An opened source is a text table with its dialect and columns. Nothing here compares.

use std::path::PathBuf;
use std::sync::Arc;

use csvq_text::{DialectOptions, Encoding, Input, OpenOptions, Table};

use crate::control::Control;
use crate::error::Result;
use crate::spec::DialectSpec;

/// Where a table comes from.
///
/// ```
/// use csvq_core::source::Source;
/// let file = Source::Path("left.csv.gz".into());
/// let memory = Source::Bytes { name: "right".to_owned(), bytes: b"id\n1\n"[..].into() };
/// ```
#[derive(Clone, Debug)]
pub enum Source {
    /// A file: delimited text, plain or compressed by gzip or Zstandard.
    Path(PathBuf),
    /// Bytes in memory, with the same content as a file.
    Bytes {
        /// A name for messages and reports.
        name: String,
        /// The content.
        bytes: Arc<[u8]>,
    },
    /// The process's standard input, called `-`.
    Stdin,
}

/// What is needed to open a source besides its dialect.
pub(crate) struct Opening<'a> {
    pub(crate) memory: u64,
    pub(crate) spill_dir: PathBuf,
    pub(crate) control: &'a Control,
}

/// Opens a source as a table.
pub(crate) fn open(source: &Source, dialect: &DialectSpec, opening: &Opening<'_>) -> Result<Table> {
    let options = OpenOptions {
        encoding: dialect.encoding.as_deref().map(Encoding::for_label).transpose()?,
        memory: opening.memory,
        spill_dir: opening.spill_dir.clone(),
        control: opening.control.clone(),
    };
    let input = match source {
        Source::Path(path) => Input::open(path, &options)?,
        Source::Bytes { name, bytes } => Input::from_bytes(name, Arc::clone(bytes), &options)?,
        Source::Stdin => Input::from_reader("-", std::io::stdin().lock(), &options)?,
    };
    let dialect = DialectOptions {
        delimiter: dialect.delimiter,
        quote: dialect.quote,
        escape: dialect.escape,
        comment: dialect.comment,
        header: dialect.header,
    };
    Ok(Table::open(input, &dialect)?)
}
