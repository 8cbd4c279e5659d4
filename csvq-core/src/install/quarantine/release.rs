//! Out of quarantine: what passes the gate again, or what someone answers for.

use std::io;

use super::{PACKAGE, SOURCE, VERSIONS, remove_folder, was_installed};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::install::journal::Journal;
use crate::install::model::InstallOptions;
use crate::install::place::{CUSTOM, Places, QUARANTINE};
use crate::install::recovery::Action;
use crate::install::source::Source;
use crate::install::work::{self, Work};
use crate::install::{Installer, Step};
use crate::package::{self, io_error, verify_as};
use crate::state::{AuditAction, PluginRecord, QuarantineEntry};

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
        let released = match was_installed(&entry) {
            true => self.bring_home(&entry, accept_findings, control),
            false => self.install_held(&entry, accept_findings, control, step),
        };
        if let Err(error) = &released {
            let line = self.line(AuditAction::QuarantineReleased, entry.plugin.as_deref().unwrap_or(name));
            self.inner.state.audit(&line.with("name", name).refused(error.message()))?;
        }
        released?;
        remove_folder(&self.places()?, name)?;
        let entry = self.inner.state.quarantine_entry(entry.number)?;
        entry.ok_or_else(|| Error::new(ErrorKind::Internal, "it is not among what was in quarantine"))
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
        let installed = self.install_from(&path, &source, &options, control, step)?;
        let line = self.line(AuditAction::QuarantineReleased, &installed.id).of_digest(&installed.digest);
        let line = line.with("name", entry.name.as_str()).with("accept_findings", accept_findings);
        self.inner.state.audit(&line).map(drop)
    }

    /// Brings a plugin back to where it was installed.
    fn bring_home(&self, entry: &QuarantineEntry, accept_findings: bool, control: &Control) -> Result<()> {
        let places = self.places()?;
        let id = entry.plugin.as_deref().unwrap_or_default();
        let plugin = self.inner.state.plugin(id)?;
        let plugin =
            plugin.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such plugin is installed").of_plugin(id))?;
        self.look_again(&places, entry, &plugin, accept_findings, control)?;
        let _lock = self.locked(&places, control)?;
        let from = format!("{QUARANTINE}/{}", entry.name);
        let failed = |error: io::Error| io_error(&places.path(&from), "bring the plugin back", &error);
        places.rename(&format!("{from}/{VERSIONS}"), &format!("{CUSTOM}/{id}")).map_err(failed)?;
        let line = self.line(AuditAction::QuarantineReleased, id).of_digest(&entry.digest);
        let line = line.with("name", entry.name.as_str()).with("accept_findings", accept_findings);
        // Cut off before this, it is brought away again when things are next recovered.
        self.inner.state.change(|change| {
            change.release_from_quarantine(entry.number, &self.by)?;
            change.release(id)?;
            change.audit(&line).map(drop)
        })?;
        let folder = places.root.descend(&from).map_err(failed)?;
        for item in folder.map(|folder| folder.items()).transpose().map_err(failed)?.into_iter().flatten() {
            let Some(name) = item.name.as_deref().and_then(|name| name.strip_prefix(SOURCE)) else { continue };
            if places.look(name).map_err(failed)?.is_none() {
                places.rename(&format!("{from}/{SOURCE}{name}"), name).map_err(failed)?;
            }
        }
        Ok(())
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
