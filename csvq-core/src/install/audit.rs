//! What the audit log says of installations and removals.

use std::path::Path;

use super::Installer;
use super::gate::Refusal;
use super::source::Source;
use crate::error::{Error, ErrorKind, Result};
use crate::state::{AuditAction, AuditRecord, Timestamp};

/// How long the same refusal of a file in the folder of plugins is not written down again, in days.
const ONCE_IN_DAYS: u32 = 1;

impl Installer {
    /// A line about a plugin, in the name of whoever this installer works for.
    pub(super) fn line(&self, action: AuditAction, id: &str) -> AuditRecord {
        AuditRecord::new(&*self.by, action, id)
    }

    /// Writes down that something was not installed, and why. A file in the folder of plugins is refused at every look
    /// at it: that is written once a day.
    pub(super) fn audit_refusal(&self, path: &Path, source: &Source<'_>, error: &Error) -> Result<()> {
        if matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::State) {
            return Ok(());
        }
        let line = self.line(AuditAction::InstallRefused, &subject(path, source, error));
        let line = if is_refusal(error.kind()) { line.refused(error.message()) } else { line.failed(error.message()) };
        let line = line.with("kind", error.kind().name()).with("package", path.display().to_string());
        self.write(source, &line)
    }

    /// Writes down what a check said of a package.
    pub(super) fn audit_gate(&self, path: &Path, source: &Source<'_>, refusal: &Refusal) -> Result<()> {
        let Some(action) = refusal.action else { return Ok(()) };
        let line = self.line(action, &subject(path, source, &refusal.error)).refused(refusal.error.message());
        self.write(source, &line.with("package", path.display().to_string()))
    }

    fn write(&self, source: &Source<'_>, line: &AuditRecord) -> Result<()> {
        match source {
            Source::DropIn { .. } => {
                let since = Timestamp::now().minus_days(ONCE_IN_DAYS);
                self.inner.state.audit_once(line, since).map(drop)
            }
            _ => self.inner.state.audit(line).map(drop),
        }
    }
}

/// What a line about a package is about: the plugin, where it is known, and else what it came as.
fn subject(path: &Path, source: &Source<'_>, error: &Error) -> String {
    error.context().plugin.clone().unwrap_or_else(|| match source {
        Source::DropIn { name, .. } => (*name).to_owned(),
        _ => path.display().to_string(),
    })
}

/// Whether an error says that something may not be, rather than that it went wrong.
fn is_refusal(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Denied
            | ErrorKind::Signature
            | ErrorKind::Suspicious
            | ErrorKind::Package
            | ErrorKind::LimitExceeded
            | ErrorKind::Incompatible
            | ErrorKind::Conflict
    )
}
