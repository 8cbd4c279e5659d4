//! Installing plugins and looking after them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use serde::Serialize;
use serde_json::Value;

use super::Engine;
use crate::access::Caller;
use crate::config::Permission;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::install::{InstallOptions, Installed as Installation, Step, TrialLoad, in_quarantine};
use crate::package::{self, Limits, Packed, Staged};
use crate::plugin::{PluginInfo, Runner, entry_kind};
use crate::sandbox::{Entry, EntryKind};
use crate::state::{AuditAction, PluginStatus};
use crate::trust::Judge;

/// What was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Uninstalled {
    /// The plugin's id.
    pub id: String,
    /// The versions that are gone.
    pub versions: Vec<String>,
}

impl Engine {
    /// Installs a plugin from a package. `step` hears of each step of it.
    ///
    /// # Errors
    /// [`Package`](ErrorKind::Package) where the package is not sound, [`Incompatible`](ErrorKind::Incompatible),
    /// [`Conflict`](ErrorKind::Conflict) where the version is there, and what its trial in a worker came to. Nothing is left
    /// of it then.
    pub fn install(
        &self,
        caller: &Caller,
        package: &Path,
        options: &InstallOptions,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<Installation> {
        let opened = self.opened()?;
        self.allow(caller, Permission::InstallPlugin, &package.display().to_string())?;
        self.ensure_loaded()?;
        let installed = opened.installer.on_behalf_of(caller.name()).install(package, options, control, step);
        if installed.is_err()
            && let Err(error) = self.read_registry()
        {
            // What was put into quarantine is out of reach all the same.
            tracing::warn!("plugins could not be read anew: {error}");
        }
        let installed = installed?;
        self.changed(&installed.id)?;
        Ok(installed)
    }

    /// Installs another version of a plugin that is installed.
    ///
    /// # Errors
    /// Those of [`Engine::install`], and [`Conflict`](ErrorKind::Conflict) where the package is of another plugin.
    pub fn update(
        &self,
        caller: &Caller,
        name: &str,
        package: &Path,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<Installation> {
        let id = self.installed_id(name)?;
        let options = InstallOptions { only: Some(id), ..InstallOptions::default() };
        self.install(caller, package, &options, control, step)
    }

    /// Goes back to the version that was active before.
    ///
    /// # Errors
    /// [`Conflict`](ErrorKind::Conflict) where there was none.
    pub fn rollback(&self, caller: &Caller, name: &str) -> Result<PluginInfo> {
        let id = self.installed_id(name)?;
        self.allow(caller, Permission::InstallPlugin, &id)?;
        self.opened()?.installer.on_behalf_of(caller.name()).rollback(&id)?;
        self.changed(&id)?;
        self.plugin(caller, &id)
    }

    /// Removes a plugin, or one of its versions that is not the active one.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound), [`Conflict`](ErrorKind::Conflict) for the active version, and one that is built in.
    pub fn uninstall(&self, caller: &Caller, name: &str, version: Option<&str>) -> Result<Uninstalled> {
        let id = self.installed_id(name)?;
        self.allow(caller, Permission::RemovePlugin, &id)?;
        let versions = match version {
            Some(version) => vec![version.to_owned()],
            None => self.shared.registry.read().record(&id)?.versions.iter().map(|one| one.version.clone()).collect(),
        };
        self.opened()?.installer.on_behalf_of(caller.name()).uninstall(&id, version)?;
        self.changed(&id)?;
        Ok(Uninstalled { id, versions })
    }

    /// Has a plugin used again, whatever disables it: the configuration, its status, or its place in the folder.
    ///
    /// # Errors
    /// [`Conflict`](ErrorKind::Conflict) for one that is in quarantine.
    pub fn enable(&self, caller: &Caller, name: &str) -> Result<PluginInfo> {
        let id = self.installed_id(name)?;
        self.allow(caller, Permission::ConfigurePlugin, &id)?;
        let opened = self.opened()?;
        let display_name = self.shared.registry.read().record(&id)?.display_name.clone();
        self.record_change(caller, AuditAction::PluginEnabled, &id, None, |change| change.enable(&id).map(drop))?;
        opened.installer.bring_back(&id)?;
        if !opened.config.read().is_enabled(&[&id, &display_name]) {
            self.edit(|editor, _| editor.enable(&[&id, &display_name]))?;
        }
        self.changed(&id)?;
        self.plugin(caller, &id)
    }

    /// Has a plugin not used, until it is enabled.
    ///
    /// # Errors
    /// [`Conflict`](ErrorKind::Conflict) for one that is built in or can't be disabled.
    pub fn disable(&self, caller: &Caller, name: &str, reason: Option<&str>) -> Result<PluginInfo> {
        let id = self.installed_id(name)?;
        self.allow(caller, Permission::ConfigurePlugin, &id)?;
        if self.shared.registry.read().record(&id)?.status == PluginStatus::Quarantined {
            return Err(in_quarantine(&id));
        }
        self.record_change(caller, AuditAction::PluginDisabled, &id, reason, |change| {
            change.set_status(&id, PluginStatus::Disabled, reason).map(drop)
        })?;
        self.changed(&id)?;
        self.plugin(caller, &id)
    }

    /// Marks a plugin as one that will be removed in so many days. It can be used until then.
    ///
    /// # Errors
    /// [`Conflict`](ErrorKind::Conflict) where its status does not allow it.
    pub fn deprecate(&self, caller: &Caller, name: &str, reason: &str, removal_days: u32) -> Result<PluginInfo> {
        let id = self.installed_id(name)?;
        self.allow(caller, Permission::ConfigurePlugin, &id)?;
        self.record_change(caller, AuditAction::PluginDeprecated, &id, Some(reason), |change| {
            change.deprecate(&id, reason, removal_days)
        })?;
        self.changed(&id)?;
        self.plugin(caller, &id)
    }

    /// Says whether the active version of a plugin runs in this process, without a worker: then nothing holds it back, and
    /// what ends it ends this process, too. Another version, or other content of this one, runs in a worker again. Where the policy is strict, it runs in a worker all the same.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) for plugins in Python, [`Denied`](ErrorKind::Denied) for who may not manage
    /// security.
    pub fn trust(&self, caller: &Caller, name: &str, in_process: bool) -> Result<PluginInfo> {
        let id = self.installed_id(name)?;
        self.allow(caller, Permission::ManageSecurity, &id)?;
        let registry = self.shared.registry.read().clone();
        if in_process && registry.installed(&id)?.entry().kind == EntryKind::Python {
            let message = "a plugin in Python can't run in this process";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let action = if in_process { AuditAction::TrustedInProcess } else { AuditAction::TrustWithdrawn };
        self.record_change(caller, action, &id, None, |change| change.set_in_process(&id, in_process))?;
        self.changed(&id)?;
        self.plugin(caller, &id)
    }

    /// Makes a package out of a folder or file. What a library's manifest leaves out, the library is asked for in a worker.
    ///
    /// # Errors
    /// [`Package`](ErrorKind::Package) where it can't be made into one.
    pub fn pack(&self, _: &Caller, source: &Path, output: &Path, control: &Control) -> Result<Packed> {
        let mut describe = self.describe(control);
        package::pack(source, output, &Limits::default(), control, &mut describe)
    }

    /// Asks a library what it says of itself, in a worker.
    pub(super) fn describe<'a>(&'a self, control: &'a Control) -> impl FnMut(&Staged) -> Result<Value> + 'a {
        move |staged| {
            let limits = self.limits(None);
            self.shared.runner.describe(&entry(staged)?, &limits, control)
        }
    }

    /// The id of a plugin that is installed.
    pub(super) fn installed_id(&self, name: &str) -> Result<String> {
        self.ensure_loaded()?;
        self.opened()?;
        // Another process may have changed it.
        self.read_registry()?;
        self.shared.registry.read().record(name).map(|record| record.id.clone())
    }

    /// Has a change of a plugin hold.
    pub(super) fn changed(&self, id: &str) -> Result<()> {
        self.shared.runner.forget(id);
        self.read_registry()
    }
}

/// Loads what is about to be installed, in a worker.
pub(super) struct Trial {
    runner: Runner,
    judge: Arc<RwLock<Judge>>,
}

impl Trial {
    pub(super) fn new(runner: Runner, judge: Arc<RwLock<Judge>>) -> Self {
        Self { runner, judge }
    }
}

impl TrialLoad for Trial {
    fn load(&self, staged: &Staged, control: &Control) -> Result<Value> {
        // Python that no worker can load here is installed by what its manifest says, and refused when it is run.
        let kind = entry(staged)?.kind;
        if kind == EntryKind::Python && !self.runner.has_worker(kind) {
            return Ok(Value::Null);
        }
        let id = staged.manifest.as_ref().map(|manifest| manifest.id.as_str());
        let limits = self.judge.read().limits(id);
        self.runner.describe(&entry(staged)?, &limits, control)
    }
}

fn entry(staged: &Staged) -> Result<Entry> {
    let file = staged.entry.as_ref().ok_or_else(|| {
        let message = format!("the package has no library for this platform, {}", package::current_target());
        Error::new(ErrorKind::Incompatible, message)
    })?;
    let listed =
        staged.files.iter().find(|listed| listed.path == *file).ok_or_else(|| {
            Error::new(ErrorKind::Package, "what is to be loaded is not among the files of the package")
        })?;
    let kind = entry_kind(staged.kind);
    let id = staged.manifest.as_ref().map_or_else(|| file.clone(), |manifest| manifest.id.clone());
    let path: PathBuf = staged.folder.join(file);
    let folder = staged.folder.clone();
    Ok(Entry { id, kind, path, folder, class: staged.class.clone(), digest: listed.sha256.clone() })
}
