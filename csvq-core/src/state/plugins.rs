//! Reading plugins with their versions.

use std::str::FromStr;

use rusqlite::types::Type;
use rusqlite::{Row, Transaction};

use super::change::Change;
use super::failure::Failure;
use super::number::count;
use super::records::{PluginRecord, VersionRecord};
use super::status::PluginStatus;
use super::time::Timestamp;
use super::{State, lifecycle};
use crate::error::Result;

/// Columns of `plugins` in the order in which [`plugin_of`] reads them.
const PLUGIN: &str = "id, display_name, status, status_before, reason, deprecation_reason, active_version, \
                      previous_version, trusted_digest, installed_at, deprecated_at, removal_at, last_used, usage_count";

/// Columns of `versions` in the order in which [`version_of`] reads them.
const VERSION: &str = "version, kind, digest, manifest, source, source_path, source_stamp, installed_at";

impl State {
    /// All installed plugins, by id.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn plugins(&self) -> Result<Vec<PluginRecord>> {
        self.inner.lasting.read(|transaction| select(transaction, "ORDER BY id", &[]))
    }

    /// An installed plugin, if there is one of this id.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn plugin(&self, id: &str) -> Result<Option<PluginRecord>> {
        self.inner.lasting.read(|transaction| Ok(select(transaction, "WHERE id = ?1", &[&id])?.pop()))
    }

    /// Says whether an administrator trusts the active version of a plugin to run in csvq's own process. Another version,
    /// or other content of it, is not trusted by that.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where no such plugin is installed,
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn set_in_process(&self, id: &str, in_process: bool) -> Result<()> {
        self.change(|change| change.set_in_process(id, in_process))
    }
}

impl Change<'_> {
    /// As [`State::plugin`], with its errors; what this change did so far is in it.
    pub fn plugin(&self, id: &str) -> Result<Option<PluginRecord>> {
        self.within(|transaction| Ok(select(transaction, "WHERE id = ?1", &[&id])?.pop()))
    }

    /// As [`State::set_in_process`], with its errors.
    pub fn set_in_process(&self, id: &str, in_process: bool) -> Result<()> {
        self.within(|transaction| {
            let changed = transaction.execute(
                "UPDATE plugins SET trusted_digest = CASE WHEN ?2 THEN (SELECT digest FROM versions \
                 WHERE versions.plugin = plugins.id AND versions.version = plugins.active_version) END WHERE id = ?1",
                (id, in_process),
            )?;
            if changed == 0 { Err(lifecycle::not_installed(id).into()) } else { Ok(()) }
        })
    }
}

/// The plugins that the end of a query selects, with their versions.
pub(super) fn select(
    transaction: &Transaction<'_>,
    selection: &str,
    values: &[&dyn rusqlite::ToSql],
) -> Result<Vec<PluginRecord>, Failure> {
    let mut plugins = transaction.prepare_cached(&format!("SELECT {PLUGIN} FROM plugins {selection}"))?;
    let mut versions =
        transaction.prepare_cached(&format!("SELECT {VERSION} FROM versions WHERE plugin = ?1 ORDER BY number"))?;
    let mut found = Vec::new();
    for plugin in plugins.query_map(values, plugin_of)? {
        let mut plugin = plugin?;
        plugin.versions = versions.query_map([&plugin.id], version_of)?.collect::<Result<_, _>>()?;
        found.push(plugin);
    }
    Ok(found)
}

fn plugin_of(row: &Row<'_>) -> rusqlite::Result<PluginRecord> {
    let status = row.get::<_, String>(2)?;
    let before = row.get::<_, Option<String>>(3)?;
    Ok(PluginRecord {
        id: row.get(0)?,
        display_name: row.get(1)?,
        status: status_of(2, &status)?,
        status_before: before.map(|before| status_of(3, &before)).transpose()?,
        reason: row.get(4)?,
        deprecation_reason: row.get(5)?,
        active_version: row.get(6)?,
        previous_version: row.get(7)?,
        trusted_digest: row.get(8)?,
        installed_at: Timestamp(row.get(9)?),
        deprecated_at: row.get::<_, Option<i64>>(10)?.map(Timestamp),
        removal_at: row.get::<_, Option<i64>>(11)?.map(Timestamp),
        last_used: row.get::<_, Option<i64>>(12)?.map(Timestamp),
        usage_count: count(row, 13)?,
        versions: Vec::new(),
    })
}

fn version_of(row: &Row<'_>) -> rusqlite::Result<VersionRecord> {
    Ok(VersionRecord {
        version: row.get(0)?,
        kind: row.get(1)?,
        digest: row.get(2)?,
        manifest: row.get(3)?,
        source: row.get(4)?,
        source_path: row.get(5)?,
        source_stamp: row.get(6)?,
        installed_at: Timestamp(row.get(7)?),
    })
}

fn status_of(column: usize, name: &str) -> rusqlite::Result<PluginStatus> {
    PluginStatus::from_str(name)
        .map_err(|message| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, message.into()))
}
