//! A plugin's way through its lifecycle, and how much it is used.

use rusqlite::Transaction;

use super::State;
use super::change::Change;
use super::failure::Failure;
use super::plugins::select;
use super::quarantine::refuse_held;
use super::records::PluginRecord;
use super::status::PluginStatus;
use super::time::Timestamp;
use crate::error::{Error, ErrorKind, Result};

/// Days from deprecation to removal where nobody says otherwise.
pub const DEFAULT_REMOVAL_DAYS: u32 = 90;

impl State {
    /// Gives a plugin another status, and gives back the one before. Which may follow which is in the table of
    /// [`PluginStatus`]. A plugin that becomes active is no longer deprecated.
    ///
    /// # Errors
    /// [`Conflict`](crate::ErrorKind::Conflict) where the status may not follow, with those that may, or the plugin
    /// would become usable and its digest is in quarantine;
    /// [`NotFound`](crate::ErrorKind::NotFound) where no such plugin is installed;
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn set_status(&self, id: &str, status: PluginStatus, reason: Option<&str>) -> Result<PluginStatus> {
        self.change(|change| change.set_status(id, status, reason))
    }

    /// Makes a plugin usable again that is disabled or pending removal: deprecated where it was, else active. Nothing
    /// changes where it is usable. Gives the status it has now.
    ///
    /// # Errors
    /// [`Conflict`](crate::ErrorKind::Conflict) where it, or the digest of its active version, is quarantined;
    /// [`NotFound`](crate::ErrorKind::NotFound) where no such plugin is installed;
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn enable(&self, id: &str) -> Result<PluginStatus> {
        self.change(|change| change.enable(id))
    }

    /// Lets a plugin out of quarantine: deprecated where it was, else active. Gives the status it has now.
    ///
    /// # Errors
    /// [`Conflict`](crate::ErrorKind::Conflict) where it is not quarantined, or the digest of its active version
    /// still is: [`release_from_quarantine`](State::release_from_quarantine) comes first;
    /// [`NotFound`](crate::ErrorKind::NotFound) where no such plugin is installed;
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn release(&self, id: &str) -> Result<PluginStatus> {
        self.change(|change| change.release(id))
    }

    /// Deprecates a plugin, to be removed after so many days. One that is disabled stays so, and is deprecated once it
    /// is enabled again. Deprecating again renews reason and days.
    ///
    /// # Errors
    /// [`Conflict`](crate::ErrorKind::Conflict) where it is quarantined or pending removal;
    /// [`NotFound`](crate::ErrorKind::NotFound) where no such plugin is installed;
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn deprecate(&self, id: &str, reason: &str, removal_days: u32) -> Result<()> {
        self.change(|change| change.deprecate(id, reason, removal_days))
    }

    /// The plugins that are pending removal, and those whose day of removal has come; by id.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn due_for_removal(&self, now: Timestamp) -> Result<Vec<PluginRecord>> {
        let selection = "WHERE status = 'pending_removal' OR removal_at <= ?1 ORDER BY id";
        self.inner.lasting.read(|transaction| select(transaction, selection, &[&now.0]))
    }

    /// The plugins that were not used for so many days; by id. For one that was never used, the days count from its
    /// installation.
    ///
    /// The guide asks for a usage count of zero besides, and so never finds a plugin that was used once and then
    /// forgotten; here it is found.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be read.
    pub fn unused(&self, days: u32, now: Timestamp) -> Result<Vec<PluginRecord>> {
        let selection = "WHERE coalesce(last_used, installed_at) <= ?1 ORDER BY id";
        self.inner.lasting.read(|transaction| select(transaction, selection, &[&now.minus_days(days).0]))
    }

    /// Counts one use of a plugin. Gives whether such a plugin is installed; the built-in ones are not.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn record_usage(&self, id: &str, now: Timestamp) -> Result<bool> {
        self.inner.passing.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "UPDATE plugins SET usage_count = usage_count + 1, last_used = max(coalesce(last_used, ?2), ?2) \
                 WHERE id = ?1",
            )?;
            Ok(statement.execute((id, now.0))? > 0)
        })
    }
}

