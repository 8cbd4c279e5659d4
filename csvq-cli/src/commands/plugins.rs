//! `csvq plugins`: what is installed, and what becomes of it.

mod show;

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use csvq_core::access::Caller;
use csvq_core::control::Control;
use csvq_core::engine::Engine;
use csvq_core::install::{InstallOptions, Step};
use csvq_core::state::PluginRecord;
use csvq_core::{Error, ErrorKind, Result};
use serde_json::json;

use super::answer::answer;
use super::home;
use crate::args::{ListFormat, PluginsArgs, PluginsCommand};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::interrupt;
use crate::messages::Messages;

/// Does what was asked with plugins.
///
/// # Errors
/// Whatever kept it from that.
pub(crate) fn run(
    args: &PluginsArgs,
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Exit> {
    let engine = home::open(flag, environment, messages)?;
    let act = Act { engine: &engine, caller: Caller::local(), format: args.answer.format, messages };
    act.command(&args.command)
}

/// An engine, and how it answers.
struct Act<'a> {
    engine: &'a Engine,
    caller: Caller,
    format: ListFormat,
    messages: &'a Messages,
}

impl Act<'_> {
    fn command(&self, command: &PluginsCommand) -> Result<Exit> {
        let (engine, caller) = (self.engine, &self.caller);
        match command {
            PluginsCommand::List => {
                let plugins = engine.plugins(caller)?;
                answer(self.format, &plugins, || show::list(&plugins))?;
                let errors = engine.load_errors(caller)?.len();
                if errors > 0 {
                    self.messages.note(&format!("{errors} could not be loaded; `csvq plugins errors` tells why"));
                }
            }
            PluginsCommand::Info(named) => {
                let plugin = engine.plugin(caller, &named.plugin)?;
                answer(self.format, &plugin, || show::info(&plugin))?;
            }
            PluginsCommand::Install { package, force } => {
                let options = InstallOptions { force: *force, ..InstallOptions::default() };
                let control = control();
                let done = engine.install(caller, package, &options, &control, &mut |step| self.step(step))?;
                answer(self.format, &done, || show::installed(&done))?;
            }
            PluginsCommand::Update { plugin, from } => {
                let control = control();
                let done = engine.update(caller, plugin, from, &control, &mut |step| self.step(step))?;
                answer(self.format, &done, || show::installed(&done))?;
            }
            PluginsCommand::Uninstall { plugin, version, yes } => {
                return self.uninstall(plugin, version.as_deref(), *yes);
            }
            PluginsCommand::Enable(named) => {
                let plugin = engine.enable(caller, &named.plugin)?;
                answer(self.format, &plugin, || format!("{} is enabled.\n", plugin.id))?;
            }
            PluginsCommand::Disable { plugin, reason } => {
                let plugin = engine.disable(caller, plugin, reason.as_deref())?;
                answer(self.format, &plugin, || format!("{} is disabled.\n", plugin.id))?;
            }
            PluginsCommand::Validate { plugin } => return self.validate(plugin.as_deref()),
            PluginsCommand::Rollback(named) => {
                let plugin = engine.rollback(caller, &named.plugin)?;
                answer(self.format, &plugin, || format!("{} is back at version {}.\n", plugin.id, plugin.version))?;
            }
            PluginsCommand::Errors => {
                let errors = engine.load_errors(caller)?;
                answer(self.format, &errors, || show::errors(&errors))?;
            }
            PluginsCommand::Reload => {
                let reloaded = engine.reload(caller)?;
                answer(self.format, &reloaded, || show::reloaded(&reloaded))?;
            }
            PluginsCommand::Deprecate { plugin, reason, removal_days } => {
                let plugin = engine.deprecate(caller, plugin, reason, *removal_days)?;
                answer(self.format, &plugin, || {
                    let due = plugin.removal_at.map(|at| at.to_string()).unwrap_or_default();
                    format!("{} is deprecated, and due for removal at {due}.\n", plugin.id)
                })?;
            }
            PluginsCommand::Due => self.records(&engine.due_for_removal(caller)?, "No plugin is due for removal.\n")?,
            PluginsCommand::Unused { days } => {
                self.records(&engine.unused(caller, *days)?, "Every plugin was used.\n")?;
            }
            PluginsCommand::Trust(named) => self.trust(&named.plugin, true)?,
            PluginsCommand::Distrust(named) => self.trust(&named.plugin, false)?,
            PluginsCommand::Pack { source, output } => {
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
            None => self.engine.validate_all(&self.caller)?,
        };
        let value: serde_json::Map<String, serde_json::Value> =
            found.iter().map(|(name, found)| (name.clone(), json!(found))).collect();
        answer(self.format, &value, || show::validations(&found))?;
        Ok(if found.iter().all(|(_, found)| found.valid) { Exit::Success } else { Exit::Failure })
    }

    fn uninstall(&self, plugin: &str, version: Option<&str>, yes: bool) -> Result<Exit> {
        let info = self.engine.plugin(&self.caller, plugin)?;
        let what = match version {
            Some(version) => format!("version {version} of {}", info.id),
            None => format!("{} with all its versions ({})", info.id, info.versions.join(", ")),
        };
        if !yes && !self.is_confirmed(&what)? {
            self.messages.note("nothing was removed");
            return Ok(Exit::Failure);
        }
        let removed = self.engine.uninstall(&self.caller, plugin, version)?;
        answer(self.format, &removed, || format!("Removed {} {}.\n", removed.id, removed.versions.join(", ")))?;
        Ok(Exit::Success)
    }

    /// Asks whoever sits at the terminal.
    fn is_confirmed(&self, what: &str) -> Result<bool> {
        if !io::stdin().is_terminal() {
            let message =
                format!("there is no terminal to ask whether to remove {what}; say that you are sure by --yes");
            return Err(Error::new(ErrorKind::InvalidSpec, message));
        }
        let mut stderr = io::stderr().lock();
        // Where nobody can read the question, nobody says yes.
        let _ = write!(stderr, "Remove {what}? [y/N] ").and_then(|()| stderr.flush());
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        read.map_err(|error| Error::new(ErrorKind::Io, format!("cannot read the answer: {error}")))?;
        Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    fn step(&self, step: Step) {
        if io::stderr().is_terminal() {
            self.messages.note(&format!("{step} …"));
        }
    }
}

/// A control that a signal cancels.
fn control() -> Control {
    let control = Control::new();
    interrupt::cancel_on_signal(&control);
    control
}
