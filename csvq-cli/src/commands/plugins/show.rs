//! What the commands about plugins found, for people.

use csvq_core::engine::Reloaded;
use csvq_core::install::{Installed, Was};
use csvq_core::plugin::{LoadError, PluginInfo, Validation};
use csvq_core::state::PluginRecord;
use csvq_core::trust::signature::{SignatureState, Signer, Verdict};

use crate::table;

/// How much of a digest is shown where people read it.
const DIGEST: usize = 16;

pub(super) fn list(plugins: &[PluginInfo]) -> String {
    let state = |plugin: &PluginInfo| match (&plugin.error, plugin.enabled) {
        (Some(_), _) => "broken".to_owned(),
        (None, true) => plugin.status.to_string(),
        (None, false) => "disabled".to_owned(),
    };
    let row = |plugin: &PluginInfo| {
        vec![
            plugin.id.clone(),
            plugin.version.clone(),
            plugin.kind.replace('_', " "),
            state(plugin),
            plugin.signature.as_ref().map_or_else(|| "-".to_owned(), signature),
            plugin.description.lines().next().unwrap_or_default().to_owned(),
        ]
    };
    let headings = ["id", "version", "kind", "state", "signature", "what it does"];
    table::render(&headings, &plugins.iter().map(row).collect::<Vec<_>>())
}

