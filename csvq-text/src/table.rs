//! An input with its dialect and its columns: what a comparison has two of.

use crate::dialect::Dialect;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::record;
use crate::record_check;
use crate::scan::exact::{self, Found, Record};
use crate::sniff;

/// What is known of a dialect before an input is looked at. Default: the delimiter is sniffed, `"` quotes, there are
/// neither escapes nor comments, and the first record names the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DialectOptions {
    /// The delimiter; sniffed where none is given.
    pub delimiter: Option<u8>,
    /// The quote, if there is quoting.
    pub quote: Option<u8>,
    /// The escape, if there is one.
    pub escape: Option<u8>,
    /// The byte that begins comments, if there are any.
    pub comment: Option<u8>,
    /// Whether the first record names the columns.
    pub header: bool,
}

impl Default for DialectOptions {
    fn default() -> Self {
        Self { delimiter: None, quote: Some(b'"'), escape: None, comment: None, header: true }
    }
}

/// An input with its dialect and columns.
#[derive(Debug)]
pub struct Table {
    input: Input,
    dialect: Dialect,
    columns: Vec<String>,
    data_start: u64,
}

impl Table {
    /// Settles the dialect and reads the columns.
    ///
    /// Columns without a name, and those of inputs without header, are `column_1`, `column_2`, … by position.
    ///
    /// # Errors
    /// [`ErrorKind::Setting`] for a dialect that can't be; [`ErrorKind::Malformed`] for an input without any record or
    /// with a malformed first one; [`ErrorKind::Limit`] for one whose first record does not end within 512 MiB.
    ///
    /// ```
    /// use csvq_text::{DialectOptions, Input, OpenOptions, Table};
    /// let input = Input::from_bytes("cities", b"id;city;\n1;Graz;x\n"[..].into(), &OpenOptions::default())?;
    /// let table = Table::open(input, &DialectOptions::default())?;
    /// assert_eq!(table.dialect().delimiter, b';');
    /// assert_eq!(table.columns(), ["id", "city", "column_3"]);
    /// # Ok::<(), csvq_text::Error>(())
    /// ```
    pub fn open(input: Input, options: &DialectOptions) -> Result<Self> {
        let dialect = Dialect {
            delimiter: options.delimiter.unwrap_or(b','),
            quote: options.quote,
            escape: options.escape,
            comment: options.comment,
            header: options.header,
        };
        match Self::read_head(&input, dialect, options.delimiter.is_none()) {
            Ok((dialect, columns, data_start)) => Ok(Self { input, dialect, columns, data_start }),
            Err(error) => Err(input.place(error)),
        }
    }

    fn read_head(input: &Input, mut dialect: Dialect, sniff: bool) -> Result<(Dialect, Vec<String>, u64)> {
        let mut buffer = vec![0; sniff::SAMPLE_BYTES];
        loop {
            let count = input.read_at(input.start(), &mut buffer)?;
            let whole = input.start() + count as u64 == input.len();
            let text = &buffer[..count];
            if sniff {
                dialect.delimiter = sniff::delimiter(text, &dialect, whole);
            }
            dialect.validate()?;
            if let Some((columns, used)) = first_record(text, input.start(), &dialect, whole)? {
                return Ok((dialect, columns, input.start() + used as u64));
            }
            if buffer.len() >= record_check::MAX_RECORD {
                return Err(record_check::record_too_long(input.start()));
            }
            buffer.resize(buffer.len() * 4, 0);
        }
    }

    /// The input.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// How it is written.
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Names of the columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Where the first data record starts.
    pub(crate) fn data_start(&self) -> u64 {
        self.data_start
    }
}

/// The columns, and where the data starts; `None` where the sample ends too soon.
fn first_record(text: &[u8], start: u64, dialect: &Dialect, whole: bool) -> Result<Option<(Vec<String>, usize)>> {
    let mut at = 0;
    loop {
        match exact::record(text, at, dialect, whole) {
            Found::Record(record) if record.is_blank() => at = record.next,
            Found::Record(record) => {
                record_check::check_text(&text[record.start..record.end], start + record.start as u64)?;
                return Ok(Some(columns(text, record, dialect)));
            }
            Found::Comment { next } => at = next,
            Found::Partial => return Ok(None),
            Found::Unclosed { quote } => return Err(record_check::unclosed(start + quote as u64)),
            Found::End => {
                let what = if dialect.header { "a first record that names the columns" } else { "at least one record" };
                return Err(Error::new(ErrorKind::Malformed, format!("there is no text; expected {what}")));
            }
        }
    }
}

fn columns(text: &[u8], record: Record, dialect: &Dialect) -> (Vec<String>, usize) {
    let bytes = &text[record.start..record.end];
    let mut fields = Vec::new();
    record::split(bytes, dialect, &mut fields);
    let mut scratch = Vec::new();
    let columns = fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let cell = record::cell(field.raw(bytes), dialect, &mut scratch);
            if dialect.header && !cell.is_empty() {
                String::from_utf8_lossy(cell).into_owned()
            } else {
                format!("column_{}", index + 1)
            }
        })
        .collect();
    (columns, if dialect.header { record.next } else { 0 })
}
