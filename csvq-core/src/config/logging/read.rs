//! From JSON with places to where log lines go.

use std::collections::BTreeMap;

use super::{Format, LogHandler, LogLevel, LogStream, LogTarget, Logger, Logging, Rotation, RotationUnit};
use crate::config::document::{Documents, Node};
use crate::config::read::fields::{Fields, Reader, is_hidden};
use crate::config::read::refuse_private_keys;
use crate::error::Result;
use crate::spec::suggest;

pub(super) const STREAM: &str = "logging.StreamHandler";
pub(super) const FILE: &str = "logging.FileHandler";
pub(super) const ROTATING: &str = "logging.handlers.RotatingFileHandler";
pub(super) const TIMED: &str = "logging.handlers.TimedRotatingFileHandler";

/// Folders of the home that logs can't be in.
const TAKEN: &[&str] = &["config", "state", "plugins", "backups", "restore_points"];

/// Reads a whole document.
pub(in crate::config) fn logging(documents: &Documents, root: &Node) -> Result<Logging> {
    let root = Reader::root(documents, root);
    refuse_private_keys(&root)?;
    let fields = root.fields(&["version", "disable_existing_loggers", "formatters", "handlers", "loggers", "root"])?;
    let formatters = fields.or("formatters", BTreeMap::new(), |reader| named(reader, formatter))?;
    let handlers =
        fields.or("handlers", BTreeMap::new(), |reader| named(reader, |reader| handler(reader, &formatters)))?;
    let loggers = |reader: &Reader<'_>| named(reader, |reader| logger(reader, &handlers, true));
    Ok(Logging {
        version: fields.require("version", |reader| reader.whole(1, 1)).map(|_| 1)?,
        disable_existing_loggers: fields.or("disable_existing_loggers", true, Reader::truth)?,
        loggers: fields.or("loggers", BTreeMap::new(), loggers)?,
        root: fields.get("root", |reader| logger(reader, &handlers, false))?,
        formatters,
        handlers,
    })
}

fn named<T>(reader: &Reader<'_>, read: impl Fn(&Reader<'_>) -> Result<T>) -> Result<BTreeMap<String, T>> {
    let entry = |(name, reader): (&str, Reader<'_>)| {
        if name.trim().is_empty() || name.chars().count() > 100 || name.chars().any(is_hidden) {
            return Err(reader.fault("this name is empty, too long, or holds control or invisible characters"));
        }
        Ok((name.to_owned(), read(&reader)?))
    };
    reader.entries()?.into_iter().map(entry).collect()
}

fn formatter(reader: &Reader<'_>) -> Result<Format> {
    let fields = reader.fields(&["format", "datefmt", "style"])?;
    fields.get("style", |reader| reader.one_of(&[("%", ())]))?;
    let date = fields.or("datefmt", None, |reader| reader.or_null(|reader| reader.line(200)))?;
    // As in Python, where it is the message alone if nothing is said.
    let format =
        |reader: &Reader<'_>| Format::parse(&reader.line(1000)?, date.clone()).map_err(|message| reader.fault(message));
    match fields.get("format", format)? {
        Some(format) => Ok(format),
        None => Format::parse("%(message)s", date.clone()).map_err(|message| reader.fault(message)),
    }
}

fn handler(reader: &Reader<'_>, formatters: &BTreeMap<String, Format>) -> Result<LogHandler> {
    let class = reader.any_fields()?.require("class", class)?;
    let of_files = ["filename", "mode", "encoding", "delay"];
    let own: &[&str] = match class {
        STREAM => &["stream"],
        FILE => &[],
        ROTATING => &["maxBytes", "backupCount"],
        _ => &["when", "interval", "backupCount", "utc"],
    };
    let mut known = vec!["class", "level", "formatter"];
    known.extend(if class == STREAM { &[][..] } else { &of_files[..] });
    known.extend(own);
    let fields = reader.fields(&known)?;
    let formatter = |reader: &Reader<'_>| known_name(reader, formatters, "formatter");
    Ok(LogHandler {
        target: if class == STREAM { stream(&fields)? } else { file(&fields, class)? },
        level: fields.or("level", LogLevel::NotSet, level)?,
        formatter: fields.get("formatter", formatter)?,
    })
}

