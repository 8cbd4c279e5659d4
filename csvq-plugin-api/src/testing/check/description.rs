//! What a plugin says of itself.

use csvq_plugin_abi::{ABI_MINOR, PluginTableV1};
use semver::Version;
use serde_json::Value;

use super::{Findings, schema};
use crate::testing::plugin::Plugin;

const NAME: &str = "description";

/// The capabilities that there are.
const CAPABILITIES: [&str; 4] = ["network", "read_files", "subprocess", "threads"];

/// Checks the table and the description.
pub(super) fn check(plugin: &Plugin, findings: &mut Findings) {
    table(plugin.table(), findings);
    let (first, again) = match (plugin.describe(), plugin.describe()) {
        (Ok(first), Ok(again)) => (first, again),
        (Err(failure), _) | (_, Err(failure)) => return findings.add(NAME, failure.to_string()),
    };
    if first != again {
        findings.add(NAME, "it is another each time");
    }
    let Value::Object(fields) = &first else {
        return findings.add(NAME, "it is no JSON object");
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    for name in ["id", "display_name", "version", "author", "license", "description", "abi_version"] {
        if !fields.get(name).is_some_and(Value::is_string) {
            findings.add(NAME, format!("`{name}` is missing, or no text"));
        }
    }
    if !is_id(text("id")) {
        let rule = "it has 2 to 63 of `a` to `z`, `0` to `9`, `_` and `-`, and begins with a letter or digit";
        findings.add(NAME, format!("the `id` `{}` is none: {rule}", text("id")));
    }
    for (name, least, most) in
        [("display_name", 1, 100), ("author", 0, 200), ("license", 0, 200), ("description", 0, 4000)]
    {
        let value = text(name);
        if !(least..=most).contains(&value.chars().count()) {
            findings.add(NAME, format!("`{name}` has {least} to {most} characters"));
        }
        if value.chars().any(|c| c.is_control() && !(name == "description" && matches!(c, '\n' | '\t'))) {
            findings.add(NAME, format!("`{name}` holds control characters"));
        }
    }
    if let Err(error) = Version::parse(text("version")) {
        findings.add(NAME, format!("the `version` has the form 1.2.3, as semver.org says: {error}"));
    }
    let table = plugin.table();
    let abi = format!("{}.{}", table.abi_major, table.abi_minor);
    if text("abi_version") != abi {
        findings.add(NAME, format!("the `abi_version` is not that of the table, {abi}"));
    }
    match fields.get("parameters") {
        Some(parameters) => schema::check(parameters, findings),
        None => findings.add(NAME, "`parameters` is missing: the JSON Schema of an object"),
    }
    capabilities(fields.get("capabilities"), findings);
    if !fields.get("deterministic").is_some_and(Value::is_boolean) {
        findings.add(NAME, "`deterministic` is missing, or neither true nor false");
    }
}

fn table(table: &PluginTableV1, findings: &mut Findings) {
    if table.size < size_of::<PluginTableV1>() as u64 {
        findings.add("table", format!("its size is {}, less than that of the first release", table.size));
    }
    if table.abi_minor > ABI_MINOR {
        findings.add("table", format!("it says that it is of ABI 1.{}, which is not known here", table.abi_minor));
    }
    for (name, is_there) in
        [("open", table.open.is_some()), ("describe", table.describe.is_some()), ("compare", table.compare.is_some())]
    {
        if !is_there {
            findings.add("table", format!("`{name}` is null"));
        }
    }
}

fn capabilities(value: Option<&Value>, findings: &mut Findings) {
    let Some(Value::Array(all)) = value else {
        return findings.add(NAME, "`capabilities` is missing, or no list");
    };
    for (index, capability) in all.iter().enumerate() {
        if !capability.as_str().is_some_and(|name| CAPABILITIES.contains(&name)) {
            findings.add(NAME, format!("`capabilities[{index}]` is none of {}", CAPABILITIES.join(", ")));
        }
        if all[..index].contains(capability) {
            findings.add(NAME, format!("`capabilities[{index}]` is there twice"));
        }
    }
}

fn is_id(id: &str) -> bool {
    let ordinary = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (2..=63).contains(&id.len())
        && id.bytes().all(|byte| ordinary(byte) || matches!(byte, b'_' | b'-'))
        && id.bytes().next().is_some_and(ordinary)
}
