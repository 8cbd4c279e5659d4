//! Into quarantine: a package that is about to be installed, or a plugin that is.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::{PACKAGE, SOURCE, VERSIONS, free_name, with_beside, write_findings};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::install::journal::{Journal, Move};
use crate::install::place::{CUSTOM, Places, QUARANTINE};
use crate::install::prepare::Suspicious;
use crate::install::recovery::Action;
use crate::install::source::{DROP_IN, Source};
use crate::install::work::Work;
use crate::install::{Installer, Step};
use crate::package::{Manifest, check_name, io_error};
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
        if let Source::DropIn { name, digest, .. } = source
            && self.is_still(places, name, digest)
        {
            for file in with_beside(name) {
                if places.look(&file).map_err(failed)?.is_some() {
                    moves.push(Move { to: work.path_of(&format!("{HELD}/{SOURCE}{file}")), from: file });
                }
            }
        }
        moves.push(Move { from: work.path_of(PACKAGE), to: work.path_of(&format!("{HELD}/{PACKAGE}")) });
        moves.push(Move { from: work.path_of(HELD), to: format!("{QUARANTINE}/{name}") });
        self.begin_hold(work, id.clone(), &name, moves)?;
        let installed = id.as_deref().map(|id| self.inner.state.plugin(id)).transpose()?.flatten();
        let record = self.record_of(&name, path, source, suspicious, installed.is_some());
        // What is installed already and is the same is as suspicious.
        let same = installed.filter(|plugin| {
            let held = |digest: &String| record.digest == *digest || record.also.contains(digest);
            plugin.status.is_usable() && plugin.active().is_some_and(|version| digests_of(version).iter().any(held))
        });
        let line = self
            .line(AuditAction::Quarantined, id.as_deref().unwrap_or(stem))
            .of_digest(&record.digest)
            .because(record.reason.name())
            .with("name", name.as_str())
            .with("source_path", path.display().to_string());
        let moved = work.make_moves(places, &mut |_| {});
        let recorded = moved.and_then(|()| {
            self.inner.state.change(|change| {
                if let Some(plugin) = &same {
                    change.set_status(&plugin.id, PluginStatus::Quarantined, Some(record.reason.name()))?;
                }
                change.quarantine(&record)?;
                change.audit(&line).map(drop)
            })
        });
        if let Err(error) = recorded {
            self.settle_own(places, work, error)?;
        }
        Ok(name)
    }

    /// What the state is told of a package that goes into quarantine.
    fn record_of(
        &self,
        name: &str,
        path: &Path,
        source: &Source<'_>,
        suspicious: &Suspicious,
        is_update: bool,
    ) -> QuarantineRecord {
        let Suspicious { suspicion, staged } = suspicious;
        let mut digests = suspicion.digests.clone();
        digests.truncate(MOST_DIGESTS);
        let manifest = staged.manifest.as_ref();
        QuarantineRecord {
            name: name.to_owned(),
            plugin: manifest.map(|manifest| manifest.id.clone()),
            version: manifest.map(|manifest| manifest.version.to_string()),
            digest: if digests.is_empty() { staged.digest.clone().unwrap_or_default() } else { digests.remove(0) },
            also: digests,
            origin: match source {
                Source::DropIn { .. } => QuarantineOrigin::DropIn,
                _ if is_update => QuarantineOrigin::Update,
                _ => QuarantineOrigin::Install,
            },
            source_path: Some(path.display().to_string()),
            by: self.by.to_string(),
            reason: suspicion.reason,
            findings: suspicion.findings.clone(),
        }
    }

    /// Writes down what is about to be moved into quarantine.
    fn begin_hold(&self, work: &mut Work, id: Option<String>, name: &str, moves: Vec<Move>) -> Result<()> {
        work.journal.action = Action::Quarantine;
        work.journal.id = id;
        work.journal.quarantine = Some(name.to_owned());
        work.journal.moves = moves;
        work.write_journal()
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
        step: &mut dyn FnMut(Step),
    ) -> Result<QuarantineEntry> {
        let places = self.places()?;
        let _lock = self.locked(&places, &Control::new())?;
        let plugin = self.inner.state.plugin(id)?;
        let plugin =
            plugin.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such plugin is installed").of_plugin(id))?;
        if plugin.status == PluginStatus::Quarantined {
            return Err(Error::new(ErrorKind::Conflict, "it is in quarantine already").of_plugin(id));
        }
        let mut work = Work::create(&places, Journal::new(Action::Quarantine, String::new()))?;
        step(Step::Begun);
        let held = self.try_quarantine(&places, &mut work, &plugin, reason, why, findings, step);
        work.discard(&places);
        held
    }

    #[expect(clippy::too_many_arguments, reason = "it is the second half of one function")]
    fn try_quarantine(
        &self,
        places: &Places,
        work: &mut Work,
        plugin: &PluginRecord,
        reason: QuarantineReason,
        why: &str,
        findings: Value,
        step: &mut dyn FnMut(Step),
    ) -> Result<QuarantineEntry> {
        let id = plugin.id.as_str();
        check_name(id).map_err(|message| Error::new(ErrorKind::State, message).of_plugin(id))?;
        let active = plugin.active().or(plugin.versions.first());
        let digest = active.map(|version| version.digest.clone()).unwrap_or_default();
        let versions = plugin.versions.iter().map(|version| version.digest.clone());
        let mut also: Vec<String> = versions.chain(plugin.versions.iter().flat_map(digests_of)).collect();
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
        let moves = self.moves_of_plugin(places, work, plugin, &record)?;
        self.begin_hold(work, Some(id.to_owned()), &record.name, moves)?;
        step(Step::Journaled);
        let line = self.line(AuditAction::Quarantined, id).of_digest(&record.digest).because(why);
        let line = line.with("name", record.name.as_str());
        let moved = work.make_moves(places, &mut |_| step(Step::MovedAway));
        let recorded = moved.and_then(|()| {
            self.inner.state.change(|change| {
                change.set_status(id, PluginStatus::Quarantined, Some(why))?;
                change.quarantine(&record)?;
                change.audit(&line).map(drop)
            })
        });
        if let Err(error) = recorded {
            self.settle_own(places, work, error)?;
        }
        step(Step::Recorded);
        self.held(&record.name)
    }

    /// The renames that bring a plugin away: its versions, and what was dropped in and is as it was taken in.
    fn moves_of_plugin(
        &self,
        places: &Places,
        work: &Work,
        plugin: &PluginRecord,
        record: &QuarantineRecord,
    ) -> Result<Vec<Move>> {
        let failed = |error: io::Error| io_error(work.folder.path(), "bring the plugin into quarantine", &error);
        places.root.ensure_folder(QUARANTINE).map_err(failed)?;
        let held = work.folder.create_folder(HELD).map_err(failed)?;
        write_findings(&held, &record.findings).map_err(failed)?;
        let mut moves = vec![(format!("{CUSTOM}/{}", plugin.id), VERSIONS.to_owned())];
        for name in drop_ins(plugin) {
            if self.may_be_taken(&name) && self.is_as_taken(places, &name, &name) {
                moves.extend(with_beside(&name).map(|file| (file.clone(), format!("{SOURCE}{file}"))));
            }
        }
        let mut there = Vec::new();
        for (from, to) in moves {
            if places.look(&from).map_err(failed)?.is_some() {
                there.push(Move { from, to: work.path_of(&format!("{HELD}/{to}")) });
            }
        }
        there.push(Move { from: work.path_of(HELD), to: format!("{QUARANTINE}/{}", record.name) });
        Ok(there)
    }
}

/// The digests by which a version is kept out: its own, and that of the file that is loaded. Others may be someone else's,
/// too.
fn digests_of(version: &VersionRecord) -> Vec<String> {
    let manifest = Manifest::read(version.manifest.as_bytes(), &version.version).ok();
    let entry = manifest.as_ref().and_then(|manifest| {
        let file = manifest.file(manifest.entry_file().ok()?)?;
        (file.size > 0).then(|| file.sha256.clone())
    });
    std::iter::once(version.digest.clone()).chain(entry).collect()
}

/// The most files by whose digests something is kept out.
const MOST_DIGESTS: usize = 500;

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