fn class(reader: &Reader<'_>) -> Result<&'static str> {
    reader.one_of(&[(STREAM, STREAM), (FILE, FILE), (ROTATING, ROTATING), (TIMED, TIMED)])
}

fn stream(fields: &Fields<'_>) -> Result<LogTarget> {
    const STREAMS: &[(&str, LogStream)] =
        &[("ext://sys.stdout", LogStream::Stdout), ("ext://sys.stderr", LogStream::Stderr)];
    Ok(LogTarget::Stream(fields.or("stream", LogStream::Stderr, |reader| reader.one_of(STREAMS))?))
}

fn file(fields: &Fields<'_>, class: &str) -> Result<LogTarget> {
    // What csvq does anyway: it adds to files, in UTF-8, and makes them at the first line.
    fields.get("mode", |reader| reader.one_of(&[("a", ())]))?;
    fields.get("encoding", |reader| {
        reader.or_null(|reader| reader.one_of(&[("utf-8", ()), ("utf8", ()), ("UTF-8", ())]))
    })?;
    fields.get("delay", Reader::truth)?;
    let count = |name: &str, default: u32, least: u64| {
        let read = |reader: &Reader<'_>| reader.whole(least, 100_000);
        let count = fields.get(name, read)?;
        Ok::<_, crate::error::Error>(count.and_then(|count| u32::try_from(count).ok()).unwrap_or(default))
    };
    let rotation = match class {
        ROTATING => Rotation::Size {
            max_bytes: fields.or("maxBytes", 0, |reader| reader.whole(0, 1 << 40))?,
            backup_count: count("backupCount", 0, 0)?,
        },
        TIMED => Rotation::Time {
            when: fields.or("when", RotationUnit::Hours, |reader| reader.one_of(RotationUnit::NAMES))?,
            interval: count("interval", 1, 1)?,
            backup_count: count("backupCount", 0, 0)?,
            utc: fields.or("utc", false, Reader::truth)?,
        },
        _ => Rotation::Never,
    };
    Ok(LogTarget::File { filename: fields.require("filename", filename)?, rotation })
}

/// A file, absolute or inside the home, where nothing else is.
fn filename(reader: &Reader<'_>) -> Result<String> {
    let text = reader.line(1000)?;
    let parts: Vec<&str> = text.split(['/', '\\']).collect();
    if parts.contains(&"..") || parts.last().is_none_or(|last| last.is_empty() || *last == ".") {
        return Err(reader.fault("this is no path of a file: it is absolute, or taken from the home, without `..`"));
    }
    let first = parts.iter().find(|part| **part != ".").copied().unwrap_or_default();
    if TAKEN.contains(&first) {
        return Err(reader.fault(format!("logs can't be in `{first}`, which is for something else: write `logs/…`")));
    }
    Ok(text)
}

fn level(reader: &Reader<'_>) -> Result<LogLevel> {
    reader.one_of(&[
        ("DEBUG", LogLevel::Debug),
        ("INFO", LogLevel::Info),
        ("WARNING", LogLevel::Warning),
        ("ERROR", LogLevel::Error),
        ("CRITICAL", LogLevel::Critical),
        ("NOTSET", LogLevel::NotSet),
    ])
}

fn logger(reader: &Reader<'_>, handlers: &BTreeMap<String, LogHandler>, can_propagate: bool) -> Result<Logger> {
    let known: &[&str] = if can_propagate { &["level", "handlers", "propagate"] } else { &["level", "handlers"] };
    let fields = reader.fields(known)?;
    let names = |reader: &Reader<'_>| reader.each(|reader| known_name(reader, handlers, "handler"));
    Ok(Logger {
        level: fields.or("level", LogLevel::NotSet, level)?,
        handlers: fields.or("handlers", Vec::new(), names)?,
        propagate: if can_propagate { Some(fields.or("propagate", true, Reader::truth)?) } else { None },
    })
}

/// The name of something that is there.
fn known_name<T>(reader: &Reader<'_>, there: &BTreeMap<String, T>, what: &str) -> Result<String> {
    let name = reader.text()?;
    if there.contains_key(&name) {
        return Ok(name);
    }
    let near = suggest(&name, there.keys().map(String::as_str));
    let advice = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Err(reader.fault(format!("there is no such {what}{advice}")))
}
