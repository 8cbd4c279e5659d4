//! `csvq plugins`: what is installed, and what becomes of it.

mod installed;
mod password;
mod quarantine;
mod scanning;
mod show;
mod signing;

use std::path::Path;

use csvq_core::Result;
use csvq_core::access::Caller;

use self::installed::Act;
use super::home::Call;
use crate::args::{PackageCommand, PluginsArgs, PluginsCommand};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::messages::Messages;

/// Does what was asked with plugins, packages and keys.
///
/// # Errors
/// Whatever kept it from that.
pub(crate) fn run(
    args: &PluginsArgs,
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Exit> {
    let call = Call { flag, environment, messages, format: args.answer.format };
    match &args.command {
        PluginsCommand::Installed(command) => {
            let engine = call.open()?;
            Act { engine: &engine, caller: Caller::local(), format: call.format, messages }.command(command)
        }
        PluginsCommand::Package(PackageCommand::Keygen(args)) => signing::make_keys(args, &call),
        PluginsCommand::Package(PackageCommand::Sign(args)) => signing::sign(args, &call),
        PluginsCommand::Package(PackageCommand::Verify(args)) => signing::verify(args, &call),
        PluginsCommand::Package(PackageCommand::Scan(args)) => scanning::run(args, &call),
        PluginsCommand::Quarantine(args) => {
            let engine = call.open()?;
            let act = Act { engine: &engine, caller: Caller::local(), format: call.format, messages };
            quarantine::run(&args.command, &act)
        }
    }
}
