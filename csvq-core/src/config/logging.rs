//! What `logging.json` says: Python's `dictConfig` as the guide prints it, typed. Nothing here opens a log.

mod format;
mod read;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

pub use format::{Format, LogField, Piece};
pub(super) use read::logging;

use super::ConfigFile;
use super::document::Documents;
use super::file;
use super::home::Home;
use super::policy::refuse_files_of_stages;
use crate::error::Result;

/// How bad a log line has to be to be written. `NotSet` is no bound of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "they are Python's, and their names say all that there is to them")]
pub enum LogLevel {
    NotSet,
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

/// Where log lines go, and which of them.
///
/// ```
/// use csvq_core::config::{LogLevel, Logging};
/// let text = r#"{
///   "version": 1,
///   "handlers": { "console": { "class": "logging.StreamHandler", "level": "INFO" } },
///   "loggers": { "plugin_system": { "level": "DEBUG", "handlers": ["console"] } }
/// }"#;
/// let logging = Logging::from_json("logging.json".as_ref(), text)?;
/// let routes = logging.routes("plugin_system.install");
/// assert_eq!((routes[0].name, routes[0].level), ("console", LogLevel::Info));
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Logging {
    /// The version of the form: 1.
    pub version: u32,
    /// Whether loggers that are not named here are silent. In Python it is those that were made before.
    pub disable_existing_loggers: bool,
    /// How lines are written, by name.
    pub formatters: BTreeMap<String, Format>,
    /// Where they are written to, by name.
    pub handlers: BTreeMap<String, LogHandler>,
    /// Which lines go where, by the name of what writes them.
    pub loggers: BTreeMap<String, Logger>,
    /// What holds where no logger says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<Logger>,
}

/// A place that log lines go to.
#[derive(Clone, Debug, PartialEq)]
pub struct LogHandler {
    /// What kind of place it is.
    pub target: LogTarget,
    /// The mildest lines that it takes.
    pub level: LogLevel,
    /// The name of its formatter; the message alone where it has none.
    pub formatter: Option<String>,
}

/// What kind of place log lines go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogTarget {
    /// An output of the program.
    Stream(LogStream),
    /// A file, by its path from the home.
    File {
        /// Its path.
        filename: String,
        /// When another one is begun, and how many are kept.
        rotation: Rotation,
    },
}

/// An output of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// When a log file is put aside and another one begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Never.
    Never,
    /// When it would get larger; 0 bytes or backups are never, as in Python.
    Size {
        /// How large it may get.
        max_bytes: u64,
        /// How many are kept aside.
        backup_count: u32,
    },
    /// When so many units of time have passed.
    Time {
        /// The unit.
        when: RotationUnit,
        /// How many of them.
        interval: u32,
        /// How many files are kept aside; 0 is all.
        backup_count: u32,
        /// Whether days begin in UTC rather than here.
        utc: bool,
    },
}

/// A unit of time of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say all that there is to them")]
pub enum RotationUnit {
    Seconds,
    Minutes,
    Hours,
    Days,
    Midnight,
    /// A day of the week, from 0 for Monday.
    Weekday(u8),
}

impl RotationUnit {
    /// As it is written.
    pub(super) const NAMES: &'static [(&'static str, Self)] = &[
        ("S", Self::Seconds),
        ("M", Self::Minutes),
        ("H", Self::Hours),
        ("D", Self::Days),
        ("midnight", Self::Midnight),
        ("W0", Self::Weekday(0)),
        ("W1", Self::Weekday(1)),
        ("W2", Self::Weekday(2)),
        ("W3", Self::Weekday(3)),
        ("W4", Self::Weekday(4)),
        ("W5", Self::Weekday(5)),
        ("W6", Self::Weekday(6)),
    ];
}

/// Which lines of a source go where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Logger {
    /// The mildest lines that are looked at. `NotSet` takes it from the logger above.
    pub level: LogLevel,
    /// The names of the handlers that get them.
    pub handlers: Vec<String>,
    /// Whether the handlers of the loggers above get them, too. There are none above the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub propagate: Option<bool>,
}

