//! Log lines on standard error, where `-v` or the environment asks for them.

use std::io;

use csvq_core::{Error, ErrorKind, Result};
use tracing_subscriber::EnvFilter;

/// Starts logging. Without `-v` and without a filter nothing is set up, which costs nothing.
pub(crate) fn start(verbose: u8, filter: Option<&str>, colour: bool) -> Result<()> {
    let directives = match (filter, verbose) {
        (Some(filter), _) => filter,
        (None, 0) => return Ok(()),
        (None, 1) => "csvq=debug",
        (None, _) => "csvq=trace",
    };
    let filter = EnvFilter::try_new(directives).map_err(|error| {
        let message =
            format!("CSVQ_LOG is no log filter ({error}): write a level such as `debug`, or `csvq_text=trace`");
        Error::new(ErrorKind::InvalidSpec, message)
    })?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colour);
    // A host that has a logger already keeps it.
    let _ = subscriber.try_init();
    Ok(())
}
