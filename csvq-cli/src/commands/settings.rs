//! `csvq config`: the configuration.

use std::path::Path;

use csvq_core::Result;
use csvq_core::access::Caller;
use csvq_core::config::{Edited, SettingPath};
use serde_json::{Value, json};

use super::{answer, home};
use crate::args::{ConfigArgs, ConfigCommand, ListFormat};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::messages::Messages;

/// Shows or changes settings.
///
/// # Errors
/// Whatever kept it from that.
pub(crate) fn run(
    args: &ConfigArgs,
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Exit> {
    let engine = home::open(flag, environment, messages)?;
    let (caller, format) = (Caller::local(), args.answer.format);
    match &args.command {
        ConfigCommand::Get { path } => {
            let value = engine.setting(&caller, &path.parse()?)?;
            answer::answer(format, &value, || format!("{}\n", shown(&value)))?;
        }
        ConfigCommand::Show => {
            let settings = engine.settings(&caller)?;
            answer::answer(format, &settings, || format!("{settings:#}\n"))?;
        }
        ConfigCommand::Set { path, value } => {
            let path: SettingPath = path.parse()?;
            // What is no JSON is text: nobody should have to quote a word twice.
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()));
            tell(format, &path, &engine.set(&caller, &path, &value)?, messages)?;
        }
        ConfigCommand::Unset { path } => {
            let path: SettingPath = path.parse()?;
            tell(format, &path, &engine.unset(&caller, &path)?, messages)?;
        }
    }
    Ok(Exit::Success)
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => format!("{other:#}"),
    }
}

fn tell(format: ListFormat, path: &SettingPath, edited: &Edited, messages: &Messages) -> Result<()> {
    if let Some(over) = &edited.overridden_by {
        messages.note(&format!("{path} does not hold yet: {over} says otherwise"));
    }
    let value = json!({ "file": edited.file.display().to_string(), "changed": edited.changed, "overridden_by": edited.overridden_by });
    answer::answer(format, &value, || match edited.changed {
        true => format!("Changed {path} in {}\n", edited.file.display()),
        false => format!("{path} is so already\n"),
    })
}
