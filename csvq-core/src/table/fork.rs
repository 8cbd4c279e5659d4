//! A forked child inherits polars' thread pool without its threads, and would wait for them for ever.

use std::sync::OnceLock;

use crate::error::{Error, ErrorKind, Result};

/// The process that first used a table.
static OWNER: OnceLock<u32> = OnceLock::new();

/// Remembers the process that asks first, and refuses every other one: a child of it.
pub(crate) fn refuse_in_child() -> Result<()> {
    let own = std::process::id();
    if *OWNER.get_or_init(|| own) == own {
        return Ok(());
    }
    let message = "this process is a fork of one that used tables already, whose threads it does not have; \
                   start it afresh (in Python: the `spawn` or `forkserver` start method)";
    Err(Error::new(ErrorKind::Forked, message))
}
