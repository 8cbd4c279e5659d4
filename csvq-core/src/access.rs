//! Who acts, and what that one may do.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::Permission;
use crate::error::{Error, ErrorKind, Result};

/// Whoever asks the engine for something.
///
/// ```
/// use csvq_core::access::Caller;
/// use csvq_core::config::Permission;
/// let local = Caller::local();
/// assert!(local.may(Permission::ManageSecurity));
/// let guest = Caller::new("ann", [Permission::UsePlugin]);
/// assert!(!guest.may(Permission::InstallPlugin));
/// let engine = csvq_core::engine::Engine::built_in();
/// assert_eq!(engine.plugins(&guest)?.len(), 4);
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    name: Arc<str>,
    permissions: Arc<BTreeSet<Permission>>,
}

impl Caller {
    /// The administrator of an engine that is part of a program, called `local`: who can write the home is one in fact.
    #[must_use]
    pub fn local() -> Self {
        Self::new("local", Permission::ALL.iter().copied())
    }

    /// Someone who may do what these permissions say. The name is what the audit log calls them.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, permissions: impl IntoIterator<Item = Permission>) -> Self {
        Self { name: name.into(), permissions: Arc::new(permissions.into_iter().collect()) }
    }

    /// What the audit log calls them.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether they may do what needs this permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Refuses what they may not do.
    ///
    /// # Errors
    /// [`Denied`](ErrorKind::Denied), naming the permission.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) {
            return Ok(());
        }
        let message = format!("this needs the permission `{}`, which the caller does not have", permission.name());
        Err(Error::new(ErrorKind::Denied, message))
    }
}
