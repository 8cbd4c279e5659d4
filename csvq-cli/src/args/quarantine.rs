//! What is done with what is suspicious.

use clap::{Args, Subcommand};

/// Look after plugins that are kept apart, since something about them is suspicious
///
/// What is in quarantine is never loaded, and the same files are let in by no other way, until someone releases it.
#[derive(Debug, Args)]
#[command(after_help = QUARANTINE_EXAMPLES, arg_required_else_help = true)]
pub(crate) struct QuarantineArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: QuarantineCommand,
}

/// What can be done with what is suspicious.
#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineCommand {
    /// List what is in quarantine, and why
    List {
        /// Also what was released or deleted
        #[arg(long)]
        all: bool,
    },
    /// Put an installed plugin into quarantine, with all its versions
    Add {
        /// The plugin: its id or its display name
        #[arg(value_name = "PLUGIN")]
        plugin: String,
        /// Why, for whoever looks
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Install what is in quarantine, if it passes the checks of an installation now
    Release {
        /// Its name in quarantine, as `list` tells it
        #[arg(value_name = "NAME")]
        name: String,
        /// Let it pass whatever a scan finds in it; its signature is checked all the same
        #[arg(long)]
        accept_findings: bool,
    },
    /// Delete what is in quarantine; the same files are refused from then on
    Delete {
        /// Its name in quarantine, as `list` tells it
        #[arg(value_name = "NAME")]
        name: String,
        /// Delete it without a question
        #[arg(long, short = 'y')]
        yes: bool,
    },
}

const QUARANTINE_EXAMPLES: &str = "\
Examples:
  csvq plugins quarantine list
  csvq plugins quarantine add my_plugin --reason 'it was named in an advisory'
  csvq plugins quarantine release my_plugin-1767225600000 --accept-findings
  csvq plugins quarantine delete my_plugin-1767225600000";
