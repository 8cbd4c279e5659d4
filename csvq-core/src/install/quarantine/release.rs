//! Out of quarantine: what passes the gate again, or what someone answers for.

use std::io;

use super::{PACKAGE, SOURCE, VERSIONS, was_installed};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::install::gate::Candidate;
use crate::install::journal::{Journal, Move};
use crate::install::model::InstallOptions;
use crate::install::place::{BACKUP, CUSTOM, Places, QUARANTINE};
use crate::install::recovery::Action;
use crate::install::source::Source;
use crate::install::work::{self, Work};
use crate::install::{Installer, Step};
use crate::package::{self, io_error, verify_as};
use crate::state::{AuditAction, AuditRecord, PluginRecord, PluginStatus, QuarantineEntry};

impl Installer {
    /// Lets something out of quarantine that passes the gate now, and installs it. `accept_findings` says that whoever
    /// releases it stands by what a scan finds in it; signatures are checked in any case.
    ///
    /// # Errors
    /// Those of [`Installer::held`]; those of the gate, of the trial and of an installation: then it stays where it is.
    pub fn release_from_quarantine(
        &self,
        name: &str,
        accept_findings: bool,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<QuarantineEntry> {
        let entry = self.held(name)?;
        let path = self.places()?.path(&format!("{QUARANTINE}/{name}"));
        let candidate = Candidate { path: &path, source: "", size: None };
        self.inner.gate.policy(&candidate).map_err(|refusal| refusal.error)?;
        let released = match was_installed(&entry) {
            true => self.bring_home(&entry, accept_findings, control, step),
            false => self.install_held(&entry, accept_findings, control, step),
        };
        let released = released.map_err(|error| match error.kind() {
            ErrorKind::Suspicious if !accept_findings => with_a_way_on(error),
            _ => error,
        });
        if let Err(error) = &released {
            let line = self.line(AuditAction::QuarantineReleased, entry.plugin.as_deref().unwrap_or(name));
            self.inner.state.audit(&line.with("name", name).refused(error.message()))?;
        }
        released?;
        // What can't be removed now is when things are next recovered.
        if let Err(error) = self.settle_released() {
            tracing::warn!(name, "the folder in quarantine can't be removed: {error}");
        }
        let entry = self.inner.state.quarantine_entry(entry.number)?;
        entry.ok_or_else(|| Error::new(ErrorKind::Internal, "it is not among what was in quarantine"))
    }

    /// Removes the folder of what was let out.
    fn settle_released(&self) -> Result<()> {
        let places = self.places()?;
        let _lock = self.locked(&places, &Control::new())?;
        self.settle_quarantine(&places)
    }

    /// Installs a package that was held before it was installed.
    fn install_held(
        &self,
        entry: &QuarantineEntry,
        accept_findings: bool,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<()> {
        let places = self.places()?;
        let path = places.path(&format!("{QUARANTINE}/{}/{PACKAGE}", entry.name));
        let options = InstallOptions { source_path: entry.source_path.clone(), ..InstallOptions::default() };
        let source = Source::Quarantine { number: entry.number, accept_findings };
        self.install_from(&path, &source, &options, control, step).map(drop)
    }

    /// Brings a plugin back to where it was installed.
    fn bring_home(
        &self,
        entry: &QuarantineEntry,
        accept_findings: bool,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<()> {
        let places = self.places()?;
        let id = entry.plugin.as_deref().unwrap_or_default();
        let plugin = self.inner.state.plugin(id)?;
        let plugin =
            plugin.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such plugin is installed").of_plugin(id))?;
        if plugin.status != PluginStatus::Quarantined {
            let message = format!("it is {}, and only what is quarantined can be released", plugin.status);
            return Err(Error::new(ErrorKind::Conflict, message).of_plugin(id));
        }
        self.look_again(&places, entry, &plugin, accept_findings, control)?;
        let _lock = self.locked(&places, control)?;
        let mut work = Work::create(&places, Journal::new(Action::Release, String::new()))?;
        let released = self.try_bring_home(&places, &mut work, entry, id, accept_findings, step);
        work.discard(&places);
        released
    }

    fn try_bring_home(
        &self,
        places: &Places,
        work: &mut Work,
        entry: &QuarantineEntry,
        id: &str,
        accept_findings: bool,
        step: &mut dyn FnMut(Step),
    ) -> Result<()> {
        let from = format!("{QUARANTINE}/{}", entry.name);
        let failed = |error: io::Error| io_error(&places.path(&from), "bring the plugin back", &error);
        let mut moves = vec![Move { from: format!("{from}/{VERSIONS}"), to: format!("{CUSTOM}/{id}") }];
        let folder = places.root.descend(&from).map_err(failed)?;
        for item in folder.map(|folder| folder.items()).transpose().map_err(failed)?.into_iter().flatten() {
            let Some(name) = item.name.as_deref().and_then(|name| name.strip_prefix(SOURCE)) else { continue };
            let to = match places.look(name).map_err(failed)? {
                None => name.to_owned(),
                // Someone put another there, and may want either.
                Some(_) => {
                    places.root.ensure_folder(BACKUP).map_err(failed)?;
                    format!("{BACKUP}/{}", places.free_name(BACKUP, name).map_err(failed)?)
                }
            };
            moves.push(Move { from: format!("{from}/{SOURCE}{name}"), to });
        }
        work.journal.id = Some(id.to_owned());
        work.journal.quarantine = Some(entry.name.clone());
        work.journal.moves = moves;
        work.write_journal()?;
        step(Step::Journaled);
        let line = self.released(entry, id, accept_findings);
        let moved = work.make_moves(places, &mut |_| step(Step::Placed));
        let recorded = moved.and_then(|()| {
            self.inner.state.change(|change| {
                change.release_from_quarantine(entry.number, &self.by)?;
                change.release(id)?;
                change.audit(&line).map(drop)
            })
        });
        if let Err(error) = recorded {
            self.settle_own(places, work, error)?;
        }
        step(Step::Recorded);
        Ok(())
    }

    /// The line about something that was let out.
    pub(in crate::install) fn released(&self, entry: &QuarantineEntry, id: &str, accept_findings: bool) -> AuditRecord {
        let line = self.line(AuditAction::QuarantineReleased, id).of_digest(&entry.digest);
        line.with("name", entry.name.as_str()).with("accept_findings", accept_findings)
    }

    /// Has every version of a plugin in quarantine checked as if it were installed now.
    fn look_again(
        &self,
        places: &Places,
        entry: &QuarantineEntry,
        plugin: &PluginRecord,
        accept_findings: bool,
        control: &Control,
    ) -> Result<()> {
        let versions = places.path(&format!("{QUARANTINE}/{}/{VERSIONS}", entry.name));
        for version in &plugin.versions {
            let path = versions.join(&version.version);
            verify_as(&path, &version.digest).map_err(|error| error.of_plugin(&plugin.id))?;
            let work = {
                let _lock = self.locked(places, control)?;
                Work::create(places, Journal::new(Action::Install, path.display().to_string()))?
            };
            let failed = |error: io::Error| io_error(work.folder.path(), "stage the package", &error);
            let passed = work.folder.create_folder(work::PACKAGE).map_err(failed).and_then(|folder| {
                let staged = package::stage(&path, folder.path(), &self.inner.limits, control)?;
                self.inner.gate.signature(&staged).map_err(|refusal| refusal.error)?;
                match accept_findings {
                    true => Ok(()),
                    false => self.inner.gate.scan(&staged, control).map_err(|refusal| refusal.error),
                }
            });
            work.discard(places);
            passed?;
        }
        Ok(())
    }
}

/// The error for whoever releases what a scan still flags, with the way on.
fn with_a_way_on(error: Error) -> Error {
    let message = format!("{}; `--accept-findings` releases it all the same", error.message());
    Error::new(error.kind(), message).with_context(error.context().clone())
}
