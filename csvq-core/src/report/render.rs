//! Writes a comparison down: for people (text, markdown, HTML for notebooks) and for programs (JSON, JSON lines, CSV).
//!
//! Every format is a file below this one. They write to a handle and decide nothing: colour, width and samples are
//! the caller's to say.

mod csv;
mod html;
mod inspection;
mod json;
mod jsonl;
mod markdown;
mod stream;
mod text;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

pub use self::html::html;
pub use self::inspection::{render_head, render_profile};
use super::rows::Comparison;
use crate::error::{Error, ErrorKind};

/// How a comparison is written down.
///
/// ```
/// use csvq_core::report::render::Format;
/// assert_eq!("jsonl".parse::<Format>()?, Format::Jsonl);
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// A summary for people, in a terminal.
    #[default]
    Text,
    /// The whole report as one JSON object, indented.
    Json,
    /// Every row that differs, one JSON object a line.
    Jsonl,
    /// Every cell that differs, one record each: `kind,KEY…,left_row,right_row,column,left,right`.
    Csv,
    /// A summary for people, in pages and tickets.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Format] = &[Self::Text, Self::Json, Self::Jsonl, Self::Csv, Self::Markdown];

    /// The format's name: `text`, `json`, `jsonl`, `csv`, `markdown`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|format| format.name() == name).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            Error::new(ErrorKind::NotFound, format!("unknown format; the formats are {}", names.join(", ")))
        })
    }
}

/// What a rendering looks like and how much it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// Text in colour, as ANSI escapes. Default: no.
    pub colour: bool,
    /// Columns of the terminal: no line of text is wider. Default: 100.
    pub width: usize,
    /// How many rows of each kind text, markdown and HTML show. Default: 10.
    pub sample: usize,
    /// For CSV: put a `'` before cells that a spreadsheet would run: those that begin with `=`, `+`, `-`, `@`, a tab or
    /// a line break and are no plain numbers such as `-1.5`. Default: no.
    pub escape_formulas: bool,
    /// For JSON lines and CSV: at most so many rows. Default: all.
    pub limit: Option<u64>,
    /// For text: say which of the program's flags give what is not shown. Default: yes.
    pub flags: bool,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self { colour: false, width: 100, sample: 10, escape_formulas: false, limit: None, flags: true }
    }
}

/// Why a rendering ended before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// What it is written to takes no more; a broken pipe, for one.
    #[error("can't write the report: {0}")]
    Write(#[from] io::Error),
    /// The rows can't be read again.
    #[error(transparent)]
    Rows(#[from] Error),
}

/// Writes a comparison in a format. JSON lines and CSV take every row from the inputs, the others what the report
/// holds.
///
/// # Errors
/// [`RenderError::Write`] where `out` fails, [`RenderError::Rows`] where rows can't be read.
///
/// ```
/// use csvq_core::report::render::{Format, RenderOptions, render};
/// use csvq_core::report::{Comparison, Report};
/// use csvq_core::{Error, ErrorKind};
///
/// let report = Report::failed("row_compare", &Error::new(ErrorKind::Io, "can't be opened"));
/// let comparison = Comparison { report, rows: None, differences: None, profile: Vec::new() };
/// let mut text = Vec::new();
/// render(&comparison, Format::Text, &RenderOptions::default(), &mut text)?;
/// assert_eq!(String::from_utf8(text)?, "Failed: can't be opened\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn render(
    comparison: &Comparison,
    format: Format,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    match format {
        Format::Text => text::render(comparison, options, out)?,
        Format::Json => json::render(&comparison.report, out)?,
        Format::Jsonl => jsonl::render(comparison, options, out)?,
        Format::Csv => csv::render(comparison, options, out)?,
        Format::Markdown => markdown::render(comparison, options, out)?,
    }
    Ok(out.flush()?)
}
