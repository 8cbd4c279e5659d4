//! Quarantine: what is suspicious is brought out of reach, with what was found; and released or deleted.
//!
//! Each thing has a folder of its own in `plugins/quarantine/`: the `package` as it was laid out, or all `versions` of a
//! plugin that was installed; the file that was dropped in, as `source-…`; and `findings.json`. Nothing there is ever
//! loaded, and what is held by its digest can't come back another way, until it is released.

mod hold;
mod release;

use std::io::{self, Write};

use serde_json::Value;

use super::Installer;
use super::place::{BACKUP, Places, QUARANTINE};
use super::source::Source;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::package::folder::Folder;
use crate::package::{
    BESIDE, SIGNATURE_FILE, Staged, check_name, digest_of_files, io_error, name_beside, read_within, sha256,
};
use crate::state::{
    AuditAction, PluginRecord, PluginStatus, QuarantineEntry, QuarantineOrigin, QuarantineStatus, Timestamp,
};
use crate::trust::signature::LONGEST;

/// The package, in a folder of the quarantine.
const PACKAGE: &str = "package";
/// The versions of a plugin that was installed.
const VERSIONS: &str = "versions";
/// What was found.
const FINDINGS: &str = "findings.json";
/// What the names of files begin with that were dropped in.
const SOURCE: &str = "source-";

impl Installer {
    /// What lies in quarantine, or ever did.
    ///
    /// # Errors
    /// [`State`](ErrorKind::State).
    pub fn quarantined(&self, held_only: bool) -> Result<Vec<QuarantineEntry>> {
        self.inner.state.quarantined(held_only)
    }

    /// What lies in quarantine under a name.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) where nothing does, and [`Conflict`](ErrorKind::Conflict) where it was released
    /// or deleted.
    pub fn held(&self, name: &str) -> Result<QuarantineEntry> {
        let Some(entry) = self.inner.state.quarantine_entry_named(name)? else {
            let message = format!("there is no `{}` in quarantine", crate::package::shown(name));
            return Err(Error::new(ErrorKind::NotFound, message));
        };
        match entry.status {
            QuarantineStatus::Held => Ok(entry),
            status => {
                let message = format!("`{}` is not in quarantine any more: it was {}", entry.name, status.name());
                Err(Error::new(ErrorKind::Conflict, message))
            }
        }
    }

    /// Whether something is in quarantine that has to do with a plugin: then it is settled there.
    pub(super) fn is_held(&self, id: &str) -> Result<bool> {
        Ok(self.inner.state.quarantined(true)?.iter().any(|entry| entry.plugin.as_deref() == Some(id)))
    }

    /// Refuses what lies in quarantine already, in whatever form it comes.
    pub(super) fn refuse_held(&self, staged: &Staged, source: &Source<'_>) -> Result<()> {
        let signature = read_within(&staged.folder.join(SIGNATURE_FILE), LONGEST)?.map(|bytes| sha256(&bytes));
        let files = staged.files.iter().map(|file| file.sha256.clone()).chain([digest_of_files(&staged.files)]);
        let mut is_itself = false;
        for digest in staged.digest.clone().into_iter().chain(signature).chain(files) {
            let Some(entry) = self.inner.state.is_quarantined(&digest)? else { continue };
            if matches!(source, Source::Quarantine { number, .. } if *number == entry.number) {
                is_itself = true;
                continue;
            }
            let message = match entry.status {
                QuarantineStatus::Held => format!(
                    "these very files are in quarantine as `{}`; `csvq plugins quarantine release` lets them out",
                    entry.name
                ),
                _ => format!("these very files were deleted from quarantine, where they were as `{}`", entry.name),
            };
            let error = Error::new(ErrorKind::Suspicious, message);
            return Err(entry.plugin.iter().fold(error, |error, id| error.of_plugin(id)));
        }
        if matches!(source, Source::Quarantine { .. }) && !is_itself {
            let message = "what lies there is not what was put into quarantine: delete it";
            return Err(Error::new(ErrorKind::Package, message));
        }
        Ok(())
    }

