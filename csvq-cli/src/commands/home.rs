//! The home that commands act on, and the engine on it.

use std::path::Path;

use csvq_core::Result;
use csvq_core::config::Home;
use csvq_core::engine::Engine;
use csvq_core::plugin::Programs;

use crate::args::ListFormat;
use crate::environment::Environment;
use crate::log;
use crate::messages::Messages;

/// How a command was called that may need a home, and how it answers.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    /// The home that a flag names.
    pub(super) flag: Option<&'a Path>,
    /// What the environment says.
    pub(super) environment: &'a Environment,
    /// Where notes go.
    pub(super) messages: &'a Messages,
    /// How it answers.
    pub(super) format: ListFormat,
}

impl Call<'_> {
    /// An engine on the home.
    ///
    /// # Errors
    /// Those of [`open`].
    pub(super) fn open(&self) -> Result<Engine> {
        open(self.flag, self.environment, self.messages)
    }

    /// An engine on the home if there is one, and otherwise none.
    ///
    /// # Errors
    /// Those of [`open_if_there`].
    pub(super) fn open_if_there(&self) -> Result<Option<Engine>> {
        open_if_there(self.flag, self.environment, self.messages)
    }
}

/// The home: that of the flag, else of the environment, else the platform's.
///
/// # Errors
/// Where there is no place for one.
pub(super) fn locate(flag: Option<&Path>) -> Result<Home> {
    let named = flag.map(Path::to_owned).or_else(Environment::home);
    Ok(Home::at(named.map_or_else(Environment::default_home, Ok)?))
}

/// An engine on the home.
///
/// # Errors
/// Where there is no home, or it can't be opened, and for a value that a variable can't have.
pub(super) fn open(flag: Option<&Path>, environment: &Environment, messages: &Messages) -> Result<Engine> {
    let plugins = Environment::plugins()?;
    log::start(u8::from(plugins.debug == Some(true)), environment.log.as_deref(), messages.colour)?;
    // This very program serves as the worker.
    let programs = Programs { native: environment.worker(), python: None };
    let engine = Engine::builder(locate(flag)?).environment(plugins).workers(programs).load_when_needed().build()?;
    for recovered in engine.recovered() {
        messages.note(&format!("what was cut off was made good: {recovered}"));
    }
    Ok(engine)
}

/// Whether someone named the home.
pub(super) fn is_named(flag: Option<&Path>) -> bool {
    flag.is_some() || Environment::home().is_some()
}

/// An engine on the home if there is one, and otherwise none.
///
/// # Errors
/// Those of [`open`]. That there is no home is one only where it was named.
pub(super) fn open_if_there(
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Option<Engine>> {
    if !is_named(flag) && locate(None).and_then(|home| home.require()).is_err() {
        return Ok(None);
    }
    open(flag, environment, messages).map(Some)
}
