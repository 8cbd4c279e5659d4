//! What the program tells on standard error: errors, hints and notes. Results never come here.

use std::io::{self, Write};
use std::panic;

use anstyle::{AnsiColor, Style};
use csvq_core::sandbox::harmless;
use csvq_core::{Error, ErrorKind};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Tells people things, as quietly as they asked.
#[derive(Clone, Debug)]
pub(crate) struct Messages {
    pub(crate) quiet: bool,
    pub(crate) colour: bool,
}

impl Messages {
    /// Tells something that is worth knowing, unless silence was asked for.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.write(&format!("csvq: {}\n", harmless(text)));
        }
    }

    /// Tells an error. `given` holds the settings that came from flags, which are then called by their flag.
    pub(crate) fn error(&self, error: &Error, given: &[String]) {
        self.failure(&sentence(error, given), hint(error));
    }

    /// Tells that something failed, and what helps if that is known.
    pub(crate) fn failure(&self, sentence: &str, hint: Option<&str>) {
        let mut text = format!("csvq: {} {}\n", self.styled(ERROR, "error:"), harmless(sentence));
        if let Some(hint) = hint {
            text.push_str(&format!("{} {hint}\n", self.styled(HINT, "hint:")));
        }
        self.write(&text);
    }

    /// Writes what was asked for, even quietly.
    pub(crate) fn write(&self, text: &str) {
        // Where standard error is closed there is nobody left to tell.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Has nothing written about a panic that becomes an error, whose words may quote an input; of any other, as usual.
pub(crate) fn keep_caught_panics_quiet() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !csvq_core::source::is_decoding() {
            usual(info);
        }
    }));
}

/// The error's own words, with the flag for the field where a flag set it.
fn sentence(error: &Error, given: &[String]) -> String {
    let text = error.to_string();
    let field = error.context().field.as_deref().filter(|field| given.iter().any(|own| own == field));
    match field.and_then(|field| Some((field, text.strip_prefix(field)?))) {
        Some((field, rest)) => format!("--{}{rest}", field.replace('_', "-")),
        None => text,
    }
}

/// Which flags help with an error.
fn hint(error: &Error) -> Option<&'static str> {
    let at = error.context();
    match error.kind() {
        ErrorKind::Key => Some("name the columns with --key, or pair rows with --by position or --by content"),
        ErrorKind::DuplicateKey => Some("--duplicates pair or --duplicates first take keys that occur more than once"),
        // Formats that are no text have no such places.
        ErrorKind::Malformed if at.line.is_some() || at.byte.is_some() => {
            Some("of delimited text, --delimiter, --quote, --escape, --encoding and --ragged say how it is read")
        }
        ErrorKind::Signature => Some(
            "`csvq plugins verify PACKAGE` tells whose signature it carries; which keys count is said by security_policy.json",
        ),
        ErrorKind::Suspicious => Some(
            "`csvq plugins scan PACKAGE` tells all that is found in it, `csvq plugins quarantine list` what is kept apart",
        ),
        ErrorKind::WorkerLost => Some("CSVQ_LOG=info shows what the plugin printed"),
        ErrorKind::InputChanged => Some("compare copies of files that others write to"),
        ErrorKind::Internal => Some(concat!("please report this at ", env!("CARGO_PKG_REPOSITORY"), "/issues")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_called_by_their_flag_where_a_flag_set_them() {
        let error = Error::spec("abs_tol", "is wrong");
        assert_eq!(sentence(&error, &["abs_tol".to_owned()]), "--abs-tol: is wrong");
        assert_eq!(sentence(&error, &["key".to_owned()]), "abs_tol: is wrong");
    }
}
