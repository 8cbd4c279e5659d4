//! From JSON with places to the typed configuration: every setting by name, and nothing besides.

pub(super) mod fields;
mod folder;

use std::collections::{BTreeMap, HashSet};

use fields::{Fields, Reader};

use super::document::{Documents, Node};
use super::model::{
    Authentication, PluginConfig, PluginSettings, PluginSystem, Repository, RepositoryType, TrustLevel,
};
use super::policy;
use crate::error::Result;

/// No time of ours is longer: ten years, in seconds.
pub(super) const LONGEST_SECONDS: f64 = 315_360_000.0;

/// Refuses a private key that was pasted by mistake, wherever it is.
pub(super) fn refuse_private_keys(reader: &Reader<'_>) -> Result<()> {
    match reader.find_text(&|text| policy::holds_private_key(text)) {
        Some(found) => Err(found.fault(policy::PRIVATE)),
        None => Ok(()),
    }
}

/// Reads a whole document.
pub(super) fn plugin_config(documents: &Documents, root: &Node) -> Result<PluginConfig> {
    let root = Reader::root(documents, root);
    let fields = root.fields(&["plugin_system", "repositories", "plugin_settings"])?;
    Ok(PluginConfig {
        plugin_system: fields.get("plugin_system", plugin_system)?.unwrap_or_default(),
        repositories: fields.get("repositories", repositories)?.unwrap_or_default(),
        plugin_settings: fields.get("plugin_settings", plugin_settings)?.unwrap_or_default(),
    })
}

fn plugin_system(reader: &Reader<'_>) -> Result<PluginSystem> {
    let fields = reader.fields(&[
        "enabled",
        "auto_load_on_startup",
        "plugin_directory",
        "cache_directory",
        "max_concurrent_comparisons",
        "default_timeout_seconds",
        "cache_enabled",
        "cache_max_age_hours",
        "cache_max_size_mb",
    ])?;
    let default = PluginSystem::default();
    let system = PluginSystem {
        enabled: fields.get("enabled", Reader::truth)?.unwrap_or(default.enabled),
        auto_load_on_startup: fields
            .get("auto_load_on_startup", Reader::truth)?
            .unwrap_or(default.auto_load_on_startup),
        plugin_directory: fields
            .get("plugin_directory", |reader| folder::of(reader, folder::PLUGINS))?
            .unwrap_or(default.plugin_directory),
        cache_directory: fields
            .get("cache_directory", |reader| folder::of(reader, folder::CACHE))?
            .unwrap_or(default.cache_directory),
        max_concurrent_comparisons: fields
            .get("max_concurrent_comparisons", |reader| reader.whole(1, 1024))?
            .map_or(default.max_concurrent_comparisons, |count| u32::try_from(count).unwrap_or(u32::MAX)),
        default_timeout_seconds: fields
            .get("default_timeout_seconds", |reader| reader.or_null(|reader| reader.number(0.0, LONGEST_SECONDS)))?
            .flatten(),
        cache_enabled: fields.get("cache_enabled", Reader::truth)?.unwrap_or(default.cache_enabled),
        cache_max_age_hours: fields
            .get("cache_max_age_hours", |reader| reader.number(0.0, LONGEST_SECONDS / 3600.0))?
            .unwrap_or(default.cache_max_age_hours),
        cache_max_size_mb: fields
            .get("cache_max_size_mb", |reader| reader.whole(1, 1 << 30))?
            .unwrap_or(default.cache_max_size_mb),
    };
    folder::keep_apart(&fields, &system)?;
    Ok(system)
}

/// The levels of trust, by their names.
pub(super) const LEVELS: &[(&str, TrustLevel)] =
    &[("high", TrustLevel::High), ("medium", TrustLevel::Medium), ("low", TrustLevel::Low)];