/// A handler that lines of a logger go to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Route<'a> {
    /// The handler's name.
    pub name: &'a str,
    /// The handler.
    pub handler: &'a LogHandler,
    /// How its lines are written, where that is said.
    pub format: Option<&'a Format>,
    /// The mildest lines that get there: what logger and handler both take.
    pub level: LogLevel,
}

impl Logging {
    /// Reads it from a file's text.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong.
    pub fn from_json(file: &Path, text: &str) -> Result<Self> {
        let mut documents = Documents::default();
        let root = documents.parse(file, text.to_owned())?;
        logging(&documents, &root)
    }

    /// What the file of a home says; none where there is no file.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong;
    /// [`Io`](crate::ErrorKind::Io) where the file can't be read.
    pub fn load(home: &Home) -> Result<Option<Self>> {
        refuse_files_of_stages(home, ConfigFile::Logging)?;
        let path = ConfigFile::Logging.path(home);
        file::read_or_none(&path)?.map(|text| Self::from_json(&path, &text)).transpose()
    }

    /// Where lines of a logger go: the handlers of its entry and of those above it (`a.b` lies below `a`), up to one
    /// that does not propagate. None where it is silent.
    #[must_use]
    pub fn routes(&self, logger: &str) -> Vec<Route<'_>> {
        let above = self.above(logger);
        let named = above.iter().any(|(name, _)| !name.is_empty());
        if self.disable_existing_loggers && !named {
            return Vec::new();
        }
        let level = above.iter().map(|(_, logger)| logger.level).find(|level| *level != LogLevel::NotSet);
        // As in Python, where the root takes warnings if nothing is said.
        let level = level.unwrap_or(LogLevel::Warning);
        let mut routes = Vec::new();
        for (_, logger) in above {
            for name in &logger.handlers {
                let Some((name, handler)) = self.handlers.get_key_value(name) else { continue };
                let format = handler.formatter.as_ref().and_then(|name| self.formatters.get(name));
                routes.push(Route { name, handler, format, level: level.max(handler.level) });
            }
            if logger.propagate == Some(false) {
                break;
            }
        }
        routes
    }

    /// The entries that hold for a logger, the nearest first; the root's name is empty.
    fn above<'a>(&'a self, logger: &'a str) -> Vec<(&'a str, &'a Logger)> {
        let mut names = vec![logger];
        names.extend(logger.rmatch_indices('.').map(|(at, _)| &logger[..at]));
        let named = names.into_iter().filter_map(|name| Some((name, self.loggers.get(name)?)));
        named.chain(self.root.as_ref().map(|root| ("", root))).collect()
    }
}

impl Serialize for LogHandler {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("class", self.target.class())?;
        map.serialize_entry("level", &self.level)?;
        if let Some(formatter) = &self.formatter {
            map.serialize_entry("formatter", formatter)?;
        }
        match &self.target {
            LogTarget::Stream(LogStream::Stdout) => map.serialize_entry("stream", "ext://sys.stdout")?,
            LogTarget::Stream(LogStream::Stderr) => map.serialize_entry("stream", "ext://sys.stderr")?,
            LogTarget::File { filename, rotation } => {
                map.serialize_entry("filename", filename)?;
                match rotation {
                    Rotation::Never => {}
                    Rotation::Size { max_bytes, backup_count } => {
                        map.serialize_entry("maxBytes", max_bytes)?;
                        map.serialize_entry("backupCount", backup_count)?;
                    }
                    Rotation::Time { when, interval, backup_count, utc } => {
                        let name = RotationUnit::NAMES.iter().find(|(_, unit)| unit == when).map(|(name, _)| name);
                        map.serialize_entry("when", &name)?;
                        map.serialize_entry("interval", interval)?;
                        map.serialize_entry("backupCount", backup_count)?;
                        map.serialize_entry("utc", utc)?;
                    }
                }
            }
        }
        map.end()
    }
}

impl LogTarget {
    /// The name of the class that is this in Python.
    fn class(&self) -> &'static str {
        match self {
            Self::Stream(_) => read::STREAM,
            Self::File { rotation: Rotation::Never, .. } => read::FILE,
            Self::File { rotation: Rotation::Size { .. }, .. } => read::ROTATING,
            Self::File { rotation: Rotation::Time { .. }, .. } => read::TIMED,
        }
    }
}
