//! `csvq config`: the configuration.

use std::path::Path;

use csvq_core::access::Caller;
use csvq_core::config::{ConfigFile, Edited, SecurityPolicy, SettingPath, check_files};
use csvq_core::engine::Engine;
use csvq_core::trust::Judge;
use csvq_core::{Error, Result};
use serde_json::{Value, json};

use super::answer::answer;
use super::home::{self, Call};
use crate::args::{ConfigArgs, ConfigCommand};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::messages::Messages;

/// Shows, changes or checks settings.
///
/// # Errors
/// Whatever kept it from that.
pub(crate) fn run(
    args: &ConfigArgs,
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Exit> {
    let call = Call { flag, environment, messages, format: args.answer.format };
    let caller = Caller::local();
    match &args.command {
        ConfigCommand::Get { path, of } => {
            let path = path.parse()?;
            let engine = call.open()?;
            let value = match of.file {
                ConfigFile::PluginConfig => engine.setting(&caller, &path)?,
                file => engine.setting_of(&caller, file, &path)?,
            };
            answer(call.format, &value, || format!("{}\n", shown(&value)))?;
        }
        ConfigCommand::Show { of } => {
            let engine = call.open()?;
            let settings = match of.file {
                ConfigFile::PluginConfig => engine.settings(&caller)?,
                file => engine.settings_of(&caller, file)?,
            };
            answer(call.format, &settings, || format!("{settings:#}\n"))?;
        }
        ConfigCommand::Set { path, value, of } => {
            let path: SettingPath = path.parse()?;
            // What is no JSON is text: nobody should have to quote a word twice.
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()));
            tell(&call, &path, &change(&call.open()?, of.file, &path, Some(&value))?)?;
        }
        ConfigCommand::Unset { path, of } => {
            let path: SettingPath = path.parse()?;
            tell(&call, &path, &change(&call.open()?, of.file, &path, None)?)?;
        }
        ConfigCommand::Check => return check(&call),
    }
    Ok(Exit::Success)
}

/// Sets a value, or takes it out where none is given.
fn change(engine: &Engine, file: ConfigFile, path: &SettingPath, value: Option<&Value>) -> Result<Edited> {
    let caller = Caller::local();
    match (file, value) {
        (ConfigFile::PluginConfig, Some(value)) => engine.set(&caller, path, value),
        (ConfigFile::PluginConfig, None) => engine.unset(&caller, path),
        (file, value) => engine.set_in(&caller, file, path, value),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => format!("{other:#}"),
    }
}

fn tell(call: &Call<'_>, path: &SettingPath, edited: &Edited) -> Result<()> {
    if let Some(over) = &edited.overridden_by {
        call.messages.note(&format!("{path} does not hold yet: {over} says otherwise"));
    }
    let file = edited.file.display().to_string();
    let value = json!({ "file": file, "changed": edited.changed, "overridden_by": edited.overridden_by });
    answer(call.format, &value, || match edited.changed {
        true => format!("Changed {path} in {file}\n"),
        false => format!("{path} is so already\n"),
    })
}

/// Looks at every file, without an engine: that one can't be opened where a file is wrong.
fn check(call: &Call<'_>) -> Result<Exit> {
    let home = home::locate(call.flag)?;
    home.require()?;
    let plugins = Environment::plugins()?;
    let mut errors = check_files(&home, &plugins);
    // Where the policy itself is sound, its keys and the scanner's rules may yet not be.
    if let Ok(policy) = SecurityPolicy::load(&home, &plugins) {
        errors.extend(Judge::open(policy).err());
    }
    let value: Vec<Value> = errors.iter().map(told).collect();
    answer(call.format, &value, || match errors.is_empty() {
        true => format!("All configuration files in {} are sound.\n", home.config().display()),
        false => errors.iter().map(|error| format!("{error}\n")).collect(),
    })?;
    match errors.len() {
        0 => return Ok(Exit::Success),
        1 => call.messages.note("1 configuration file is wrong"),
        count => call.messages.note(&format!("{count} things are wrong in configuration files")),
    }
    Ok(Exit::Different)
}

/// An error about a configuration file, as JSON.
fn told(error: &Error) -> Value {
    let at = error.context();
    json!({
        "kind": error.kind().name(), "file": at.input, "line": at.line, "path": at.field, "message": error.message(),
    })
}