/// A list of repositories, which have different names.
pub(super) fn repositories(reader: &Reader<'_>) -> Result<Vec<Repository>> {
    let mut names = HashSet::new();
    reader
        .items()?
        .iter()
        .map(|item| {
            let repository = repository(item)?;
            if names.insert(repository.name.clone()) {
                return Ok(repository);
            }
            Err(item.fault(format!("there is another repository `{}`: give it another name", repository.name)))
        })
        .collect()
}

fn repository(reader: &Reader<'_>) -> Result<Repository> {
    let fields = reader.fields(&[
        "name",
        "url",
        "type",
        "enabled",
        "auto_update",
        "update_interval_hours",
        "branch",
        "authentication",
        "trust_level",
    ])?;
    const TYPES: &[(&str, RepositoryType)] =
        &[("rest_api", RepositoryType::RestApi), ("git", RepositoryType::Git), ("local", RepositoryType::Local)];
    Ok(Repository {
        name: fields.require("name", repository_name)?,
        url: fields.require("url", url)?,
        kind: fields.or("type", None, |reader| reader.or_null(|reader| reader.one_of(TYPES)))?,
        enabled: fields.get("enabled", Reader::truth)?.unwrap_or(true),
        auto_update: fields.get("auto_update", Reader::truth)?.unwrap_or(false),
        update_interval_hours: fields.or("update_interval_hours", None, |reader| {
            reader.or_null(|reader| reader.number(0.0, LONGEST_SECONDS / 3600.0))
        })?,
        branch: fields.or("branch", None, |reader| reader.or_null(Reader::text))?,
        authentication: fields.or("authentication", None, |reader| reader.or_null(authentication))?,
        trust_level: fields.or("trust_level", None, |reader| reader.or_null(|reader| reader.one_of(LEVELS)))?,
    })
}

/// A repository's files lie in a folder of its name.
fn repository_name(reader: &Reader<'_>) -> Result<String> {
    let name = reader.text()?;
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if name.len() <= 64 && name.bytes().all(letters) && name.bytes().next().is_some_and(|byte| byte != b'.') {
        return Ok(name);
    }
    let message = "the name of a repository is at most 64 letters, digits, `.`, `_` and `-`, and begins with no dot";
    Err(reader.fault(message))
}

/// A URL without credentials: it is shown, and logged.
fn url(reader: &Reader<'_>) -> Result<String> {
    let url = reader.text()?;
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    // A name alone is how SSH wants it; over HTTP it can be a token.
    let holds_secret = |user: &str| user.contains(':') || scheme.to_ascii_lowercase().starts_with("http");
    match host.rsplit_once('@') {
        Some((user, _)) if holds_secret(user) => Err(reader.fault(
            "credentials don't belong in a URL, which is shown to people: take them out, and use `authentication`",
        )),
        _ => Ok(url),
    }
}

fn authentication(reader: &Reader<'_>) -> Result<Authentication> {
    let fields = reader.fields(&["type", "key"])?;
    fields.require("type", |reader| reader.one_of(&[("api_key", ())]))?;
    Ok(Authentication::ApiKey { key: fields.require("key", Reader::text)? })
}

fn plugin_settings(reader: &Reader<'_>) -> Result<BTreeMap<String, PluginSettings>> {
    let entry = |(name, reader): (&str, Reader<'_>)| {
        if !is_plugin_name(name) {
            return Err(reader.fault("this is no name of a plugin: write its id or its display name"));
        }
        Ok((name.to_owned(), settings(&reader.any_fields()?)?))
    };
    reader.entries()?.into_iter().map(entry).collect()
}

/// Whether a plugin can have this name: its id or its display name.
pub(super) fn is_plugin_name(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= 100 && !name.chars().any(char::is_control)
}

fn settings(fields: &Fields<'_>) -> Result<PluginSettings> {
    let enabled = fields.get("enabled", Reader::truth)?;
    let others = fields.iter().filter(|(name, _)| *name != "enabled");
    Ok(PluginSettings { enabled, parameters: others.map(|(name, node)| (name.to_owned(), node.value())).collect() })
}
