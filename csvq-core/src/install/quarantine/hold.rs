//! Into quarantine: a package that is about to be installed, or a plugin that is.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::{FINDINGS, PACKAGE, SOURCE, VERSIONS, free_name, with_beside, write_findings};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::install::Installer;
use crate::install::journal::Move;
use crate::install::place::{CUSTOM, Places, QUARANTINE};
use crate::install::prepare::Suspicious;
use crate::install::source::{DROP_IN, Source};
use crate::install::work::Work;
use crate::package::{Manifest, Sort, io_error, sort_of};
use crate::state::{
    AuditAction, PluginRecord, PluginStatus, QuarantineEntry, QuarantineOrigin, QuarantineReason, QuarantineRecord,
    VersionRecord,
};

impl Installer {
    /// Brings a package that was laid out into quarantine, and the file that it came from, where that lies in the folder of
    /// plugins. Gives the error for whoever wanted it.
    pub(in crate::install) fn hold(
        &self,
        places: &Places,
        mut work: Work,
        path: &Path,
        source: &Source<'_>,
        suspicious: &Suspicious,
        error: Error,
    ) -> Error {
        let held = match source {
            // It lies there already.
            Source::Quarantine { .. } => Ok(None),
            _ => self.try_hold(places, &mut work, path, source, suspicious).map(Some),
        };
        work.discard(places);
        let message = match held {
            Ok(None) => return error,
            Ok(Some(name)) => format!("{}; it is in quarantine now, as `{name}`", error.message()),
            Err(other) => format!("{}; it could not be put into quarantine: {other}", error.message()),
        };
        Error::new(error.kind(), message).with_context(error.context().clone())
    }

    fn try_hold(
        &self,
        places: &Places,
        work: &mut Work,
        path: &Path,
        source: &Source<'_>,
        suspicious: &Suspicious,
    ) -> Result<String> {
        let staged = &suspicious.staged;
        let id = staged.manifest.as_ref().map(|manifest| manifest.id.clone());
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("package");
        let _lock = self.locked(places, &Control::new())?;
        let name = free_name(self, id.as_deref().unwrap_or(stem))?;
        let failed = |error: io::Error| io_error(path, "bring it into quarantine", &error);
        places.root.ensure_folder(QUARANTINE).map_err(failed)?;
        let held = work.folder.create_folder(HELD).map_err(failed)?;
        write_findings(&held, &suspicious.suspicion.findings).map_err(failed)?;
        let mut moves = Vec::new();
        if let Source::DropIn { name, .. } = source {
            for file in with_beside(name) {
                if places.look(&file).map_err(failed)?.is_some() {
                    moves.push(Move { to: work.path_of(&format!("{HELD}/{SOURCE}{file}")), from: file });
                }
            }
        }
        moves.push(Move { from: work.path_of(PACKAGE), to: work.path_of(&format!("{HELD}/{PACKAGE}")) });
        moves.push(Move { from: work.path_of(HELD), to: format!("{QUARANTINE}/{name}") });
        work.journal.quarantine = Some(name.clone());
        work.journal.moves = moves;
        work.write_journal()?;
        let moved = work.make_moves(places, &mut |_| {});
        let mut digests = suspicious.suspicion.digests.clone();
        digests.truncate(MOST_DIGESTS);
        let digest = digests.pop().or_else(|| staged.digest.clone()).unwrap_or_default();
        let record = QuarantineRecord {
            name: name.clone(),
            plugin: id.clone(),
            version: staged.manifest.as_ref().map(|manifest| manifest.version.to_string()),
            digest,
            also: digests,
            origin: match source {
                Source::DropIn { .. } => QuarantineOrigin::DropIn,
                _ => QuarantineOrigin::Install,
            },
            source_path: Some(path.display().to_string()),
            by: self.by.to_string(),
            reason: suspicious.suspicion.reason,
            findings: suspicious.suspicion.findings.clone(),
        };
        let line = self
            .line(AuditAction::Quarantined, id.as_deref().unwrap_or(stem))
            .of_digest(&record.digest)
            .because(record.reason.name())
            .with("name", name.as_str())
            .with("source_path", path.display().to_string());
        let recorded = moved.and_then(|()| {
            self.inner.state.change(|change| {
                change.quarantine(&record)?;
                change.audit(&line).map(drop)
            })
        });
        if let Err(error) = recorded {
            self.settle_own(places, work, error)?;
        }
        Ok(name)
    }

