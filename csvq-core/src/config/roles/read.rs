//! From JSON with places to roles and what they may.

use std::collections::{BTreeMap, BTreeSet};

use super::form::{RolePermissions, UserPermissions};
use super::{ALL, Allowed, NO_ROLE, Permission, PluginAccess, Rbac, Role};
use crate::config::document::{Documents, Node};
use crate::config::read::fields::Reader;
use crate::config::read::{is_plugin_name, refuse_private_keys};
use crate::error::Result;

/// Reads the whole of `rbac.json`.
pub(in crate::config) fn rbac(documents: &Documents, root: &Node) -> Result<Rbac> {
    let root = Reader::root(documents, root);
    refuse_private_keys(&root)?;
    let permission = |reader: &Reader<'_>| {
        let names: Vec<_> = Permission::ALL.iter().map(|permission| (permission.name(), *permission)).collect();
        reader.one_of(&names)
    };
    let permissions = |reader: &Reader<'_>| Ok(reader.each(permission)?.into_iter().collect());
    Ok(Rbac { roles: by_role(&root, permissions)? })
}

/// Reads the whole of `plugin_access.json`.
pub(in crate::config) fn plugin_access(documents: &Documents, root: &Node) -> Result<PluginAccess> {
    let root = Reader::root(documents, root);
    refuse_private_keys(&root)?;
    let allowed = |reader: &Reader<'_>| {
        if reader.is_text() {
            return reader.one_of(&[(ALL, ())]).map(|()| Allowed::All);
        }
        let names = plugin_names(reader)?;
        Ok(if names.contains(ALL) { Allowed::All } else { Allowed::Only(names) })
    };
    Ok(PluginAccess { roles: Some(by_role(&root, allowed)?) })
}

/// Reads the whole of `user_permissions.json`.
pub(in crate::config) fn user_permissions(documents: &Documents, root: &Node) -> Result<UserPermissions> {
    let root = Reader::root(documents, root);
    refuse_private_keys(&root)?;
    let fields = root.fields(&["user_permissions"])?;
    let roles = fields.require("user_permissions", |reader| {
        let mut roles = BTreeMap::new();
        for (name, reader) in reader.entries()? {
            let name = if name == "regular_user" { Role::USER } else { name };
            let role = Role::of(name).ok_or_else(|| reader.fault(NO_ROLE))?;
            if roles.insert(role, role_permissions(&reader)?).is_some() {
                return Err(
                    reader.fault("`regular_user` is the role `user`, which is here, too: remove one of the two")
                );
            }
        }
        Ok(roles)
    })?;
    Ok(UserPermissions { roles })
}

fn role_permissions(reader: &Reader<'_>) -> Result<RolePermissions> {
    let fields = reader.fields(&[
        "can_install_plugins",
        "can_remove_plugins",
        "can_modify_security_policy",
        "can_access_all_plugins",
        "allowed_plugins",
    ])?;
    let said = RolePermissions {
        can_install_plugins: fields.or("can_install_plugins", false, Reader::truth)?,
        can_remove_plugins: fields.or("can_remove_plugins", false, Reader::truth)?,
        can_modify_security_policy: fields.or("can_modify_security_policy", false, Reader::truth)?,
        can_access_all_plugins: fields.or("can_access_all_plugins", false, Reader::truth)?,
        allowed_plugins: fields.or("allowed_plugins", BTreeSet::new(), plugin_names)?,
    };
    if said.can_access_all_plugins && fields.has("allowed_plugins") {
        let message = "`can_access_all_plugins` allows all plugins, and this only some: one of the two has to go";
        return Err(fields.fault_of("allowed_plugins", message));
    }
    Ok(said)
}

fn plugin_names(reader: &Reader<'_>) -> Result<BTreeSet<String>> {
    let name = |reader: &Reader<'_>| {
        let name = reader.text()?;
        if is_plugin_name(&name) { Ok(name) } else { Err(reader.fault(NO_PLUGIN)) }
    };
    Ok(reader.each(name)?.into_iter().collect())
}

const NO_PLUGIN: &str = "this is no name of a plugin: write its id or its display name";

fn by_role<T>(root: &Reader<'_>, read: impl Fn(&Reader<'_>) -> Result<T>) -> Result<BTreeMap<Role, T>> {
    let entry = |(name, reader): (&str, Reader<'_>)| {
        let role = Role::of(name).ok_or_else(|| reader.fault(NO_ROLE))?;
        Ok((role, read(&reader)?))
    };
    root.entries()?.into_iter().map(entry).collect()
}
