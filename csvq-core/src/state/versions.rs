//! Adding, activating and removing versions, and plugins with them.

use rusqlite::{OptionalExtension, Transaction};

use super::State;
use super::change::Change;
use super::failure::Failure;
use super::lifecycle::not_installed;
use super::quarantine::refuse_held;
use super::records::VersionRecord;
use crate::error::{Error, ErrorKind, Result};

impl State {
    /// Adds a version of a plugin and makes it the active one; the one that was active before becomes the previous one.
    /// A plugin that is new becomes active; one that is there keeps its status.
    ///
    /// # Errors
    /// [`Conflict`](crate::ErrorKind::Conflict) where that version is installed already, or its digest is in
    /// quarantine,
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn add_version(&self, id: &str, display_name: &str, version: &VersionRecord) -> Result<()> {
        self.change(|change| change.add_version(id, display_name, version))
    }

    /// Puts a version in the place of the installed one that has the same number, and makes it the active one.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where no such plugin or version is installed,
    /// [`Suspicious`](crate::ErrorKind::Suspicious) where its digest is in quarantine,
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn replace_version(&self, id: &str, display_name: &str, version: &VersionRecord) -> Result<()> {
        self.change(|change| change.replace_version(id, display_name, version))
    }

    /// Makes an installed version the active one; the one that was active before becomes the previous one. Nothing
    /// changes where it is active already.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where no such plugin or version is installed,
    /// [`Suspicious`](crate::ErrorKind::Suspicious) where its digest is in quarantine,
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn activate(&self, id: &str, version: &str) -> Result<()> {
        self.change(|change| change.activate(id, version))
    }

    /// Forgets a version that is not the active one. Gives whether it was there.
    ///
    /// # Errors
    /// [`Conflict`](crate::ErrorKind::Conflict) where it is the active one,
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn remove_version(&self, id: &str, version: &str) -> Result<bool> {
        self.change(|change| change.remove_version(id, version))
    }

    /// Forgets versions, after it made another the active one where `next` names it. Those that are not there are
    /// passed over.
    ///
    /// # Errors
    /// [`Conflict`](crate::ErrorKind::Conflict) where one of them is the active one then, or the digest of `next`
    /// is in quarantine, and [`NotFound`](crate::ErrorKind::NotFound) where `next` is not installed: then none is
    /// forgotten;
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn remove_versions<S: AsRef<str>>(&self, id: &str, versions: &[S], next: Option<&str>) -> Result<()> {
        self.change(|change| change.remove_versions(id, versions, next))
    }

    /// Forgets a plugin with all its versions; its runs stay. Gives whether it was there.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn remove_plugin(&self, id: &str) -> Result<bool> {
        self.change(|change| change.remove_plugin(id))
    }

    /// Remembers what tells whether the file that a version came from was changed since.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where no such version is installed,
    /// [`State`](crate::ErrorKind::State) where the database can't be written.
    pub fn set_source_stamp(&self, id: &str, version: &str, stamp: Option<&str>) -> Result<()> {
        self.change(|change| change.set_source_stamp(id, version, stamp))
    }
}

