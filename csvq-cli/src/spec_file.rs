//! Reads a spec file: TOML or JSON, by its extension, else by its first character.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use csvq_core::spec::CompareSpec;
use csvq_core::{Context, Error, ErrorKind, Result};

/// More than any spec needs; a table given by mistake is not read whole.
const LARGEST: u64 = 4 << 20;

/// Reads the settings of a file.
pub(crate) fn read(path: &Path) -> Result<CompareSpec> {
    let text = read_text(path)?;
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    let is_json = match extension.as_deref() {
        Some("json") => true,
        Some("toml") => false,
        _ => text.trim_start().starts_with('{'),
    };
    let read = if is_json { CompareSpec::from_json(&text) } else { from_toml(&text) };
    read.map_err(|error| {
        let context = Context { input: Some(path.display().to_string()), ..error.context().clone() };
        error.with_context(context)
    })
}

fn read_text(path: &Path) -> Result<String> {
    let failed = |message: String| {
        let context = Context { input: Some(path.display().to_string()), ..Context::default() };
        Error::new(ErrorKind::Io, message).with_context(context)
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| failed(format!("can't read the spec file: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(failed("it is too large for a spec file; was a table meant?".to_owned()));
    }
    let text =
        String::from_utf8(bytes).map_err(|_| failed("a spec file is UTF-8 text, which this is not".to_owned()))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn from_toml(text: &str) -> Result<CompareSpec> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let line =
            error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() as u64 + 1);
        // Where the text is TOML, what is wrong with the spec is better said by who knows its fields.
        let explained = toml::from_str(text).ok().and_then(|value| CompareSpec::from_value(value).err());
        let (field, message) = match explained {
            Some(explained) => (explained.context().field.clone(), explained.message().to_owned()),
            None => (None, format!("the spec is no valid TOML: {}", error.message())),
        };
        Error::new(ErrorKind::InvalidSpec, message).with_context(Context { field, line, ..Context::default() })
    })
}
