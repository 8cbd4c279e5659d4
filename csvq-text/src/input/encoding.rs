//! Character encodings, by the names that people give them. What decodes them is [`decode`](super::decode).

use crate::error::{Error, ErrorKind, Result};

/// A character encoding, by the WHATWG standard's labels: `utf-8`, `utf-16le`, `latin1` (which is windows-1252),
/// `shift_jis`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(pub(super) &'static encoding_rs::Encoding);

impl Encoding {
    /// The encoding of a label.
    ///
    /// # Errors
    /// [`ErrorKind::Setting`] where the label is unknown.
    ///
    /// ```
    /// assert_eq!(csvq_text::Encoding::for_label("latin1")?.name(), "windows-1252");
    /// # Ok::<(), csvq_text::Error>(())
    /// ```
    pub fn for_label(label: &str) -> Result<Self> {
        encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Self).ok_or_else(|| {
            Error::new(
                ErrorKind::Setting,
                format!(
                    "unknown encoding `{}`: expected a WHATWG label such as utf-8, utf-16le, windows-1252, latin1, \
                     shift_jis or gb18030",
                    label.escape_default()
                ),
            )
        })
    }

    /// The encoding's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    pub(super) fn is_utf8(self) -> bool {
        self.0 == encoding_rs::UTF_8
    }
}
