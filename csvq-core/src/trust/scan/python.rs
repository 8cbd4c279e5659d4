//! Python, by its syntax tree: what is imported, called, taken and changed, under whatever name; and how the text is
//! written. Nothing of it is run.
//!
//! Names are followed within one file: through imports, assignments and `getattr`, not through functions, and not to
//! other files. A name that the code makes up while it runs is beyond this, but what makes one up is found itself.

mod alias;
mod bind;
mod constant;
mod literal;
mod source;
mod tokens;
mod walk;

use ruff_python_ast::ModModule;
use ruff_python_parser::{ParseError, Parsed, parse_module};

use self::alias::Aliases;
use self::walk::Walk;
use super::found::Found;
use super::words;

/// What rules of kind `python_shape` can speak of.
pub(super) const SHAPES: &[&str] = &[
    "compatible_name",
    "decoded_code",
    "effect_at_import",
    "encoded_numbers",
    "encoded_text",
    "invisible_character",
    "long_line",
    "long_text",
    "lookalike_name",
    "star_import",
];

/// How much stack is enough for a tree as deep as `tokens` lets pass, in an unoptimised build.
const STACK: usize = 64 << 20;

/// The place of each line, to tell the line of a byte.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> u64 {
        self.0.partition_point(|end| *end < at) as u64 + 1
    }
}

/// Looks at a Python file. The error says why that can't be done.
pub(super) fn look_at(bytes: &[u8], found: &mut Found<'_>) -> Result<(), String> {
    let text = source::text_of(bytes)?;
    let lines = Lines::of(text);
    source::look_at(text, &lines, found);
    tokens::check_depth(text)?;
    // The tree is as deep as the text is nested, and is freed as deep.
    let read = std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("csvq-scan".to_owned()).stack_size(STACK);
        builder.spawn_scoped(scope, || look_at_tree(text, &lines, found)).map(std::thread::ScopedJoinHandle::join)
    });
    match read {
        Ok(Ok(looked)) => looked,
        Ok(Err(_)) => Err("the reader of Python failed on this file".to_owned()),
        Err(error) => Err(format!("no thread can be started to read it: {error}")),
    }
}

fn look_at_tree(text: &str, lines: &Lines, found: &mut Found<'_>) -> Result<(), String> {
    let parsed: Parsed<ModModule> = parse_module(text).map_err(|error: ParseError| {
        let line = lines.line(error.location.start().to_usize());
        words::shown(&format!("line {line}: this is no valid Python: {}", error.error))
    })?;
    tokens::look_at_names(text, parsed.tokens(), lines, found);
    let body = &parsed.syntax().body;
    let aliases = Aliases::of(body);
    Walk::new(&aliases, lines, found).look_at(body);
    Ok(())
}
