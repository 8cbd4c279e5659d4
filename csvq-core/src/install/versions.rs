//! Which of the installed versions is used.

use super::Installer;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::package;
use crate::state::AuditAction;

impl Installer {
    /// Makes an installed version the active one, after all its files were checked.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) where no such plugin or version is installed; [`Package`](ErrorKind::Package)
    /// where its files are not those that were installed; [`Io`](ErrorKind::Io); [`State`](ErrorKind::State).
    pub fn activate(&self, id: &str, version: &str) -> Result<()> {
        self.activate_as(id, version, AuditAction::PluginActivated)
    }

    fn activate_as(&self, id: &str, version: &str, action: AuditAction) -> Result<()> {
        let done = self.try_activate(id, version, action);
        if let Err(error) = &done
            && error.kind() != ErrorKind::State
        {
            self.inner.state.audit(&self.line(action, id).of_version(version).refused(error.message()))?;
        }
        done
    }

    fn try_activate(&self, id: &str, version: &str, action: AuditAction) -> Result<()> {
        let places = self.places()?;
        let _lock = self.locked(&places, &Control::new())?;
        let plugin = self.inner.state.plugin(id)?;
        let plugin =
            plugin.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such plugin is installed").of_plugin(id))?;
        let record = plugin.version(version).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("version {version} is not installed")).of_plugin(id)
        })?;
        package::verify_as(&self.folder(id, version), &record.digest)?;
        let line = self.line(action, id).of_version(version).of_digest(&record.digest);
        self.inner.state.change(|change| {
            change.activate(id, version)?;
            change.audit(&line).map(drop)
        })
    }

    /// Goes back to the version that was active before, and gives it. Once more, and it is the one from which it went
    /// back.
    ///
    /// # Errors
    /// Those of [`Installer::activate`], and [`Conflict`](ErrorKind::Conflict) where there is no version before.
    pub fn rollback(&self, id: &str) -> Result<String> {
        let plugin = self.inner.state.plugin(id)?;
        let plugin =
            plugin.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such plugin is installed").of_plugin(id))?;
        let previous = plugin.previous_version.ok_or_else(|| {
            Error::new(ErrorKind::Conflict, "there is no version before the active one").of_plugin(id)
        })?;
        self.activate_as(id, &previous, AuditAction::PluginRolledBack)?;
        Ok(previous)
    }
}
