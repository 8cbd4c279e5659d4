//! What an outside scanner says, read strictly.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::model::Finding;
use super::super::words;
use crate::config::Severity;

/// So many findings are taken in.
const MOST: usize = 1_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    file: Option<String>,
    line: Option<u64>,
    rule: String,
    severity: Severity,
    message: String,
}

/// The findings that it wrote. The error goes on where the scanner's name ends.
pub(super) fn findings(output: &[u8], program: &Path) -> Result<Vec<Finding>, String> {
    let wrong = |error: serde_json::Error| {
        // Its words about values could quote them.
        let what = if error.is_data() { "a list of findings, as the documentation tells it" } else { "JSON" };
        format!("answered something that is not {what} (line {}, column {})", error.line(), error.column())
    };
    let told: Vec<Told> = serde_json::from_slice(output).map_err(wrong)?;
    // The reader takes a list for an object with its values in their order.
    let _: Vec<Map<String, Value>> = serde_json::from_slice(output).map_err(wrong)?;
    if told.len() > MOST {
        return Err(format!("told of more than {MOST} findings"));
    }
    let name = name_of(program);
    let finding = |told: Told| Finding {
        file: told.file.as_deref().map(words::shown),
        line: told.line,
        rule: format!("{name}.{}", words::word(&told.rule)),
        severity: told.severity,
        message: words::shown(&told.message),
        found: None,
    };
    Ok(told.into_iter().map(finding).collect())
}

/// The finding of a scanner that says no more than that there is one.
pub(super) fn flagged(program: &Path) -> Finding {
    let name = name_of(program);
    Finding {
        file: None,
        line: None,
        rule: format!("{name}.flagged"),
        severity: Severity::High,
        message: format!("the outside scanner {name} flagged the package"),
        found: None,
    }
}

fn name_of(program: &Path) -> String {
    words::word(&program.file_stem().unwrap_or_default().to_string_lossy())
}
