//! The environment variables that the program reads: all of them, and nowhere else.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use csvq_core::config::Environment as Plugins;
use csvq_core::sandbox::WorkerProgram;
use csvq_core::{Context, Error, ErrorKind, Result};
use etcetera::BaseStrategy;

use crate::args::ColorChoice;

/// A variable and what it does.
struct Variable {
    name: &'static str,
    help: &'static str,
}

const NO_COLOR: Variable = Variable { name: "NO_COLOR", help: "no colour, where set and not empty" };
const CLICOLOR_FORCE: Variable =
    Variable { name: "CLICOLOR_FORCE", help: "colour even where output is no terminal, where set and not 0" };
const TERM: Variable = Variable { name: "TERM", help: "no colour where it is `dumb`" };
const LOG: Variable =
    Variable { name: "CSVQ_LOG", help: "which log lines go to standard error, such as `debug` or `csvq_text=trace`" };

const HOME: Variable = Variable { name: Plugins::HOME, help: "the home, where --home names none" };
const STAGE: Variable = Variable {
    name: Plugins::STAGE,
    help: "`development` or `production`: which file is laid over plugin_config.json",
};
const DEBUG: Variable = Variable { name: Plugins::DEBUG, help: "log lines down to `debug`, where it is true" };
const CACHE: Variable =
    Variable { name: Plugins::CACHE_ENABLED, help: "whether results of plugins are kept: true or false" };
const STRICT: Variable =
    Variable { name: Plugins::SECURITY_STRICT, help: "plugins run only where their sandbox holds, where it is true" };

/// Every variable, in the order of the help.
const ALL: &[&Variable] = &[&NO_COLOR, &CLICOLOR_FORCE, &TERM, &LOG, &HOME, &STAGE, &DEBUG, &CACHE, &STRICT];

/// What the environment says of output, and how this program is started as a worker. What concerns a home is read where a
/// command asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    no_color: bool,
    color_forced: bool,
    dumb_terminal: bool,
    /// Which log lines are wanted.
    pub(crate) log: Option<String>,
    /// How this program is started as a worker.
    worker: Option<WorkerProgram>,
}

impl Environment {
    /// Reads the variables.
    pub(crate) fn read(worker: Option<WorkerProgram>) -> Self {
        let value = |variable: &Variable| env::var(variable.name).ok().filter(|value| !value.is_empty());
        Self {
            no_color: value(&NO_COLOR).is_some(),
            color_forced: value(&CLICOLOR_FORCE).is_some_and(|value| value != "0"),
            dumb_terminal: value(&TERM).is_some_and(|value| value == "dumb"),
            log: value(&LOG),
            worker,
        }
    }

    /// What the variables for plugins say. Only commands that use a home ask, so that no other is stopped by them.
    ///
    /// # Errors
    /// [`Config`](ErrorKind::Config) for a value that a variable can't have.
    pub(crate) fn plugins() -> Result<Plugins> {
        Plugins::read(|name| env::var_os(name))
    }

    /// Where the home is, as the environment says.
    pub(crate) fn home() -> Option<PathBuf> {
        env::var_os(HOME.name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// Where the home is if nobody says: `csvq` in the platform's folder for data.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) where the user has no such folder.
    pub(crate) fn default_home() -> Result<PathBuf> {
        let folders = etcetera::choose_base_strategy().map_err(|_| {
            let message =
                "there is no folder for a home, since the user has none; name one with `--home DIR` or CSVQ_HOME";
            let context = Context { field: Some("home".to_owned()), ..Context::default() };
            Error::new(ErrorKind::NotFound, message).with_context(context)
        })?;
        Ok(folders.data_dir().join("csvq"))
    }

    /// How this program is started as a worker, with the variables that workers are given.
    pub(crate) fn worker(&self) -> Option<WorkerProgram> {
        let passed_on = WorkerProgram::PASSED_ON.iter();
        let environment = passed_on.filter_map(|name| Some((OsString::from(*name), env::var_os(name)?))).collect();
        self.worker.clone().map(|worker| WorkerProgram { environment, ..worker })
    }

    /// Whether a stream gets colour: the flag wins, then the environment, then whether it is a terminal.
    pub(crate) fn colour(&self, choice: ColorChoice, is_terminal: bool) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if self.no_color => false,
            ColorChoice::Auto => self.color_forced || (!self.dumb_terminal && is_terminal),
        }
    }
}

/// The variables and the statuses, as the help lists them.
pub(crate) fn help() -> String {
    let mut text = "Environment:\n".to_owned();
    for variable in ALL {
        text.push_str(&format!("  {:<23} {}\n", variable.name, variable.help));
    }
    text.push_str("\nStatus:\n");
    for (code, meaning) in crate::exit::MEANINGS {
        text.push_str(&format!("  {code:<23} {meaning}\n"));
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_flag_then_environment_then_terminal() {
        let plain = Environment::default();
        let no_color = Environment { no_color: true, color_forced: true, ..Environment::default() };
        let forced = Environment { color_forced: true, ..Environment::default() };
        let dumb = Environment { dumb_terminal: true, ..Environment::default() };
        let check = |environment: &Environment, choice, terminal, expected| {
            assert_eq!(environment.colour(choice, terminal), expected, "{environment:?} {choice:?} {terminal}");
        };
        check(&plain, ColorChoice::Auto, true, true);
        check(&plain, ColorChoice::Auto, false, false);
        check(&no_color, ColorChoice::Auto, true, false);
        check(&no_color, ColorChoice::Always, false, true);
        check(&forced, ColorChoice::Auto, false, true);
        check(&forced, ColorChoice::Never, true, false);
        check(&dumb, ColorChoice::Auto, true, false);
    }
}
