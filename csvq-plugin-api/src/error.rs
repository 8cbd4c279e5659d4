//! Why a plugin could not compare.

use std::any::Any;
use std::fmt;

use csvq_plugin_abi::code;

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// It failed.
    Failed,
    /// It stopped, because the host asked for that.
    Cancelled,
    /// A parameter is wrong.
    BadParameters,
    /// The plugin can't do this with these tables.
    Unsupported,
    /// The plugin panicked.
    Panicked,
}

impl ErrorKind {
    /// The number that stands for it at the boundary.
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Failed => code::FAILED,
            Self::Cancelled => code::CANCELLED,
            Self::BadParameters => code::BAD_PARAMETERS,
            Self::Unsupported => code::UNSUPPORTED,
            Self::Panicked => code::PANICKED,
        }
    }
}

/// Why a plugin could not compare.
///
/// The message reaches the user, and logs. It says what is wrong, where, and what to do; it never holds what is in a
/// cell.
///
/// ```
/// use csvq_plugin_api::{Error, ErrorKind};
///
/// let error = Error::bad_parameters("`threshold` is between 0 and 1");
/// assert_eq!(error.kind(), ErrorKind::BadParameters);
/// assert_eq!(error.to_string(), "`threshold` is between 0 and 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// A result with a plugin's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// It failed.
    #[must_use]
    pub fn failed(message: impl fmt::Display) -> Self {
        Self { kind: ErrorKind::Failed, message: message.to_string() }
    }

    /// A parameter is wrong: the message names it and says what it has to be.
    #[must_use]
    pub fn bad_parameters(message: impl fmt::Display) -> Self {
        Self { kind: ErrorKind::BadParameters, message: message.to_string() }
    }

    /// The plugin can't do this with these tables, such as for the type of a column, which the message names.
    #[must_use]
    pub fn unsupported(message: impl fmt::Display) -> Self {
        Self { kind: ErrorKind::Unsupported, message: message.to_string() }
    }

    /// It stopped, because the host asked for that; [`Host::check`](crate::Host::check) returns this.
    #[must_use]
    pub fn cancelled() -> Self {
        Self { kind: ErrorKind::Cancelled, message: "the comparison was cancelled".to_owned() }
    }

    /// What was thrown, as an error. Of a message that was put together at run time nothing is told, since it may hold
    /// what is in a cell: the standard library's own do, for slices of text.
    pub(crate) fn panicked(thrown: &(dyn Any + Send)) -> Self {
        let message = match thrown.downcast_ref::<&'static str>() {
            Some(message) => format!("the plugin panicked: {message}"),
            None => "the plugin panicked; what it said stands in its standard error output".to_owned(),
        };
        Self { kind: ErrorKind::Panicked, message }
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn into_message(self) -> String {
        self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

macro_rules! fails_with {
    ($($error:ty),+) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::failed(error)
            }
        }
    )+};
}

fails_with!(String, &str, std::io::Error, serde_json::Error);

#[cfg(feature = "arrow")]
impl From<arrow_schema::ArrowError> for Error {
    fn from(error: arrow_schema::ArrowError) -> Self {
        match error {
            // What reads record batches has put one of ours there.
            arrow_schema::ArrowError::ExternalError(source) => match source.downcast::<Self>() {
                Ok(error) => *error,
                Err(source) => Self::failed(source),
            },
            error => Self::failed(error),
        }
    }
}
