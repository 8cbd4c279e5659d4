//! Who may do what: `rbac.json`, `plugin_access.json`, and `user_permissions.json`, which says both in one.

mod form;
mod load;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::{Serialize, Serializer};

pub use form::UserPermissions;
pub use load::AccessRules;
pub(super) use read::{plugin_access, rbac, user_permissions};

use super::document::Documents;
use crate::error::{Context, Error, ErrorKind, Result};

/// The name of a role: `[a-z][a-z0-9_-]*`, at most 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Role(String);

impl Role {
    /// The role that may do everything by default.
    pub const ADMIN: &'static str = "admin";
    /// The role that may also install plugins by default.
    pub const POWER_USER: &'static str = "power_user";
    /// The role that uses and configures plugins by default.
    pub const USER: &'static str = "user";
    /// The role that only uses plugins by default.
    pub const GUEST: &'static str = "guest";

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A role of this name, if it is one.
    pub(super) fn of(name: &str) -> Option<Self> {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
        let is_name = name.len() <= 64 && name.starts_with(|first: char| first.is_ascii_lowercase());
        (is_name && name.bytes().all(letters)).then(|| Self(name.to_owned()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Role {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::of(text).ok_or_else(|| {
            let context = Context { field: Some("role".to_owned()), ..Context::default() };
            Error::new(ErrorKind::Config, NO_ROLE).with_context(context)
        })
    }
}

/// What is said of a name that no role can have.
const NO_ROLE: &str =
    "this is no name of a role: at most 64 of `a` to `z`, `0` to `9`, `_` and `-`, beginning with a letter";

/// Something that a role may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Install and update plugins.
    InstallPlugin,
    /// Remove them.
    RemovePlugin,
    /// Change their settings.
    ConfigurePlugin,
    /// Run comparisons with them.
    UsePlugin,
    /// Change the policy, and release what is in quarantine.
    ManageSecurity,
    /// Read logs.
    ViewLogs,
    /// Make and change users.
    ManageUsers,
}

impl Permission {
    /// Every permission.
    pub const ALL: &'static [Self] = &[
        Self::InstallPlugin,
        Self::RemovePlugin,
        Self::ConfigurePlugin,
        Self::UsePlugin,
        Self::ManageSecurity,
        Self::ViewLogs,
        Self::ManageUsers,
    ];

    /// Its name in files, such as `install_plugin`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InstallPlugin => "install_plugin",
            Self::RemovePlugin => "remove_plugin",
            Self::ConfigurePlugin => "configure_plugin",
            Self::UsePlugin => "use_plugin",
            Self::ManageSecurity => "manage_security",
            Self::ViewLogs => "view_logs",
            Self::ManageUsers => "manage_users",
        }
    }
}

/// What each role may do: `rbac.json`. The default is the guide's; a file takes the place of all of it, so that a role
/// that it does not name may do nothing.
///
/// ```
/// use csvq_core::config::{Permission, Rbac};
/// let rbac = Rbac::from_json("rbac.json".as_ref(), r#"{ "auditor": ["view_logs"] }"#)?;
/// assert!(rbac.allows(&"auditor".parse()?, Permission::ViewLogs));
/// assert!(!rbac.allows(&"admin".parse()?, Permission::ViewLogs));
/// assert!(Rbac::default().allows(&"admin".parse()?, Permission::ManageUsers));
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Rbac {
    roles: BTreeMap<Role, BTreeSet<Permission>>,
}

impl Default for Rbac {
    fn default() -> Self {
        use Permission::{ConfigurePlugin, InstallPlugin, UsePlugin, ViewLogs};
        let role =
            |name: &str, permissions: &[Permission]| (Role(name.to_owned()), permissions.iter().copied().collect());
        let roles = [
            role(Role::ADMIN, Permission::ALL),
            role(Role::POWER_USER, &[InstallPlugin, ConfigurePlugin, UsePlugin, ViewLogs]),
            role(Role::USER, &[UsePlugin, ConfigurePlugin]),
            role(Role::GUEST, &[UsePlugin]),
        ];
        Self { roles: roles.into_iter().collect() }
    }
}

impl Rbac {
    /// Reads it from a file's text.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong.
    pub fn from_json(file: &Path, text: &str) -> Result<Self> {
        let mut documents = Documents::default();
        let root = documents.parse(file, text.to_owned())?;
        rbac(&documents, &root)
    }

    /// Whether a role may do something.
    #[must_use]
    pub fn allows(&self, role: &Role, permission: Permission) -> bool {
        self.roles.get(role).is_some_and(|permissions| permissions.contains(&permission))
    }

    /// What a role may do.
    pub fn permissions(&self, role: &Role) -> impl Iterator<Item = Permission> {
        self.roles.get(role).into_iter().flatten().copied()
    }

    /// The roles that there are, by name.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.keys()
    }
}

/// Which plugins a role may use.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Allowed {
    All,
    /// Ids and display names.
    Only(BTreeSet<String>),
}

/// The word that stands for all plugins.
const ALL: &str = "all";

impl Serialize for Allowed {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.collect_seq([ALL]),
            Self::Only(names) => serializer.collect_seq(names),
        }
    }
}

/// Which plugins each role may use, where it may use plugins: `plugin_access.json`. By default all; where there is a
/// file, a role that it does not name may use none.
///
/// ```
/// use csvq_core::config::PluginAccess;
/// let access = PluginAccess::from_json("plugin_access.json".as_ref(), r#"{ "admin": "all", "user": ["row_compare"] }"#)?;
/// assert!(access.allows(&"admin".parse()?, &["fuzzy_compare"]));
/// assert!(access.allows(&"user".parse()?, &["row_compare", "Row compare"]));
/// assert!(!access.allows(&"guest".parse()?, &["row_compare"]));
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginAccess {
    /// None where there is no file.
    roles: Option<BTreeMap<Role, Allowed>>,
}

impl PluginAccess {
    /// Reads it from a file's text.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong.
    pub fn from_json(file: &Path, text: &str) -> Result<Self> {
        let mut documents = Documents::default();
        let root = documents.parse(file, text.to_owned())?;
        plugin_access(&documents, &root)
    }

    /// Whether a role may use a plugin of these names: its id and its display name.
    #[must_use]
    pub fn allows(&self, role: &Role, names: &[&str]) -> bool {
        let Some(roles) = &self.roles else { return true };
        match roles.get(role) {
            None => false,
            Some(Allowed::All) => true,
            Some(Allowed::Only(allowed)) => names.iter().any(|name| allowed.contains(*name)),
        }
    }
}

impl Serialize for PluginAccess {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.roles {
            Some(roles) => roles.serialize(serializer),
            // Without a file: all, as the file would say it of the roles that there are by default.
            None => serializer.collect_map(Rbac::default().roles().map(|role| (role, Allowed::All))),
        }
    }
}
