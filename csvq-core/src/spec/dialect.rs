//! How one side's text is written, as far as the spec says: the settings of both sides and of one, put together.
//!
//! What the spec leaves open is found by the engine that reads the text; encodings' names are the engine's too.

use super::model::CompareSpec;
use crate::error::{Error, Result};

/// One of the two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

impl Side {
    /// Both, the left one first.
    pub const BOTH: [Side; 2] = [Self::Left, Self::Right];

    /// Its name: `left` or `right`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// What the spec says of one side's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialectSpec {
    /// The byte between fields; none: to be sniffed.
    pub delimiter: Option<u8>,
    /// The byte around fields; none: there is no quoting.
    pub quote: Option<u8>,
    /// The byte that makes the next character an ordinary one, if any does.
    pub escape: Option<u8>,
    /// The byte that begins comments, if any does.
    pub comment: Option<u8>,
    /// Whether the first record names the columns.
    pub header: bool,
    /// The encoding's label; none: the byte order mark's, else UTF-8.
    pub encoding: Option<String>,
}

impl CompareSpec {
    /// What the spec says of one side's text: that side's own setting, else the one for both, else the default.
    ///
    /// # Errors
    /// [`InvalidSpec`](crate::ErrorKind::InvalidSpec) where a setting is no single ASCII character, or two of them are
    /// the same.
    ///
    /// ```
    /// use csvq_core::spec::{CompareSpec, Side};
    /// let spec = CompareSpec { left_delimiter: Some("tab".to_owned()), ..CompareSpec::default() };
    /// assert_eq!(spec.dialect(Side::Left)?.delimiter, Some(b'\t'));
    /// assert_eq!(spec.dialect(Side::Right)?.delimiter, None);
    /// # Ok::<(), csvq_core::Error>(())
    /// ```
    pub fn dialect(&self, side: Side) -> Result<DialectSpec> {
        let pick = |both: &Option<String>, left: &Option<String>, right: &Option<String>, name: &str| {
            let own = match side {
                Side::Left => left,
                Side::Right => right,
            };
            match (own, both) {
                (Some(text), _) => (format!("{}_{name}", side.name()), Some(text.clone())),
                (None, both) => (name.to_owned(), both.clone()),
            }
        };
        let (field, text) = pick(&self.delimiter, &self.left_delimiter, &self.right_delimiter, "delimiter");
        let delimiter = Setting::read(field, text.as_deref(), None)?;
        if delimiter.byte.is_none() && text.is_some() {
            return Err(Error::spec(
                &delimiter.field,
                "there is no text without a delimiter: write one ASCII character",
            ));
        }
        let (field, text) = pick(&self.quote, &self.left_quote, &self.right_quote, "quote");
        let quote = Setting::read(field, text.as_deref(), Some(b'"'))?;
        let (field, text) = pick(&self.escape, &self.left_escape, &self.right_escape, "escape");
        let escape = Setting::read(field, text.as_deref(), None)?;
        let (field, text) = pick(&self.comment, &self.left_comment, &self.right_comment, "comment");
        let comment = Setting::read(field, text.as_deref(), None)?;

        let settings = [&delimiter, &quote, &escape, &comment];
        for (index, first) in settings.iter().enumerate() {
            for second in &settings[index + 1..] {
                first.check_differs(second)?;
            }
        }

        let header = match side {
            Side::Left => self.left_header,
            Side::Right => self.right_header,
        };
        let (_, encoding) = pick(&self.encoding, &self.left_encoding, &self.right_encoding, "encoding");
        Ok(DialectSpec {
            delimiter: delimiter.byte,
            quote: quote.byte,
            escape: escape.byte,
            comment: comment.byte,
            header: header.or(self.header).unwrap_or(true),
            encoding,
        })
    }
}

/// A byte, and the field of the spec that set it.
struct Setting {
    field: String,
    byte: Option<u8>,
    given: bool,
}

impl Setting {
    fn read(field: String, text: Option<&str>, default: Option<u8>) -> Result<Self> {
        let byte = match text {
            None => default,
            Some("none") => None,
            Some("tab" | "\\t") => Some(b'\t'),
            Some(text) => match text.as_bytes() {
                [b'\n' | b'\r'] => {
                    return Err(Error::spec(&field, "a line break ends records: write another ASCII character"));
                }
                [byte] if byte.is_ascii() && *byte != 0 => Some(*byte),
                _ => return Err(Error::spec(&field, accepted(&field, text))),
            },
        };
        Ok(Self { field, byte, given: text.is_some() })
    }

    /// Two settings of one byte would leave open what it means; the one that was given is to blame.
    fn check_differs(&self, other: &Self) -> Result<()> {
        if self.byte.is_none() || self.byte != other.byte {
            return Ok(());
        }
        let (blamed, against) = if other.given { (other, self) } else { (self, other) };
        let advice = if blamed.field.ends_with("escape") && against.field.ends_with("quote") {
            ": a doubled quote stands for itself without any escape"
        } else if !against.given {
            ": give the other one too, or `none`"
        } else {
            ": write two different characters"
        };
        Err(Error::spec(&blamed.field, format!("it is the same character as {}{advice}", against.field)))
    }
}

fn accepted(field: &str, text: &str) -> String {
    let none = if field.ends_with("delimiter") { "" } else { ", or `none`" };
    let found = if text.is_empty() { "it is empty".to_owned() } else { format!("`{text}` is not one ASCII character") };
    format!("{found}: write one ASCII character, `tab`{none}")
}
