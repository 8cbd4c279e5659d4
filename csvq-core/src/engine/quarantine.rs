//! What is suspicious, and what becomes of it.

use serde_json::Value;

use super::Engine;
use crate::access::Caller;
use crate::config::Permission;
use crate::control::Control;
use crate::error::Result;
use crate::install::Step;
use crate::state::{QuarantineEntry, QuarantineReason};

impl Engine {
    /// What lies in quarantine; or with `all`, also what did.
    ///
    /// # Errors
    /// [`State`](crate::ErrorKind::State).
    pub fn quarantined(&self, _: &Caller, all: bool) -> Result<Vec<QuarantineEntry>> {
        self.opened()?.installer.quarantined(!all)
    }

    /// Puts an installed plugin into quarantine, with all its versions.
    ///
    /// # Errors
    /// [`Denied`](crate::ErrorKind::Denied) for who may not manage security, [`NotFound`](crate::ErrorKind::NotFound),
    /// [`Conflict`](crate::ErrorKind::Conflict) where it is there already or built in.
    pub fn quarantine(&self, caller: &Caller, name: &str, why: &str) -> Result<QuarantineEntry> {
        let id = self.installed_id(name)?;
        self.allow(caller, Permission::ManageSecurity, &id)?;
        let installer = self.opened()?.installer.on_behalf_of(caller.name());
        let entry = installer.quarantine(&id, QuarantineReason::ByHand, why, Value::Null, &mut |_| {})?;
        self.changed(&id)?;
        Ok(entry)
    }

    /// Lets something out of quarantine that passes the checks of an installation now, and installs it. With
    /// `accept_findings`, what a scan finds is no hindrance.
    ///
    /// # Errors
    /// [`Denied`](crate::ErrorKind::Denied) for who may not manage security, [`NotFound`](crate::ErrorKind::NotFound), and
    /// those of [`Engine::install`]: then it stays where it is.
    pub fn release(
        &self,
        caller: &Caller,
        name: &str,
        accept_findings: bool,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<QuarantineEntry> {
        self.allow(caller, Permission::ManageSecurity, name)?;
        let installer = self.opened()?.installer.on_behalf_of(caller.name());
        let entry = installer.release_from_quarantine(name, accept_findings, control, step)?;
        self.ensure_loaded()?;
        self.changed(entry.plugin.as_deref().unwrap_or_default())?;
        Ok(entry)
    }

    /// Deletes something that lies in quarantine. The same files are not let in again.
    ///
    /// # Errors
    /// [`Denied`](crate::ErrorKind::Denied) for who may not manage security, [`NotFound`](crate::ErrorKind::NotFound).
    pub fn delete_quarantined(&self, caller: &Caller, name: &str) -> Result<QuarantineEntry> {
        self.allow(caller, Permission::ManageSecurity, name)?;
        let entry = self.opened()?.installer.on_behalf_of(caller.name()).delete_from_quarantine(name)?;
        self.ensure_loaded()?;
        self.changed(entry.plugin.as_deref().unwrap_or_default())?;
        Ok(entry)
    }
}