    /// Brings an installed plugin into quarantine, with all its versions and the file that it came from.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) where no such plugin is installed, [`Conflict`](ErrorKind::Conflict) where it is
    /// in quarantine already, [`Io`](ErrorKind::Io) and [`State`](ErrorKind::State).
    pub fn quarantine(
        &self,
        id: &str,
        reason: QuarantineReason,
        why: &str,
        findings: Value,
    ) -> Result<QuarantineEntry> {
        let places = self.places()?;
        let _lock = self.locked(&places, &Control::new())?;
        let plugin = self.inner.state.plugin(id)?;
        let plugin =
            plugin.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such plugin is installed").of_plugin(id))?;
        let active = plugin.active().or(plugin.versions.first());
        let digest = active.map(|version| version.digest.clone()).unwrap_or_default();
        let mut also: Vec<String> = plugin.versions.iter().flat_map(digests_of).collect();
        also.sort();
        also.dedup();
        also.retain(|other| *other != digest);
        also.truncate(MOST_DIGESTS);
        let record = QuarantineRecord {
            name: free_name(self, id)?,
            plugin: Some(id.to_owned()),
            version: active.map(|version| version.version.clone()),
            digest,
            also,
            origin: QuarantineOrigin::Installed,
            source_path: active.and_then(|version| version.source_path.clone()),
            by: self.by.to_string(),
            reason,
            findings: json!({ "why": why, "findings": findings }),
        };
        let line = self.line(AuditAction::Quarantined, id).of_digest(&record.digest).because(why);
        let line = line.with("name", record.name.as_str());
        let number = self.inner.state.change(|change| {
            change.set_status(id, PluginStatus::Quarantined, Some(why))?;
            let number = change.quarantine(&record)?;
            change.audit(&line)?;
            Ok(number)
        })?;
        let entry = self.inner.state.quarantine_entry(number)?;
        let entry = entry.ok_or_else(|| Error::new(ErrorKind::Internal, "it is not among what is in quarantine"))?;
        // From here on nobody uses it; what is not moved now is when things are next recovered.
        self.bring_away(&places, &entry)?;
        Ok(entry)
    }

    /// Brings away the files of an installed plugin that is in quarantine, as far as they are not.
    pub(super) fn bring_away(&self, places: &Places, entry: &QuarantineEntry) -> Result<()> {
        let Some(id) = &entry.plugin else { return Ok(()) };
        let target = format!("{QUARANTINE}/{}", entry.name);
        let failed = |error: io::Error| io_error(&places.path(&target), "bring the plugin into quarantine", &error);
        let installed = format!("{CUSTOM}/{id}");
        let versions = format!("{target}/{VERSIONS}");
        let mut moves = Vec::new();
        let there = |path: &str| places.look(path).map(|item| item.is_some()).map_err(failed);
        if there(&installed)? && !there(&versions)? {
            moves.push((installed, versions));
        }
        for name in self.inner.state.plugin(id)?.iter().flat_map(drop_ins) {
            for file in with_beside(&name) {
                if self.may_be_taken(&name) && there(&file)? {
                    let to = format!("{target}/{SOURCE}{file}");
                    moves.push((file, to));
                }
            }
        }
        if moves.is_empty() {
            return Ok(());
        }
        let quarantine = places.root.ensure_folder(QUARANTINE).map_err(failed)?;
        let folder = quarantine.ensure_folder(&entry.name).map_err(failed)?;
        if folder.look(FINDINGS).map_err(failed)?.is_none() {
            write_findings(&folder, &entry.findings).map_err(failed)?;
        }
        moves.iter().try_for_each(|(from, to)| places.rename(from, to)).map_err(failed)
    }
}

/// The digests by which a version is kept out: its own, and those of the code in it.
fn digests_of(version: &VersionRecord) -> Vec<String> {
    let manifest = Manifest::read(version.manifest.as_bytes(), &version.version).ok();
    let files = manifest.into_iter().flat_map(|manifest| manifest.files);
    let is_code = |path: &str| matches!(sort_of(path), Some(Sort::Library | Sort::Python));
    let code = files.filter(|file| is_code(&file.path)).map(|file| file.sha256);
    std::iter::once(version.digest.clone()).chain(code).collect()
}

/// The most files by whose digests something is kept out.
const MOST_DIGESTS: usize = 64;

/// What is being made for the quarantine, in a transaction's folder.
const HELD: &str = "quarantined";

/// The files in the folder of plugins that a plugin came from.
fn drop_ins(plugin: &PluginRecord) -> Vec<String> {
    let versions = plugin.versions.iter().filter(|version| version.source == DROP_IN);
    let mut names: Vec<String> = versions.filter_map(|version| version.source_path.clone()).collect();
    names.sort();
    names.dedup();
    names
}
