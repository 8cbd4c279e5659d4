//! What everyone did: who may do what, and the audit log of it.

use std::io::Write;

use super::Engine;
use crate::access::Caller;
use crate::config::{Edited, Permission, SettingPath};
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::LoadError;
use crate::state::{AuditAction, AuditCheck, AuditEntry, AuditFilter, AuditForm, AuditRecord, Change, Timestamp};

/// How long the same refusal of the same plugin is not written down again, in days.
const ONCE_IN_DAYS: u32 = 1;

impl Engine {
    /// Lines of the audit log.
    ///
    /// # Errors
    /// [`Denied`](ErrorKind::Denied) for who may not view logs, [`State`](ErrorKind::State).
    pub fn audit_log(&self, caller: &Caller, filter: &AuditFilter) -> Result<Vec<AuditEntry>> {
        self.allow(caller, Permission::ViewLogs, "the audit log")?;
        self.opened()?.state.audit_log(filter)
    }

    /// Writes lines of the audit log out, one JSON object a line, and gives how many those were. That it was done is a
    /// line, too.
    ///
    /// # Errors
    /// [`Denied`](ErrorKind::Denied) for who may not view logs, [`Io`](ErrorKind::Io), [`State`](ErrorKind::State).
    pub fn export_audit(&self, caller: &Caller, filter: &AuditFilter, to: &mut dyn Write) -> Result<u64> {
        self.allow(caller, Permission::ViewLogs, "the audit log")?;
        let state = &self.opened()?.state;
        state.audit(&AuditRecord::new(caller.name(), AuditAction::AuditExported, "the audit log"))?;
        state.export_audit(filter, to, AuditForm::NdJson)
    }

    /// Checks that nobody changed the audit log.
    ///
    /// # Errors
    /// [`Denied`](ErrorKind::Denied) for who may not view logs, [`State`](ErrorKind::State).
    pub fn verify_audit(&self, caller: &Caller) -> Result<AuditCheck> {
        self.allow(caller, Permission::ViewLogs, "the audit log")?;
        self.opened()?.state.verify_audit()
    }

    /// Lets go of lines of the audit log that are older than this.
    ///
    /// # Errors
    /// [`Denied`](ErrorKind::Denied) for who may not manage security, [`State`](ErrorKind::State).
    pub fn forget_audit(&self, caller: &Caller, older_than: Timestamp) -> Result<u64> {
        self.allow(caller, Permission::ManageSecurity, "the audit log")?;
        self.opened()?.state.forget_audit(older_than, caller.name())
    }

    /// Refuses what a caller may not do, and writes that down. Without a home there is nothing to be refused.
    pub(super) fn allow(&self, caller: &Caller, permission: Permission, subject: &str) -> Result<()> {
        let allowed = caller.require(permission);
        if let (Err(error), Some(opened)) = (&allowed, &self.shared.home) {
            let line = AuditRecord::new(caller.name(), AuditAction::AccessRefused, subject);
            opened.state.audit(&line.refused(error.message()).with("permission", permission.name()))?;
        }
        allowed
    }

    /// Makes a change of a plugin, and the line about it with it; where it is refused, there is a line about that.
    pub(super) fn record_change(
        &self,
        caller: &Caller,
        action: AuditAction,
        id: &str,
        why: Option<&str>,
        change: impl FnOnce(&Change<'_>) -> Result<()>,
    ) -> Result<()> {
        let line = AuditRecord::new(caller.name(), action, id);
        let line = match why {
            Some(why) => line.because(why),
            None => line,
        };
        let state = &self.opened()?.state;
        let done = state.change(|within| {
            change(within)?;
            within.audit(&line).map(drop)
        });
        if let Err(error) = &done
            && error.kind() != ErrorKind::State
        {
            state.audit(&line.refused(error.message()))?;
        }
        done
    }

    /// Writes down that someone changed a setting. Its value may be a secret.
    pub(super) fn note_setting(&self, caller: &Caller, path: &SettingPath, edited: &Edited) -> Result<()> {
        if !edited.changed {
            return Ok(());
        }
        let line = AuditRecord::new(caller.name(), AuditAction::ConfigChanged, path.to_string());
        self.opened()?.state.audit(&line.with("file", "plugin_config.json")).map(drop)
    }

    /// Writes down that a plugin was not run, since it may not be.
    pub(super) fn note_run_refused(&self, caller: &Caller, name: &str, error: &Error) -> Result<()> {
        let Some(opened) = self.shared.home.as_ref().filter(|_| is_refusal(error.kind())) else { return Ok(()) };
        let subject = error.context().plugin.clone().unwrap_or_else(|| name.to_owned());
        let line = AuditRecord::new(caller.name(), AuditAction::RunRefused, subject).refused(error.message());
        opened.state.audit(&line.with("kind", error.kind().name())).map(drop)
    }

    /// Writes down that a plugin was not loaded, since it may not be: once a day.
    pub(super) fn note_load_refused(&self, error: &LoadError) -> Result<()> {
        let kind = ErrorKind::ALL.iter().copied().find(|kind| kind.name() == error.kind);
        let Some(opened) = self.shared.home.as_ref().filter(|_| kind.is_some_and(is_refusal)) else { return Ok(()) };
        let line = AuditRecord::new("csvq", AuditAction::LoadRefused, error.name.clone()).refused(error.error.clone());
        let since = Timestamp::now().minus_days(ONCE_IN_DAYS);
        opened.state.audit_once(&line.with("kind", error.kind.clone()), since).map(drop)
    }
}

/// Whether an error says that a plugin may not be used, rather than that it can't.
fn is_refusal(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Denied | ErrorKind::Signature | ErrorKind::Suspicious | ErrorKind::Package | ErrorKind::Unsupported
    )
}
