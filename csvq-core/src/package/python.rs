//! What a Python file says of the plugin in it, read from its text: nothing of it is run.
//!
//! A plugin's class is one that has a method `compare`, or is derived from `BaseCompare`. What it says of itself are
//! literals: attributes (`version = "1.0.0"`), `self.version = …` in `__init__`, methods that do nothing but return one
//! (`get_version`), or the file's own `__version__`, `__author__` and `__license__`.

mod class;
mod depth;
mod fields;
mod literal;
#[cfg(test)]
mod tests;

use ruff_python_ast::ModModule;
use ruff_python_parser::{ParseError, Parsed, parse_module};
use serde_json::{Map, Value};

use super::fault;
use crate::error::{Context, Error, ErrorKind, Result};

/// A class that is a plugin.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Class {
    /// Its name.
    pub(super) name: String,
    /// What it says of itself, by the names of a manifest. `display_name` and `version` are always among them.
    pub(super) fields: Map<String, Value>,
}

/// How much stack is enough for a tree of the depth that is allowed, in an unoptimised build.
const STACK: usize = 32 << 20;

/// The classes in a source that are plugins. `name` stands for it in errors.
///
/// # Errors
/// [`Package`](ErrorKind::Package) with the line, where the source is no valid Python, or a plugin says something of
/// itself that can't be read without running it.
pub(super) fn classes(source: &str, name: &str) -> Result<Vec<Class>> {
    let wrong = |at: usize, message: String| {
        let before = source.as_bytes().get(..at).unwrap_or(source.as_bytes());
        let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        let context = Context { input: Some(name.to_owned()), line: Some(line), ..Context::default() };
        Error::new(ErrorKind::Package, fault::shown(&message)).with_context(context)
    };
    depth::check(source).map_err(|message| fault::package(name, message))?;
    // The tree is as deep as the source is nested, and is freed as deep.
    let read = std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("csvq-python".to_owned()).stack_size(STACK);
        builder.spawn_scoped(scope, || read(source)).map(std::thread::ScopedJoinHandle::join)
    });
    match read {
        Ok(Ok(found)) => found.map_err(|(at, message)| wrong(at, message)),
        Ok(Err(_)) => Err(fault::of_kind(ErrorKind::Internal, name, "csvq's reader of Python failed on this file")),
        Err(error) => Err(fault::of_kind(ErrorKind::Io, name, format!("no thread can be started to read it: {error}"))),
    }
}

/// Where something is wrong, in bytes, and what.
type Wrong = (usize, String);

fn read(source: &str) -> Result<Vec<Class>, Wrong> {
    let parsed: Parsed<ModModule> = parse_module(source).map_err(|error: ParseError| {
        (error.location.start().to_usize(), format!("this is no valid Python: {}", error.error))
    })?;
    let module = class::Module::of(&parsed.syntax().body);
    let plugins = module.plugins();
    plugins
        .into_iter()
        .map(|class| Ok(Class { name: class.name.to_string(), fields: fields::of(&module, class)? }))
        .collect()
}