    /// Deletes what is in quarantine. A plugin that was installed is gone with it.
    ///
    /// # Errors
    /// Those of [`Installer::held`], [`Io`](ErrorKind::Io) and [`State`](ErrorKind::State).
    pub fn delete_from_quarantine(&self, name: &str) -> Result<QuarantineEntry> {
        let places = self.places()?;
        let _lock = self.locked(&places, &Control::new())?;
        let entry = self.held(name)?;
        let subject = entry.plugin.as_deref().unwrap_or(name);
        let line = |action| self.line(action, subject).of_digest(&entry.digest).with("name", name);
        let deleted = self.inner.state.change(|change| {
            let deleted = change.delete_from_quarantine(entry.number, &self.by)?;
            // Another plugin may have taken its id meanwhile.
            if let Some(id) = entry.plugin.as_deref().filter(|_| was_installed(&entry))
                && change.plugin(id)?.is_some_and(|plugin| is_held_by(&plugin, &entry))
            {
                change.remove_plugin(id)?;
                change.audit(&line(AuditAction::PluginRemoved))?;
            }
            change.audit(&line(AuditAction::QuarantineDeleted))?;
            Ok(deleted)
        })?;
        remove_folder(&places, name)?;
        Ok(deleted)
    }

    /// Removes the folders of what is not in quarantine any more, after a crash.
    pub(super) fn settle_quarantine(&self, places: &Places) -> Result<()> {
        let failed = |error: io::Error| io_error(&places.path(QUARANTINE), "look at what is in quarantine", &error);
        let Some(folder) = places.root.descend(QUARANTINE).map_err(failed)? else { return Ok(()) };
        for name in folder.items().map_err(failed)?.into_iter().filter_map(|item| item.name) {
            let entry = self.inner.state.quarantine_entry_named(&name)?;
            match entry.map(|entry| entry.status) {
                Some(QuarantineStatus::Released) => {
                    keep_sources(places, &name)?;
                    remove_folder(places, &name)?;
                }
                Some(QuarantineStatus::Deleted) => remove_folder(places, &name)?,
                Some(QuarantineStatus::Held) | None => {}
            }
        }
        Ok(())
    }
}

/// Whether a plugin is the one that is in quarantine as this entry.
fn is_held_by(plugin: &PluginRecord, entry: &QuarantineEntry) -> bool {
    plugin.status == PluginStatus::Quarantined && plugin.versions.iter().any(|one| one.digest == entry.digest)
}

/// Whether it was an installed plugin, rather than a package that was to become one.
fn was_installed(entry: &QuarantineEntry) -> bool {
    entry.origin == QuarantineOrigin::Installed.name()
}

/// A name that nothing in quarantine has or had.
fn free_name(installer: &Installer, label: &str) -> Result<String> {
    let label: String = label
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() || "._-".contains(character) { character } else { '_' })
        .take(63)
        .collect();
    let now = Timestamp::now();
    for number in 0.. {
        let name = format!("{}-{}", label.trim_start_matches('.'), now.0.saturating_add(number));
        if installer.inner.state.quarantine_entry_named(&name)?.is_none() {
            return Ok(name);
        }
    }
    Err(Error::new(ErrorKind::Internal, "there is no free name in quarantine"))
}

/// Writes what was found.
fn write_findings(folder: &Folder, findings: &Value) -> io::Result<()> {
    if folder.look(FINDINGS)?.is_some() {
        folder.remove_file(FINDINGS)?;
    }
    let mut file = folder.create_file(FINDINGS, false)?;
    file.write_all(&serde_json::to_vec_pretty(findings)?)?;
    file.sync_all()
}

/// The files that may lie beside a lone file, and itself, by their names.
fn with_beside(name: &str) -> impl Iterator<Item = String> {
    std::iter::once(name.to_owned()).chain(BESIDE.map(|what| name_beside(name, what)))
}

/// Keeps the file that was dropped in and was not brought back, in the folder of backups.
fn keep_sources(places: &Places, name: &str) -> Result<()> {
    let from = format!("{QUARANTINE}/{name}");
    let failed = |error: io::Error| io_error(&places.path(&from), "keep the file that was dropped in", &error);
    let folder = places.root.descend(&from).map_err(failed)?;
    for item in folder.map(|folder| folder.items()).transpose().map_err(failed)?.into_iter().flatten() {
        let Some(name) = item.name.as_deref().and_then(|name| name.strip_prefix(SOURCE)) else { continue };
        places.root.ensure_folder(BACKUP).map_err(failed)?;
        let to = format!("{BACKUP}/{}", places.free_name(BACKUP, name).map_err(failed)?);
        places.rename(&format!("{from}/{SOURCE}{name}"), &to).map_err(failed)?;
    }
    Ok(())
}

/// Removes a folder of the quarantine. Its name comes from the state.
fn remove_folder(places: &Places, name: &str) -> Result<()> {
    check_name(name).map_err(|message| Error::new(ErrorKind::State, message))?;
    let failed = |error: io::Error| io_error(&places.path(&format!("{QUARANTINE}/{name}")), "remove it", &error);
    match places.root.descend(QUARANTINE).map_err(failed)? {
        Some(quarantine) => quarantine.remove_all(name).map(drop).map_err(failed),
        None => Ok(()),
    }
}
