//! `user_permissions.json`: roles and their plugins in one form.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Allowed, Permission, PluginAccess, Rbac, Role, user_permissions};
use crate::config::document::Documents;
use crate::error::Result;

/// What `user_permissions.json` says: in one what the other two files say. A role that it does not name may do nothing.
/// What its form has no word for (configuring plugins, reading logs, managing users) is as by default for the role.
///
/// ```
/// use csvq_core::config::{Permission, UserPermissions};
/// let text = r#"{ "user_permissions": { "user": { "can_remove_plugins": true, "allowed_plugins": ["row_compare"] } } }"#;
/// let permissions = UserPermissions::from_json("user_permissions.json".as_ref(), text)?;
/// assert!(permissions.rbac().allows(&"user".parse()?, Permission::RemovePlugin));
/// assert!(!permissions.access().allows(&"user".parse()?, &["fuzzy_compare"]));
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPermissions {
    pub(super) roles: BTreeMap<Role, RolePermissions>,
}

/// What it says of one role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct RolePermissions {
    pub(super) can_install_plugins: bool,
    pub(super) can_remove_plugins: bool,
    pub(super) can_modify_security_policy: bool,
    pub(super) can_access_all_plugins: bool,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) allowed_plugins: BTreeSet<String>,
}

impl UserPermissions {
    /// Reads it from a file's text. `regular_user` is the guide's name for the role `user` here.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong.
    pub fn from_json(file: &Path, text: &str) -> Result<Self> {
        let mut documents = Documents::default();
        let root = documents.parse(file, text.to_owned())?;
        user_permissions(&documents, &root)
    }

    /// What each role may do.
    #[must_use]
    pub fn rbac(&self) -> Rbac {
        const UNSAID: [Permission; 3] = [Permission::ConfigurePlugin, Permission::ViewLogs, Permission::ManageUsers];
        let default = Rbac::default();
        let of = |(role, said): (&Role, &RolePermissions)| {
            let mut permissions: BTreeSet<Permission> =
                default.permissions(role).filter(|permission| UNSAID.contains(permission)).collect();
            let uses_any = said.can_access_all_plugins || !said.allowed_plugins.is_empty();
            permissions.extend(
                [
                    (Permission::InstallPlugin, said.can_install_plugins),
                    (Permission::RemovePlugin, said.can_remove_plugins),
                    (Permission::ManageSecurity, said.can_modify_security_policy),
                    (Permission::UsePlugin, uses_any),
                ]
                .into_iter()
                .filter_map(|(permission, has)| has.then_some(permission)),
            );
            (role.clone(), permissions)
        };
        Rbac { roles: self.roles.iter().map(of).collect() }
    }

    /// Which plugins each role may use.
    #[must_use]
    pub fn access(&self) -> PluginAccess {
        let of = |(role, said): (&Role, &RolePermissions)| {
            let all = said.can_access_all_plugins;
            (role.clone(), if all { Allowed::All } else { Allowed::Only(said.allowed_plugins.clone()) })
        };
        PluginAccess { roles: Some(self.roles.iter().map(of).collect()) }
    }
}

impl Serialize for UserPermissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("user_permissions", &self.roles)?;
        map.end()
    }
}
