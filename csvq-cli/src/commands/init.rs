//! `csvq init`: makes a home.

use std::path::Path;

use csvq_core::Result;
use serde_json::json;

use super::{answer, home};
use crate::args::InitArgs;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::messages::Messages;

/// Makes what is missing of the home.
///
/// # Errors
/// Whatever kept it from being made.
pub(crate) fn run(
    args: &InitArgs,
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Exit> {
    let home = home::locate(flag)?;
    let made = home.init()?;
    // The state is made by whoever opens it first.
    drop(home::open(Some(home.root()), environment, messages)?);
    let shown: Vec<String> = made.iter().map(|path| path.display().to_string()).collect();
    let value = json!({ "home": home.root().display().to_string(), "made": shown });
    answer::answer(args.answer.format, &value, || {
        let root = home.root().display();
        match made.len() {
            0 => format!("The home is complete: {root}\n"),
            _ => format!(
                "Made a home: {root}\n\nIts settings are in {}; beside it, *.example.json show what there is.\n\
                 Next: csvq plugins install PACKAGE, csvq plugins list\n",
                home.config().join("plugin_config.json").display()
            ),
        }
    })?;
    Ok(Exit::Success)
}
