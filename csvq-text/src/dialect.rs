//! How delimited text is written: delimiter, quotes, escape, comments, header.

use crate::error::{Error, ErrorKind, Result};

/// How one input is written. Default: commas, `"` quotes, neither escapes nor comments, a header.
///
/// Records end at LF or CRLF. A quote opens a quoted field only at the field's first byte; inside, a doubled quote is
/// one quote. Text after a closing quote belongs to the field, as in Python's `csv` module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The byte between fields.
    pub delimiter: u8,
    /// The byte around fields that hold delimiters, quotes or line ends.
    pub quote: Option<u8>,
    /// A byte that makes the next one an ordinary character.
    pub escape: Option<u8>,
    /// Records that begin with this byte are comments.
    pub comment: Option<u8>,
    /// Whether the first record names the columns.
    pub header: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', quote: Some(b'"'), escape: None, comment: None, header: true }
    }
}

impl Dialect {
    /// Checks that every byte is an ASCII character that ends no line, and that none has two meanings.
    ///
    /// # Errors
    /// [`ErrorKind::Setting`] naming the one that can't be, or the two that collide.
    ///
    /// ```
    /// use csvq_text::Dialect;
    /// assert!(Dialect::default().validate().is_ok());
    /// let error = Dialect { delimiter: b'"', ..Dialect::default() }.validate().unwrap_err();
    /// assert_eq!(error.message(), "quote and delimiter must differ");
    /// ```
    pub fn validate(&self) -> Result<()> {
        let named = [
            ("delimiter", Some(self.delimiter)),
            ("quote", self.quote),
            ("escape", self.escape),
            ("comment", self.comment),
        ];
        for (index, (name, byte)) in named.iter().enumerate() {
            let Some(byte) = byte else { continue };
            if !byte.is_ascii() || matches!(byte, b'\n' | b'\r' | 0) {
                return Err(Error::new(
                    ErrorKind::Setting,
                    format!("{name} must be one ASCII character that is no line end and no NUL"),
                ));
            }
            for (other, second) in &named[..index] {
                if *second == Some(*byte) {
                    return Err(Error::new(ErrorKind::Setting, format!("{name} and {other} must differ")));
                }
            }
        }
        Ok(())
    }

    /// Whether record boundaries follow from quote parity, so that the wide scanner may be used.
    pub(crate) fn is_plain(&self) -> bool {
        self.escape.is_none() && self.comment.is_none()
    }

    /// Whether two inputs write the same cell the same way.
    pub(crate) fn same_text(&self, other: &Self) -> bool {
        self.delimiter == other.delimiter
            && self.quote == other.quote
            && self.escape == other.escape
            && self.comment == other.comment
    }
}
