//! Where a table comes from, and its opening.
//!
//! What a source is, is told by its content, and where that does not say by its name. An opened source is a text table, or
//! one whose columns are read when they are asked for. Nothing here compares.

mod backing;
pub(crate) mod columns;
mod guard;
mod ipc;
mod json;
mod parquet;
mod positioned;
mod raw;
#[cfg(all(feature = "plugins", target_os = "linux"))]
mod sealed;
mod text;
#[cfg(feature = "plugins")]
mod whole;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use csvq_text::{DialectOptions, Encoding, Input, OpenOptions};

use crate::control::{Control, Phase};
use crate::error::{Error, ErrorKind, Result};
use crate::spec::DialectSpec;
use crate::table::{Table, refuse_in_child};
use backing::Backing;
use columns::ColumnReader;
use guard::in_input;
pub use guard::is_decoding;
pub(crate) use raw::{Raw, raw};
pub(crate) use text::TextReader;
#[cfg(feature = "plugins")]
pub(crate) use whole::{arrow_bytes, arrow_file, whole};

#[cfg(all(feature = "plugins", target_os = "linux"))]
pub(crate) use sealed::sealed_arrow_file;
#[cfg(all(feature = "plugins", not(target_os = "linux")))]
pub(crate) use whole::arrow_file as sealed_arrow_file;

/// Where a table comes from.
///
/// ```
/// use csvq_core::source::Source;
/// let file = Source::Path("left.csv.gz".into());
/// let memory = Source::Bytes { name: "right".to_owned(), bytes: b"id\n1\n"[..].into() };
/// ```
#[derive(Clone, Debug)]
pub enum Source {
    /// A file: Parquet or Arrow IPC; or JSON (objects, one a line or in an array) or delimited text, plain or compressed
    /// by gzip or Zstandard.
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

impl Source {
    /// Its name in messages and reports: a path, `-`, or the one that the caller gave.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Bytes { name, .. } => name.clone(),
            Self::Stdin => "-".to_owned(),
            Self::Table(table) => table.name().to_owned(),
        }
    }
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
        Source::Path(path) => match typed_file(path, opening.control)? {
            Some(columns) => return Ok(Opened::Columns(columns)),
            None => Input::open(path, &options)?,
        },
        Source::Bytes { name, bytes } => {
            match typed(bytes, opening.control, || Backing::new(name, Arc::clone(bytes)))? {
                Some(columns) => return Ok(Opened::Columns(columns)),
                None => Input::from_bytes(name, Arc::clone(bytes), &options)?,
            }
        }
        Source::Stdin => {
            let mut stdin = std::io::stdin().lock();
            let head = head(&mut stdin).map_err(|error| cannot_read("-", &error))?;
            let mut whole = head.as_slice().chain(stdin);
            match typed(&head, opening.control, || {
                let mut bytes = Vec::new();
                whole.read_to_end(&mut bytes).map_err(|error| cannot_read("-", &error))?;
                Backing::new("-", Arc::<[u8]>::from(bytes))
            })? {
                Some(columns) => return Ok(Opened::Columns(columns)),
                None => Input::from_reader("-", whole, &options)?,
            }
        }
    };
    if json_by_name(source).map_or_else(|| json_by_content(&input), Ok)? {
        return json_table(&input, opening.control);
    }
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
fn typed_file(path: &Path, control: &Control) -> Result<Option<Columns>> {
    let name = path.display().to_string();
    let Ok(metadata) = path.metadata() else { return Ok(None) };
    if !metadata.is_file() {
        return Ok(None);
    }
    let Ok(mut file) = File::open(path) else { return Ok(None) };
    let Ok(head) = head(&mut file) else { return Ok(None) };
    typed(&head, control, || Backing::new(&name, file))
}

/// Bytes that tell a format.
const HEAD: u64 = 8;

fn head(input: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// What begins with these bytes, where that is a typed format.
fn typed(head: &[u8], control: &Control, backing: impl FnOnce() -> Result<Backing>) -> Result<Option<Columns>> {
    let is_parquet = head.starts_with(parquet::MAGIC);
    let is_stream = head.starts_with(ipc::STREAM_MAGIC);
    if !is_parquet && !is_stream && !head.starts_with(ipc::MAGIC) {
        return Ok(None);
    }
    refuse_in_child()?;
    let backing = backing()?;
    let (name, bytes) = (backing.name().to_owned(), backing.len());
    let reader: Arc<dyn ColumnReader> = if is_parquet {
        Arc::new(parquet::open(backing)?)
    } else if is_stream {
        let stream = ipc::read_stream(backing.reader(), &name, control)?;
        // It is in memory now.
        backing.check_unchanged()?;
        Arc::new(stream)
    } else {
        Arc::new(ipc::open_file(backing)?)
    };
    let format = if is_parquet { "parquet" } else { "arrow" };
    Ok(Some(Columns { reader, name, format, bytes }))
}

/// Whether a file's name says that it is JSON, or that it is not; `None` where it says nothing.
fn json_by_name(source: &Source) -> Option<bool> {
    let Source::Path(path) = source else { return None };
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let name = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    match name.rsplit_once('.')?.1 {
        "json" | "jsonl" | "ndjson" => Some(true),
        "csv" | "tsv" | "txt" => Some(false),
        _ => None,
    }
}

/// Whether a text begins as an object with a name does, or as an array of objects.
fn json_by_content(input: &Input) -> Result<bool> {
    let mut head = [0; 64];
    let count = input.read_at(input.start(), &mut head)?;
    let mut bytes = head[..count].iter().filter(|byte| !byte.is_ascii_whitespace());
    Ok(match (bytes.next(), bytes.next()) {
        (Some(b'{'), Some(b'"' | b'}')) => true,
        (Some(b'['), next) => matches!(next, Some(b'{' | b']')),
        _ => false,
    })
}

fn json_table(input: &Input, control: &Control) -> Result<Opened> {
    refuse_in_child()?;
    control.begin(Phase::Reading, input.len());
    let table = json::read(TextOf { input, at: input.start() }, input.name(), control)?;
    // It is in memory now.
    input.check_unchanged()?;
    Ok(Opened::Columns(Columns {
        reader: Arc::new(table),
        name: input.name().to_owned(),
        format: "json",
        bytes: input.len(),
    }))
}

/// An input's text from its start.
struct TextOf<'a> {
    input: &'a Input,
    at: u64,
}

impl Read for TextOf<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read_at(self.at, buffer).map_err(std::io::Error::other)?;
        self.at += count as u64;
        Ok(count)
    }
}

fn cannot_read(name: &str, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot read: {error}")).with_context(in_input(name))
}
