//! `csvq plugins quarantine`: what is suspicious, and what becomes of it.

use csvq_core::Result;
use csvq_core::state::{QuarantineEntry, QuarantineStatus};
use serde_json::Value;

use super::installed::Act;
use crate::args::QuarantineCommand;
use crate::commands::answer::answer;
use crate::commands::confirm;
use crate::exit::Exit;
use crate::{interrupt, table};

/// Does what was asked with what is suspicious.
///
/// # Errors
/// Whatever kept it from that.
pub(super) fn run(command: &QuarantineCommand, act: &Act<'_>) -> Result<Exit> {
    let (engine, caller) = (act.engine, &act.caller);
    match command {
        QuarantineCommand::List { all } => {
            let entries = engine.quarantined(caller, *all)?;
            answer(act.format, &entries, || list(&entries, *all))?;
        }
        QuarantineCommand::Add { plugin, reason } => {
            let entry = engine.quarantine(caller, plugin, reason)?;
            answer(act.format, &entry, || format!("{} is in quarantine now, as {}.\n", called(&entry), entry.name))?;
        }
        QuarantineCommand::Release { name, accept_findings } => {
            let control = interrupt::control();
            let entry = engine.release(caller, name, *accept_findings, &control, &mut |step| act.step(step))?;
            answer(act.format, &entry, || format!("{} is out of quarantine, and installed.\n", called(&entry)))?;
        }
        QuarantineCommand::Delete { name, yes } => {
            if !*yes && !confirm::is_confirmed("Delete", &format!("{name} from quarantine"))? {
                act.messages.note("nothing was deleted");
                return Ok(Exit::Failure);
            }
            let entry = engine.delete_quarantined(caller, name)?;
            answer(act.format, &entry, || format!("Deleted {name}; the same files are not let in again.\n"))?;
        }
    }
    Ok(Exit::Success)
}

/// What people call it: the plugin and its version, where those are known.
fn called(entry: &QuarantineEntry) -> String {
    match (&entry.plugin, &entry.version) {
        (Some(plugin), Some(version)) => format!("{plugin} {version}"),
        (Some(plugin), None) => plugin.clone(),
        _ => entry.name.clone(),
    }
}

fn list(entries: &[QuarantineEntry], all: bool) -> String {
    if entries.is_empty() {
        return if all { "Nothing was ever in quarantine.\n" } else { "Nothing is in quarantine.\n" }.to_owned();
    }
    let row = |entry: &QuarantineEntry| {
        let (plugin, version) = (entry.plugin.clone().unwrap_or_default(), entry.version.clone().unwrap_or_default());
        let mut row = vec![
            entry.name.clone(),
            format!("{plugin} {version}").trim().to_owned(),
            entry.reason.to_string().replace('_', " "),
            entry.quarantined_at.to_string(),
        ];
        if all {
            row.push(status(entry));
        }
        (row, found(&entry.findings))
    };
    let mut headings = vec!["name", "plugin", "reason", "since"];
    if all {
        headings.push("now");
    }
    table::with_notes(&headings, &entries.iter().map(row).collect::<Vec<_>>())
}

fn status(entry: &QuarantineEntry) -> String {
    match (entry.status, &entry.decided_by) {
        (QuarantineStatus::Held, _) | (_, None) => entry.status.to_string(),
        (status, Some(by)) => format!("{status} by {by}"),
    }
}

/// In a few words what was found: why someone put it there, what is wrong with its signature, or the worst finding of a scan.
fn found(findings: &Value) -> String {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let scanned = || {
        let all = findings.get("findings")?.as_array()?;
        let first = all.first()?;
        let message = text(first, "message")?;
        let file = text(first, "file").map(|file| format!("{file}: ")).unwrap_or_default();
        Some(match all.len() {
            1 => format!("{file}{message}"),
            count => format!("{file}{message}; and {} more", count - 1),
        })
    };
    text(findings, "why").or_else(|| text(findings, "reason")).or_else(scanned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_found_is_told_in_a_few_words() {
        let check = |findings: Value, expected: &str| assert_eq!(found(&findings), expected, "{findings}");
        check(json!({ "why": "an advisory", "findings": null }), "an advisory");
        check(json!({ "state": "revoked", "reason": "the key is revoked" }), "the key is revoked");
        let one = json!({ "file": "a.py", "message": "it uses the network", "severity": "high" });
        check(json!({ "outcome": "flagged", "findings": [one] }), "a.py: it uses the network");
        check(json!({ "findings": [{ "message": "first" }, one, one] }), "first; and 2 more");
        check(json!({ "findings": [] }), "");
        check(json!(null), "");
    }
}
