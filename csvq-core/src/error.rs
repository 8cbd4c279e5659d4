//! The one public error: a kind, a message, and where it happened.
//!
//! A message says what is wrong, where, and what to do. It never holds the contents of a cell.

use std::fmt::{self, Write};

/// What kind of thing went wrong. Each kind has a number that is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u16)]
pub enum ErrorKind {
    /// A setting of the spec is wrong or does not fit the inputs.
    InvalidSpec = 1,
    /// An input can't be opened or read.
    Io = 2,
    /// An input's text is malformed: quotes, ragged records, encoding.
    Malformed = 3,
    /// An input changed while it was compared.
    InputChanged = 4,
    /// A key is needed, or the one given can't serve.
    Key = 5,
    /// A key occurs more than once and the spec refuses that.
    DuplicateKey = 6,
    /// A limit that someone set was exceeded.
    LimitExceeded = 7,
    /// The comparison was cancelled.
    Cancelled = 8,
    /// The comparison ran out of time.
    TimedOut = 9,
    /// A name is unknown: a comparison, a parameter, a format.
    NotFound = 10,
    /// csvq contradicts itself; please report it.
    Internal = 11,
    /// A type or a feature of a format that csvq can't compare.
    Unsupported = 12,
    /// This process is a fork of one that used the engine.
    Forked = 13,
    /// A configuration file, or a setting in it, is wrong.
    Config = 14,
    /// A plugin package or its manifest is malformed, damaged or unsafe.
    Package = 15,
    /// A plugin reported a failure, or broke its contract.
    Plugin = 16,
    /// A plugin's worker process ended before it gave a result.
    WorkerLost = 17,
    /// A plugin was made for another interface, platform or version.
    Incompatible = 18,
    /// What was asked for contradicts what is there: it is installed already, a name is ambiguous, a status does not allow it.
    Conflict = 19,
    /// The state of a home can't be read or written.
    State = 20,
    /// A plugin, or the plugin system, is disabled.
    Disabled = 21,
    /// The security policy, or the caller's permissions, do not allow it.
    Denied = 22,
    /// A plugin's signature is missing where one is needed, does not hold, or is of a key that is not trusted or was revoked.
    Signature = 23,
    /// A plugin was flagged by a scan, could not be scanned, or is in quarantine.
    Suspicious = 24,
}

impl ErrorKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: &'static [ErrorKind] = &[
        Self::InvalidSpec,
        Self::Io,
        Self::Malformed,
        Self::InputChanged,
        Self::Key,
        Self::DuplicateKey,
        Self::LimitExceeded,
        Self::Cancelled,
        Self::TimedOut,
        Self::NotFound,
        Self::Internal,
        Self::Unsupported,
        Self::Forked,
        Self::Config,
        Self::Package,
        Self::Plugin,
        Self::WorkerLost,
        Self::Incompatible,
        Self::Conflict,
        Self::State,
        Self::Disabled,
        Self::Denied,
        Self::Signature,
        Self::Suspicious,
    ];

    /// The fixed number of this kind.
    #[must_use]
    pub fn code(self) -> u16 {
        self as u16
    }

    /// The kind's name as bindings show it, such as `invalid_spec`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidSpec => "invalid_spec",
            Self::Io => "io",
            Self::Malformed => "malformed",
            Self::InputChanged => "input_changed",
            Self::Key => "key",
            Self::DuplicateKey => "duplicate_key",
            Self::LimitExceeded => "limit_exceeded",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::NotFound => "not_found",
            Self::Internal => "internal",
            Self::Unsupported => "unsupported",
            Self::Forked => "forked",
            Self::Config => "config",
            Self::Package => "package",
            Self::Plugin => "plugin",
            Self::WorkerLost => "worker_lost",
            Self::Incompatible => "incompatible",
            Self::Conflict => "conflict",
            Self::State => "state",
            Self::Disabled => "disabled",
            Self::Denied => "denied",
            Self::Signature => "signature",
            Self::Suspicious => "suspicious",
        }
    }
}

/// Where an error happened, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The input or file: a path, `-`, or a name that the caller gave.
    pub input: Option<String>,
    /// The line in the decoded text, from 1.
    pub line: Option<u64>,
    /// The byte offset in the decoded text, from 0.
    pub byte: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
    /// The field of the spec, or the path of a value in a JSON file, such as `plugin_system.enabled`.
    pub field: Option<String>,
    /// The plugin's id.
    pub plugin: Option<String>,
}

/// Why a comparison could not be made.
///
/// ```
/// use csvq_core::{Context, Error, ErrorKind};
/// let context = Context { input: Some("left.csv".to_owned()), line: Some(3), ..Context::default() };
/// let error = Error::new(ErrorKind::Malformed, "there is a NUL byte here").with_context(context);
/// assert_eq!(error.to_string(), "left.csv: line 3: there is a NUL byte here");
/// assert_eq!(error.kind().code(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    context: Box<Context>,
}

impl Error {
    /// Makes an error of a kind.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), context: Box::default() }
    }

    /// An [`ErrorKind::InvalidSpec`] that names the spec's field.
    #[must_use]
    pub fn spec(field: &str, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::InvalidSpec, message);
        error.context.field = Some(field.to_owned());
        error
    }

    /// Says which plugin it is about, and keeps what else is known.
    #[cfg(feature = "plugins")]
    #[must_use]
    pub(crate) fn of_plugin(mut self, id: &str) -> Self {
        self.context.plugin = Some(id.to_owned());
        self
    }

    /// Says where it happened, in place of what was known of that.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        *self.context = context;
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message without its place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it happened.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = &self.context;
        if let Some(plugin) = &at.plugin {
            write!(f, "{}: ", OneLine(plugin))?;
        }
        if let Some(field) = &at.field {
            write!(f, "{}: ", OneLine(field))?;
        }
        if let Some(input) = &at.input {
            write!(f, "{}: ", OneLine(input))?;
        }
        match (at.line, at.byte) {
            (Some(line), Some(byte)) => write!(f, "line {line} (byte {byte}): ")?,
            (None, Some(byte)) => write!(f, "byte {byte}: ")?,
            (Some(line), None) => write!(f, "line {line}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A name as part of a line: what would end the line, or drive a terminal, is escaped.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character.is_control() {
            true => write!(f, "{}", character.escape_debug()),
            false => f.write_char(character),
        })
    }
}

/// A result with csvq's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<csvq_text::Error> for Error {
    fn from(error: csvq_text::Error) -> Self {
        use csvq_text::ErrorKind as Text;
        let kind = match error.kind() {
            Text::Setting => ErrorKind::InvalidSpec,
            Text::Io => ErrorKind::Io,
            Text::Malformed => ErrorKind::Malformed,
            Text::Changed => ErrorKind::InputChanged,
            Text::DuplicateKey => ErrorKind::DuplicateKey,
            Text::Limit => ErrorKind::LimitExceeded,
            Text::Cancelled => ErrorKind::Cancelled,
            Text::TimedOut => ErrorKind::TimedOut,
            _ => ErrorKind::Internal,
        };
        let context = Context {
            input: error.input().map(str::to_owned),
            line: error.line(),
            byte: error.byte(),
            ..Context::default()
        };
        Self::new(kind, error.message()).with_context(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_no_line_and_drives_no_terminal() {
        let context = Context { input: Some("a\nb/\u{1b}[2J é".to_owned()), ..Context::default() };
        let error = Error::new(ErrorKind::Io, "cannot read it").with_context(context);
        assert_eq!(error.to_string(), "a\\nb/\\u{1b}[2J é: cannot read it");
    }
}
