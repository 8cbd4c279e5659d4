//! The commands about plugins that are installed, or come to be.

use std::io::{self, IsTerminal};

use csvq_core::Result;
use csvq_core::access::Caller;
use csvq_core::engine::Engine;
use csvq_core::install::{InstallOptions, Step};
use csvq_core::state::PluginRecord;
use serde_json::json;

use super::show;
use crate::args::{InstalledCommand, ListFormat};
use crate::commands::answer::answer;
use crate::commands::confirm;
use crate::exit::Exit;
use crate::interrupt::control;
use crate::messages::Messages;

/// An engine, and how it answers.
pub(super) struct Act<'a> {
    pub(super) engine: &'a Engine,
    pub(super) caller: Caller,
    pub(super) format: ListFormat,
    pub(super) messages: &'a Messages,
}

impl Act<'_> {
    /// Does what was asked with installed plugins.
    ///
    /// # Errors
    /// Whatever kept it from that.
    pub(super) fn command(&self, command: &InstalledCommand) -> Result<Exit> {
        let (engine, caller) = (self.engine, &self.caller);
        match command {
            InstalledCommand::List => {
                let plugins = engine.plugins(caller)?;
                answer(self.format, &plugins, || show::list(&plugins))?;
                let errors = engine.load_errors(caller)?.len();
                if errors > 0 {
                    self.messages.note(&format!("{errors} could not be loaded; `csvq plugins errors` tells why"));
                }
            }
            InstalledCommand::Info(named) => {
                let plugin = engine.plugin(caller, &named.plugin)?;
                answer(self.format, &plugin, || show::info(&plugin))?;
            }
            InstalledCommand::Install { package, force } => {
                let options = InstallOptions { force: *force, ..InstallOptions::default() };
                let control = control();
                let done = engine.install(caller, package, &options, &control, &mut |step| self.step(step))?;
                answer(self.format, &done, || show::installed(&done))?;
            }
            InstalledCommand::Update { plugin, from } => {
                let control = control();
                let done = engine.update(caller, plugin, from, &control, &mut |step| self.step(step))?;
                answer(self.format, &done, || show::installed(&done))?;
            }
            InstalledCommand::Uninstall { plugin, version, yes } => {
                return self.uninstall(plugin, version.as_deref(), *yes);
            }
            InstalledCommand::Enable(named) => {
                let plugin = engine.enable(caller, &named.plugin)?;
                answer(self.format, &plugin, || format!("{} is enabled.\n", plugin.id))?;
            }
            InstalledCommand::Disable { plugin, reason } => {
                let plugin = engine.disable(caller, plugin, reason.as_deref())?;
                answer(self.format, &plugin, || format!("{} is disabled.\n", plugin.id))?;
            }
            InstalledCommand::Validate { plugin } => return self.validate(plugin.as_deref()),
            InstalledCommand::Rollback(named) => {
                let plugin = engine.rollback(caller, &named.plugin)?;
                answer(self.format, &plugin, || format!("{} is back at version {}.\n", plugin.id, plugin.version))?;
            }
            InstalledCommand::Errors => {
                let errors = engine.load_errors(caller)?;
                answer(self.format, &errors, || show::errors(&errors))?;
            }
            InstalledCommand::Reload => {
                let reloaded = engine.reload(caller)?;
                answer(self.format, &reloaded, || show::reloaded(&reloaded))?;
            }
            InstalledCommand::Deprecate { plugin, reason, removal_days } => {
                let plugin = engine.deprecate(caller, plugin, reason, *removal_days)?;
                answer(self.format, &plugin, || {
                    let due = plugin.removal_at.map(|at| at.to_string()).unwrap_or_default();
                    format!("{} is deprecated, and due for removal at {due}.\n", plugin.id)
                })?;
            }
            InstalledCommand::Due => {
                self.records(&engine.due_for_removal(caller)?, "No plugin is due for removal.\n")?
            }
            InstalledCommand::Unused { days } => {
                self.records(&engine.unused(caller, *days)?, "Every plugin was used.\n")?;
            }
            InstalledCommand::Trust(named) => self.trust(&named.plugin, true)?,
            InstalledCommand::Distrust(named) => self.trust(&named.plugin, false)?,
            InstalledCommand::Pack { source, output } => {
                let packed = engine.pack(caller, source, output, &control())?;
                let manifest = &packed.manifest;
                let value = json!({
                    "package": output.display().to_string(), "id": manifest.id, "version": manifest.version.to_string(),
                    "digest": packed.digest, "size": packed.size,
                });
                answer(self.format, &value, || {
                    format!(
                        "Wrote {}: {} {}, digest {}\n",
                        output.display(),
                        manifest.id,
                        manifest.version,
                        packed.digest
                    )
                })?;
            }
        }
        Ok(Exit::Success)
    }

    fn records(&self, records: &[PluginRecord], none: &str) -> Result<()> {
        answer(self.format, records, || if records.is_empty() { none.to_owned() } else { show::records(records) })
    }

    fn trust(&self, plugin: &str, in_process: bool) -> Result<()> {
        let plugin = self.engine.trust(&self.caller, plugin, in_process)?;
        answer(self.format, &plugin, || match in_process {
            true => {
                format!("{} runs within the program that compares from now on: nothing holds it back.\n", plugin.id)
            }
            false => format!("{} runs in a worker from now on.\n", plugin.id),
        })
    }

    fn validate(&self, plugin: Option<&str>) -> Result<Exit> {
        let found = match plugin {
            Some(plugin) => vec![(plugin.to_owned(), self.engine.validate(&self.caller, plugin)?)],
            None => self.engine.validate_all(&self.caller, &mut |id| {
                if io::stderr().is_terminal() {
                    self.messages.note(&format!("{id} …"));
                }
            })?,
        };
        let value: serde_json::Map<String, serde_json::Value> =
            found.iter().map(|(name, found)| (name.clone(), json!(found))).collect();
        answer(self.format, &value, || show::validations(&found))?;
        Ok(if found.iter().all(|(_, found)| found.valid) { Exit::Success } else { Exit::Different })
    }

    fn uninstall(&self, plugin: &str, version: Option<&str>, yes: bool) -> Result<Exit> {
        let info = self.engine.plugin(&self.caller, plugin)?;
        let what = match version {
            Some(version) => format!("version {version} of {}", info.id),
            None => format!("{} with all its versions ({})", info.id, info.versions.join(", ")),
        };
        if !yes && !confirm::is_confirmed("Remove", &what)? {
            self.messages.note("nothing was removed");
            return Ok(Exit::Failure);
        }
        let removed = self.engine.uninstall(&self.caller, plugin, version)?;
        answer(self.format, &removed, || format!("Removed {} {}.\n", removed.id, removed.versions.join(", ")))?;
        Ok(Exit::Success)
    }

    /// Tells of a step, where someone watches.
    pub(super) fn step(&self, step: Step) {
        if io::stderr().is_terminal() {
            self.messages.note(&format!("{step} …"));
        }
    }
}
