//! Where a table comes from, and its opening.
//!
//! What a source is, is told by its content, and where that does not say by its name. An opened source is a text table, or
//! one whose columns are read when they are asked for. Nothing here compares.

mod backing;
pub(crate) mod columns;
mod guard;
mod parquet;
mod text;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use csvq_text::{DialectOptions, Encoding, Input, OpenOptions};

use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::spec::DialectSpec;
use crate::table::{Table, refuse_in_child};
use backing::Backing;
use columns::ColumnReader;
use guard::in_input;
pub(crate) use text::TextReader;

/// Where a table comes from.
///
/// ```
/// use csvq_core::source::Source;
/// let file = Source::Path("left.csv.gz".into());
/// let memory = Source::Bytes { name: "right".to_owned(), bytes: b"id\n1\n"[..].into() };
/// ```
#[derive(Clone, Debug)]
pub enum Source {
    /// A file: Parquet, or delimited text, plain or compressed by gzip or Zstandard.
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
    /// A table in memory.
    Table(Table),
}

/// What is needed to open a source besides its dialect.
pub(crate) struct Opening<'a> {
    pub(crate) memory: u64,
    pub(crate) spill_dir: PathBuf,
    pub(crate) control: &'a Control,
}

/// An opened source.
pub(crate) enum Opened {
    /// Delimited text.
    Text(csvq_text::Table),
    /// Anything else.
    Columns(Columns),
}

/// A source of typed columns.
pub(crate) struct Columns {
    pub(crate) reader: Arc<dyn ColumnReader>,
    pub(crate) name: String,
    /// The format, as reports write it.
    pub(crate) format: &'static str,
    pub(crate) bytes: u64,
}

impl Opened {
    /// The names of its columns, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Self::Text(table) => table.columns().to_vec(),
            Self::Columns(columns) => columns.reader.fields().iter().map(|field| field.name.clone()).collect(),
        }
    }
}

/// Opens a source.
pub(crate) fn open(source: &Source, dialect: &DialectSpec, opening: &Opening<'_>) -> Result<Opened> {
    let options = OpenOptions {
        encoding: dialect.encoding.as_deref().map(Encoding::for_label).transpose()?,
        memory: opening.memory,
        spill_dir: opening.spill_dir.clone(),
        control: opening.control.clone(),
    };
    let input = match source {
        Source::Table(table) => return frame(table),
        Source::Path(path) => match typed_file(path)? {
            Some(columns) => return Ok(Opened::Columns(columns)),
            None => Input::open(path, &options)?,
        },
        Source::Bytes { name, bytes } => match typed(bytes, || Ok(Backing::memory(name, Arc::clone(bytes))))? {
            Some(columns) => return Ok(Opened::Columns(columns)),
            None => Input::from_bytes(name, Arc::clone(bytes), &options)?,
        },
        Source::Stdin => {
            let mut stdin = std::io::stdin().lock();
            let head = head(&mut stdin).map_err(|error| cannot_read("-", &error))?;
            let mut whole = head.as_slice().chain(stdin);
            match typed(&head, || {
                let mut bytes = Vec::new();
                whole.read_to_end(&mut bytes).map_err(|error| cannot_read("-", &error))?;
                Ok(Backing::memory("-", bytes.into()))
            })? {
                Some(columns) => return Ok(Opened::Columns(columns)),
                None => Input::from_reader("-", whole, &options)?,
            }
        }
    };
    let dialect = DialectOptions {
        delimiter: dialect.delimiter,
        quote: dialect.quote,
        escape: dialect.escape,
        comment: dialect.comment,
        header: dialect.header,
    };
    Ok(Opened::Text(csvq_text::Table::open(input, &dialect)?))
}

fn frame(table: &Table) -> Result<Opened> {
    refuse_in_child()?;
    Ok(Opened::Columns(Columns {
        name: table.name().to_owned(),
        format: "frame",
        bytes: table.bytes(),
        reader: Arc::new(table.clone()),
    }))
}

/// A regular file that begins as a typed format does; what can't be opened is left to whoever reads text.
fn typed_file(path: &Path) -> Result<Option<Columns>> {
    let name = path.display().to_string();
    let Ok(metadata) = path.metadata() else { return Ok(None) };
    if !metadata.is_file() {
        return Ok(None);
    }
    let Ok(mut file) = File::open(path) else { return Ok(None) };
    let Ok(head) = head(&mut file) else { return Ok(None) };
    typed(&head, || {
        let metadata = file.metadata().map_err(|error| cannot_read(&name, &error))?;
        Ok(Backing::file(&name, file, &metadata))
    })
}

/// Bytes that tell a format.
const HEAD: u64 = 8;

fn head(input: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// What begins with these bytes, where that is a typed format.
fn typed(head: &[u8], backing: impl FnOnce() -> Result<Backing>) -> Result<Option<Columns>> {
    if !head.starts_with(parquet::MAGIC) {
        return Ok(None);
    }
    refuse_in_child()?;
    let backing = backing()?;
    let (name, bytes) = (backing.name().to_owned(), backing.len());
    let reader = Arc::new(parquet::open(backing)?);
    Ok(Some(Columns { reader, name, format: "parquet", bytes }))
}

fn cannot_read(name: &str, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot read: {error}")).with_context(in_input(name))
}