pub(super) fn info(plugin: &PluginInfo) -> String {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let disabled_by: Vec<String> = plugin.disabled_by.iter().map(ToString::to_string).collect();
    let mut text = table::pairs(&[
        ("id", plugin.id.clone()),
        ("name", plugin.display_name.clone()),
        ("version", plugin.version.clone()),
        ("versions", plugin.versions.join(", ")),
        ("version before", plugin.previous_version.clone().unwrap_or_default()),
        ("kind", plugin.kind.replace('_', " ")),
        ("description", plugin.description.clone()),
        ("author", plugin.author.clone()),
        ("license", plugin.license.clone()),
        ("status", plugin.status.to_string()),
        ("enabled", yes(plugin.enabled)),
        ("disabled by", disabled_by.join("; ")),
        ("error", plugin.error.clone().unwrap_or_default()),
        ("runs", if plugin.in_process { "in this process" } else { "in a worker" }.to_owned()),
        ("deterministic", yes(plugin.deterministic)),
        ("capabilities", plugin.capabilities.join(", ")),
        ("digest", plugin.digest.clone().unwrap_or_default()),
        ("signature", plugin.signature.as_ref().map(signature).unwrap_or_default()),
        ("why so", plugin.signature.as_ref().map(why_not_signed).unwrap_or_default()),
        ("signed by", plugin.signature.as_ref().map(signers).unwrap_or_default()),
        ("signature warning", plugin.signature.as_ref().map(warnings).unwrap_or_default()),
        ("source", plugin.source.clone().unwrap_or_default()),
        ("installed", plugin.installed_at.map(|at| at.to_string()).unwrap_or_default()),
        ("last used", plugin.last_used.map(|at| at.to_string()).unwrap_or_default()),
        ("used", if plugin.usage_count > 0 { format!("{} times", plugin.usage_count) } else { String::new() }),
        ("deprecated", plugin.deprecation_reason.clone().unwrap_or_default()),
        ("removal", plugin.removal_at.map(|at| at.to_string()).unwrap_or_default()),
    ]);
    let parameters = plugin.parameters.get("properties").and_then(|properties| properties.as_object());
    if let Some(parameters) = parameters.filter(|parameters| !parameters.is_empty()) {
        let row = |(name, schema): (&String, &serde_json::Value)| {
            let word = |key: &str| match schema.get(key) {
                None => String::new(),
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            let set = plugin.settings.get(name).map(ToString::to_string).unwrap_or_default();
            vec![name.clone(), word("type"), word("default"), set, word("description")]
        };
        let rows: Vec<Vec<String>> = parameters.iter().map(row).collect();
        text.push('\n');
        text.push_str(&table::render(&["parameter", "type", "default", "set to", "what it does"], &rows));
    }
    text
}

/// How a plugin stands as to signatures, in a word or two.
fn signature(verdict: &Verdict) -> String {
    verdict.state.as_str().replace('_', " ")
}

/// Why it counts as what it does, unless it is signed or built in.
fn why_not_signed(verdict: &Verdict) -> String {
    match verdict.state {
        SignatureState::BuiltIn | SignatureState::Signed => String::new(),
        _ => verdict.reason.clone(),
    }
}

fn signers(verdict: &Verdict) -> String {
    verdict.signers.iter().map(signer).collect::<Vec<_>>().join("; ")
}

fn signer(signer: &Signer) -> String {
    let end = signer.ends_at.map(|end| format!(", until {end}")).unwrap_or_default();
    format!("{} (key {}) at {}{end}", signer.name, signer.key_id.short(), signer.signed_at)
}

fn warnings(verdict: &Verdict) -> String {
    verdict.warnings.iter().map(|warning| warning.message.as_str()).collect::<Vec<_>>().join("; ")
}

/// What checking the signatures of a package came to.
pub(super) fn verdict(verdict: &Verdict) -> String {
    let others: Vec<String> = verdict.others.iter().map(|key| key.short()).collect();
    table::pairs(&[
        ("signature", signature(verdict)),
        ("why", verdict.reason.clone()),
        ("signed by", signers(verdict)),
        ("other keys", others.join(", ")),
        ("warning", warnings(verdict)),
        ("digest", verdict.digest.clone().unwrap_or_default()),
    ])
}

/// The beginning of a digest, for people.
pub(super) fn short(digest: &str) -> String {
    let beginning: String = digest.chars().take(DIGEST).collect();
    format!("{beginning}…")
}

pub(super) fn installed(done: &Installed) -> String {
    let what = format!("{} {} (digest {})", done.id, done.version, short(&done.digest));
    match &done.was {
        Was::New => format!("Installed {what}.\n"),
        Was::Other(version) => format!("Installed {what} in place of version {version}.\n"),
        Was::Replaced => format!("Installed {what} anew.\n"),
        Was::Same => format!("{what} is installed already.\n"),
    }
}

pub(super) fn validations(found: &[(String, Validation)]) -> String {
    let mut text = String::new();
    for (name, found) in found {
        text.push_str(&format!("{name}: {}\n", if found.valid { "valid" } else { "not valid" }));
        found.errors.iter().for_each(|error| text.push_str(&format!("  error: {error}\n")));
        found.warnings.iter().for_each(|warning| text.push_str(&format!("  warning: {warning}\n")));
    }
    text
}

pub(super) fn errors(errors: &[LoadError]) -> String {
    if errors.is_empty() {
        return "Everything could be loaded.\n".to_owned();
    }
    errors.iter().map(|error| format!("{}\n  {}\n", error.name, error.error)).collect()
}

pub(super) fn reloaded(reloaded: &Reloaded) -> String {
    let mut text: String = reloaded.taken_in.iter().map(|done| format!("{done}\n")).collect();
    text.push_str(&format!("{} plugins are available.\n", reloaded.available));
    if !reloaded.errors.is_empty() {
        text.push_str("\nNot loaded:\n");
        text.push_str(&errors(&reloaded.errors));
    }
    text
}

pub(super) fn records(records: &[PluginRecord]) -> String {
    let row = |record: &PluginRecord| {
        vec![
            record.id.clone(),
            record.status.to_string(),
            record.last_used.map_or_else(|| "never".to_owned(), |at| at.to_string()),
            record.removal_at.map(|at| at.to_string()).unwrap_or_default(),
            record.deprecation_reason.clone().unwrap_or_default(),
        ]
    };
    let headings = ["id", "status", "last used", "removal", "reason"];
    table::render(&headings, &records.iter().map(row).collect::<Vec<_>>())
}
