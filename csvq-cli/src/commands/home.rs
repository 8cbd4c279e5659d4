//! The home that commands act on, and the engine on it.

use std::path::{Path, PathBuf};

use csvq_core::Result;
use csvq_core::config::Home;
use csvq_core::engine::Engine;
use csvq_core::install::Recovered;
use csvq_core::plugin::Programs;
use csvq_core::sandbox::WorkerProgram;

use crate::environment::Environment;
use crate::messages::Messages;

/// The home: that of the flag, else of the environment, else the platform's.
///
/// # Errors
/// Where there is no place for one, and for a value that a variable can't have.
pub(super) fn locate(flag: Option<&Path>) -> Result<Home> {
    let path: PathBuf = match flag {
        Some(path) => path.to_owned(),
        None => match Environment::plugins()?.home {
            Some(path) => path,
            None => Environment::default_home()?,
        },
    };
    Ok(Home::at(path))
}

/// An engine on the home.
///
/// # Errors
/// Where there is no home, or it can't be opened.
pub(super) fn open(flag: Option<&Path>, messages: &Messages) -> Result<Engine> {
    let engine = Engine::builder(locate(flag)?).environment(Environment::plugins()?).workers(programs()).build()?;
    for recovered in engine.recovered() {
        tell(messages, &recovered);
    }
    Ok(engine)
}

/// An engine on the home if there is one, and otherwise none.
///
/// # Errors
/// Those of [`open`], but for a home that is not there, unless it was named.
pub(super) fn open_if_there(flag: Option<&Path>, messages: &Messages) -> Result<Option<Engine>> {
    let environment = Environment::plugins()?;
    if flag.is_none() && environment.home.is_none() {
        let Ok(path) = Environment::default_home() else { return Ok(None) };
        if Home::at(path).require().is_err() {
            return Ok(None);
        }
    }
    open(flag, messages).map(Some)
}

/// What was cut off, and what became of it.
fn tell(messages: &Messages, recovered: &Recovered) {
    messages.note(&format!("what was cut off was made good: {recovered}"));
}

/// This very program serves as the worker.
fn programs() -> Programs {
    let worker = |program: PathBuf| WorkerProgram {
        environment: Environment::for_workers(),
        ..WorkerProgram::new(program, ["worker"])
    };
    Programs { native: std::env::current_exe().ok().map(worker), python: None }
}
