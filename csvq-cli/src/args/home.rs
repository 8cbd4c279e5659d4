//! What the commands are told that look after a home as a whole: the cache, what runs took, the sandbox.

use clap::{Args, Subcommand, ValueEnum};

/// How what a command found is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// How a command of a home answers.
#[derive(Debug, Default, Args)]
pub(crate) struct AnswerArgs {
    /// How the answer is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", global = true)]
    pub(crate) format: ListFormat,
    /// Say nothing but the answer and errors
    #[arg(long, short = 'q', global = true)]
    pub(crate) quiet: bool,
}

/// Make a home for plugins: folders, configuration and state
///
/// What is there is left as it is. The folder is that of --home, else CSVQ_HOME, else `csvq` in the platform's folder
/// for data.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// How it answers.
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
}

/// Look after the cache of results
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct CacheArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: CacheCommand,
    /// How it answers.
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
}

/// What can be done with the cache.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Tell how large it is, and how often it helped
    Stats,
    /// Remove results
    Clear {
        /// Only those that are older, in hours
        #[arg(long, value_name = "HOURS")]
        older_than: Option<f64>,
    },
}

/// Tell what comparisons took, by plugin
#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    /// The plugin; all of them where none is named
    #[arg(value_name = "PLUGIN")]
    pub(crate) plugin: Option<String>,
    /// How it answers.
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
}

/// Tell what a plugin is held to on this machine, as a worker finds out by trying
///
/// A worker is started as for a comparison, puts its guards on, tries what they keep it from, and loads no plugin. Where
/// the policy is strict and something that it demands is missing, that is an error, as it is for every comparison.
#[derive(Debug, Args)]
#[command(after_help = SANDBOX_EXAMPLES)]
pub(crate) struct SandboxArgs {
    /// The plugin; without one, what holds for any
    #[arg(long, value_name = "PLUGIN")]
    pub(crate) plugin: Option<String>,
    /// How it answers.
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
}

const SANDBOX_EXAMPLES: &str = "\
Examples:
  csvq sandbox
  csvq sandbox --plugin fuzzy_compare --format json
  PLUGIN_SECURITY_STRICT=true csvq sandbox";