impl Change<'_> {
    /// As [`State::set_status`], with its errors.
    pub fn set_status(&self, id: &str, status: PluginStatus, reason: Option<&str>) -> Result<PluginStatus> {
        self.within(|transaction| {
            let plugin = installed(transaction, id)?;
            if !plugin.status.may_become(status) {
                return Err(refused(&plugin, status).into());
            }
            change(transaction, &plugin, status, reason)?;
            Ok(plugin.status)
        })
    }

    /// As [`State::enable`], with its errors.
    pub fn enable(&self, id: &str) -> Result<PluginStatus> {
        self.within(|transaction| {
            let plugin = installed(transaction, id)?;
            match plugin.status {
                PluginStatus::Quarantined => Err(refused(&plugin, PluginStatus::Active).into()),
                usable if usable.is_usable() => Ok(usable),
                _ => resume(transaction, &plugin),
            }
        })
    }

    /// As [`State::release`], with its errors.
    pub fn release(&self, id: &str) -> Result<PluginStatus> {
        self.within(|transaction| {
            let plugin = installed(transaction, id)?;
            if plugin.status != PluginStatus::Quarantined {
                let message = format!("it is {}, and only what is quarantined can be released", plugin.status);
                return Err(Error::new(ErrorKind::Conflict, message).of_plugin(id).into());
            }
            resume(transaction, &plugin)
        })
    }

    /// As [`State::deprecate`], with its errors.
    pub fn deprecate(&self, id: &str, reason: &str, removal_days: u32) -> Result<()> {
        let now = Timestamp::now();
        self.within(|transaction| {
            let plugin = installed(transaction, id)?;
            match plugin.status {
                PluginStatus::Disabled => {}
                PluginStatus::PendingRemoval => return Err(refused(&plugin, PluginStatus::Deprecated).into()),
                status if status.may_become(PluginStatus::Deprecated) => {
                    change(transaction, &plugin, PluginStatus::Deprecated, Some(reason))?;
                }
                _ => return Err(refused(&plugin, PluginStatus::Deprecated).into()),
            }
            transaction.execute(
                "UPDATE plugins SET deprecated_at = ?2, removal_at = ?3, deprecation_reason = ?4 WHERE id = ?1",
                (id, now.0, now.plus_days(removal_days).0, reason),
            )?;
            Ok(())
        })
    }
}

fn installed(transaction: &Transaction<'_>, id: &str) -> Result<PluginRecord, Failure> {
    Ok(select(transaction, "WHERE id = ?1", &[&id])?.pop().ok_or_else(|| not_installed(id))?)
}

/// Back to use: deprecated where it was, else active.
fn resume(transaction: &Transaction<'_>, plugin: &PluginRecord) -> Result<PluginStatus, Failure> {
    let (status, reason) = match plugin.deprecated_at {
        Some(_) => (PluginStatus::Deprecated, plugin.deprecation_reason.as_deref()),
        None => (PluginStatus::Active, None),
    };
    change(transaction, plugin, status, reason)?;
    Ok(status)
}

/// Writes the status and what goes with it.
fn change(
    transaction: &Transaction<'_>,
    plugin: &PluginRecord,
    status: PluginStatus,
    reason: Option<&str>,
) -> Result<(), Failure> {
    if let Some(version) = plugin.active().filter(|_| status.is_usable() && !plugin.status.is_usable()) {
        refuse_held(transaction, &plugin.id, &version.digest)?;
    }
    let before = if plugin.status == status { plugin.status_before } else { Some(plugin.status) };
    transaction.execute(
        "UPDATE plugins SET status = ?2, status_before = ?3, reason = ?4 WHERE id = ?1",
        (&plugin.id, status.name(), before.map(PluginStatus::name), reason),
    )?;
    match status {
        PluginStatus::Active => transaction.execute(
            "UPDATE plugins SET deprecated_at = NULL, removal_at = NULL, deprecation_reason = NULL WHERE id = ?1",
            [&plugin.id],
        )?,
        PluginStatus::Deprecated => transaction.execute(
            "UPDATE plugins SET deprecated_at = coalesce(deprecated_at, ?2), deprecation_reason = ?3 WHERE id = ?1",
            (&plugin.id, Timestamp::now().0, reason),
        )?,
        _ => 0,
    };
    Ok(())
}

pub(super) fn not_installed(id: &str) -> Error {
    Error::new(ErrorKind::NotFound, "no such plugin is installed").of_plugin(id)
}

fn refused(plugin: &PluginRecord, wanted: PluginStatus) -> Error {
    let mut message =
        format!("it is {}, and can't become {wanted}; it can become: {}", plugin.status, plugin.status.followers());
    if plugin.status == PluginStatus::Quarantined && wanted == PluginStatus::Active {
        message.push_str(" (release it from quarantine to make it active)");
    }
    Error::new(ErrorKind::Conflict, message).of_plugin(&plugin.id)
}