impl Change<'_> {
    /// As [`State::add_version`], with its errors.
    pub fn add_version(&self, id: &str, display_name: &str, version: &VersionRecord) -> Result<()> {
        self.within(|transaction| {
            if active_version(transaction, id)?.is_none() {
                transaction.execute(
                    "INSERT INTO plugins (id, display_name, status, installed_at) VALUES (?1, ?2, 'active', ?3)",
                    (id, display_name, version.installed_at.0),
                )?;
            } else if has_version(transaction, id, &version.version)? {
                let message = format!("version {} is installed already: remove it first", version.version);
                return Err(conflict(id, message).into());
            }
            let columns = (
                id,
                &version.version,
                display_name,
                &version.kind,
                &version.digest,
                &version.manifest,
                &version.source,
                &version.source_path,
                &version.source_stamp,
                version.installed_at.0,
            );
            transaction.execute(
                "INSERT INTO versions (plugin, version, display_name, kind, digest, manifest, source, source_path, \
                 source_stamp, installed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                columns,
            )?;
            make_active(transaction, id, &version.version)
        })
    }

    /// As [`State::replace_version`], with its errors.
    pub fn replace_version(&self, id: &str, display_name: &str, version: &VersionRecord) -> Result<()> {
        self.within(|transaction| {
            let active = active_version(transaction, id)?.ok_or_else(|| not_installed(id))?;
            let columns = (
                id,
                &version.version,
                display_name,
                &version.kind,
                &version.digest,
                &version.manifest,
                &version.source,
                &version.source_path,
                &version.source_stamp,
                version.installed_at.0,
            );
            let replaced = transaction.execute(
                "UPDATE versions SET display_name = ?3, kind = ?4, digest = ?5, manifest = ?6, source = ?7, \
                 source_path = ?8, source_stamp = ?9, installed_at = ?10 WHERE plugin = ?1 AND version = ?2",
                columns,
            )?;
            if replaced == 0 {
                return Err(no_version(id, &version.version).into());
            }
            refuse_held(transaction, id, &version.digest)?;
            if active.as_deref() == Some(&version.version) {
                transaction.execute("UPDATE plugins SET display_name = ?2 WHERE id = ?1", (id, display_name))?;
                return Ok(());
            }
            make_active(transaction, id, &version.version)
        })
    }

    /// As [`State::activate`], with its errors.
    pub fn activate(&self, id: &str, version: &str) -> Result<()> {
        self.within(|transaction| {
            let active = active_version(transaction, id)?.ok_or_else(|| not_installed(id))?;
            if !has_version(transaction, id, version)? {
                return Err(no_version(id, version).into());
            }
            if active.as_deref() == Some(version) { Ok(()) } else { make_active(transaction, id, version) }
        })
    }

    /// As [`State::remove_version`], with its errors.
    pub fn remove_version(&self, id: &str, version: &str) -> Result<bool> {
        self.within(|transaction| forget_version(transaction, id, version))
    }

    /// As [`State::remove_versions`], with its errors.
    pub fn remove_versions<S: AsRef<str>>(&self, id: &str, versions: &[S], next: Option<&str>) -> Result<()> {
        self.within(|transaction| {
            if let Some(next) = next {
                if !has_version(transaction, id, next)? {
                    return Err(no_version(id, next).into());
                }
                make_active(transaction, id, next)?;
            }
            versions.iter().try_for_each(|version| forget_version(transaction, id, version.as_ref()).map(drop))
        })
    }

    /// As [`State::remove_plugin`], with its errors.
    pub fn remove_plugin(&self, id: &str) -> Result<bool> {
        self.within(|transaction| {
            transaction.execute("DELETE FROM versions WHERE plugin = ?1", [id])?;
            Ok(transaction.execute("DELETE FROM plugins WHERE id = ?1", [id])? > 0)
        })
    }

    /// As [`State::set_source_stamp`], with its errors.
    pub fn set_source_stamp(&self, id: &str, version: &str, stamp: Option<&str>) -> Result<()> {
        self.within(|transaction| {
            let changed = transaction.execute(
                "UPDATE versions SET source_stamp = ?3 WHERE plugin = ?1 AND version = ?2",
                (id, version, stamp),
            )?;
            if changed == 0 { Err(no_version(id, version).into()) } else { Ok(()) }
        })
    }
}

/// Whether the plugin is there, and which version of it is active.
fn active_version(transaction: &Transaction<'_>, id: &str) -> Result<Option<Option<String>>, Failure> {
    Ok(transaction.query_row("SELECT active_version FROM plugins WHERE id = ?1", [id], |row| row.get(0)).optional()?)
}

fn has_version(transaction: &Transaction<'_>, id: &str, version: &str) -> Result<bool, Failure> {
    let mut statement = transaction.prepare_cached("SELECT 1 FROM versions WHERE plugin = ?1 AND version = ?2")?;
    Ok(statement.exists((id, version))?)
}

fn forget_version(transaction: &Transaction<'_>, id: &str, version: &str) -> Result<bool, Failure> {
    if active_version(transaction, id)?.flatten().as_deref() == Some(version) {
        let message = format!("version {version} is the active one: activate another first, or remove the plugin");
        return Err(conflict(id, message).into());
    }
    transaction
        .execute("UPDATE plugins SET previous_version = NULL WHERE id = ?1 AND previous_version = ?2", (id, version))?;
    let removed = transaction.execute("DELETE FROM versions WHERE plugin = ?1 AND version = ?2", (id, version))?;
    Ok(removed > 0)
}

fn make_active(transaction: &Transaction<'_>, id: &str, version: &str) -> Result<(), Failure> {
    let digest = "SELECT digest FROM versions WHERE plugin = ?1 AND version = ?2";
    let digest: Option<String> = transaction.query_row(digest, (id, version), |row| row.get(0)).optional()?;
    if let Some(digest) = digest {
        refuse_held(transaction, id, &digest)?;
    }
    transaction.execute(
        "UPDATE plugins SET previous_version = active_version, active_version = ?2, display_name = \
         (SELECT display_name FROM versions WHERE plugin = ?1 AND version = ?2) WHERE id = ?1",
        (id, version),
    )?;
    Ok(())
}

fn conflict(id: &str, message: String) -> Error {
    Error::new(ErrorKind::Conflict, message).of_plugin(id)
}

fn no_version(id: &str, version: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("version {version} is not installed")).of_plugin(id)
}
