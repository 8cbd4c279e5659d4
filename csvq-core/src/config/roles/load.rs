//! What a home says of roles, by whichever of its files.

use super::{PluginAccess, Rbac, UserPermissions, plugin_access, rbac, user_permissions};
use crate::config::document::{Documents, Node};
use crate::config::home::Home;
use crate::config::policy::refuse_files_of_stages;
use crate::config::{ConfigFile, file};
use crate::error::{Error, ErrorKind, Result};

/// What each role may do, and which plugins it may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessRules {
    /// What each role may do.
    pub rbac: Rbac,
    /// Which plugins it may use, where it may use plugins.
    pub access: PluginAccess,
}

impl AccessRules {
    /// What the files of a home say: `rbac.json` and `plugin_access.json`, each with its default where it is not there, or
    /// `user_permissions.json` alone.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong, and where both forms are there;
    /// [`Io`](crate::ErrorKind::Io) where a file can't be read. Nothing may be allowed then.
    pub fn load(home: &Home) -> Result<Self> {
        let rules = Self {
            rbac: read(home, ConfigFile::Rbac, rbac)?.unwrap_or_default(),
            access: read(home, ConfigFile::PluginAccess, plugin_access)?.unwrap_or_default(),
        };
        let Some(permissions) = read(home, ConfigFile::UserPermissions, user_permissions)? else { return Ok(rules) };
        refuse_both(home)?;
        Ok(Self { rbac: UserPermissions::rbac(&permissions), access: permissions.access() })
    }
}

/// Two files that say who may do what: nobody could tell which of them holds.
pub(super) fn refuse_both(home: &Home) -> Result<()> {
    for other in [ConfigFile::Rbac, ConfigFile::PluginAccess] {
        if other.path(home).symlink_metadata().is_ok() {
            let message = format!(
                "this says what {} says, too, which is there as well: keep one form, and remove the file of the other",
                other.name()
            );
            let place = file::place(&ConfigFile::UserPermissions.path(home));
            return Err(Error::new(ErrorKind::Config, message).with_context(place));
        }
    }
    Ok(())
}

fn read<T>(home: &Home, of: ConfigFile, reader: fn(&Documents, &Node) -> Result<T>) -> Result<Option<T>> {
    refuse_files_of_stages(home, of)?;
    let path = of.path(home);
    let Some(text) = file::read_or_none(&path)? else { return Ok(None) };
    let mut documents = Documents::default();
    let root = documents.parse(&path, text)?;
    reader(&documents, &root).map(Some)
}
