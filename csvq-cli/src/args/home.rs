//! What the commands about a home are told.

use std::path::PathBuf;

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

/// Install, list and look after plugins
#[derive(Debug, Args)]
#[command(after_help = PLUGINS_EXAMPLES, arg_required_else_help = true)]
pub(crate) struct PluginsArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: PluginsCommand,
    /// How it answers.
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
}

/// A plugin by its id or its display name.
#[derive(Debug, Args)]
pub(crate) struct NamedArgs {
    /// The plugin: its id or its display name
    #[arg(value_name = "PLUGIN")]
    pub(crate) plugin: String,
}

/// What can be done with plugins.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginsCommand {
    /// List all plugins
    List,
    /// Tell everything about a plugin
    Info(NamedArgs),
    /// Install a plugin from a file, a folder or a zip
    #[command(after_help = INSTALL_EXAMPLES)]
    Install {
        /// A package: a zip, a folder, a native library or a .py file
        #[arg(value_name = "PACKAGE")]
        package: PathBuf,
        /// Install the same version anew
        #[arg(long)]
        force: bool,
    },
    /// Remove a plugin, or one of its versions
    Uninstall {
        /// The plugin: its id or its display name
        #[arg(value_name = "PLUGIN")]
        plugin: String,
        /// Remove this version alone
        #[arg(long, value_name = "VERSION")]
        version: Option<String>,
        /// Remove it without a question
        #[arg(long, short = 'y')]
        yes: bool,
    },
    /// Have a plugin used again, whatever disables it
    Enable(NamedArgs),
    /// Have a plugin not used
    Disable {
        /// The plugin: its id or its display name
        #[arg(value_name = "PLUGIN")]
        plugin: String,
        /// Why, for whoever looks
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Check a plugin, or all of them: files, interface, parameters, and a trial comparison
    Validate {
        /// The plugin; all of them where none is named
        #[arg(value_name = "PLUGIN")]
        plugin: Option<String>,
    },
    /// Install another version of a plugin from a package
    Update {
        /// The plugin: its id or its display name
        #[arg(value_name = "PLUGIN")]
        plugin: String,
        /// The package of its other version
        #[arg(long, value_name = "PACKAGE")]
        from: PathBuf,
    },
    /// Go back to the version that was active before
    Rollback(NamedArgs),
    /// Tell which files and plugins could not be loaded, and why
    Errors,
    /// Take in what lies in the plugins folder, and read all plugins anew
    Reload,
    /// Mark a plugin as one that will be removed
    Deprecate {
        /// The plugin: its id or its display name
        #[arg(value_name = "PLUGIN")]
        plugin: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// In how many days it is due for removal
        #[arg(long, value_name = "DAYS", default_value_t = 90)]
        removal_days: u32,
    },
    /// List the plugins that are due for removal
    Due,
    /// List the plugins that were not used for some days
    Unused {
        /// How many days
        #[arg(long, value_name = "DAYS", default_value_t = 90)]
        days: u32,
    },
    /// Run a plugin within the program that compares, without a worker: for code that you trust as your own
    Trust(NamedArgs),
    /// Run a plugin in a worker again
    Distrust(NamedArgs),
    /// Make a package out of a folder or file: the manifest with all digests, in a zip
    Pack {
        /// The folder or file
        #[arg(value_name = "DIR")]
        source: PathBuf,
        /// The zip to write
        #[arg(long, short = 'o', value_name = "FILE.zip")]
        output: PathBuf,
    },
}

/// Show and change the configuration
#[derive(Debug, Args)]
#[command(after_help = CONFIG_EXAMPLES, arg_required_else_help = true)]
pub(crate) struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
    /// How it answers.
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
}

/// What can be done with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show the value of a setting
    Get {
        /// The setting, such as `plugin_system.enabled`
        path: String,
    },
    /// Change a setting
    Set {
        /// The setting, such as `plugin_system.max_concurrent_comparisons`
        path: String,
        /// The value: JSON, or else text
        value: String,
    },
    /// Take a setting out, so that its default holds
    Unset {
        /// The setting
        path: String,
    },
    /// Show all settings in force
    Show,
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

const PLUGINS_EXAMPLES: &str = "\
Examples:
  csvq plugins install fuzzy_compare-1.0.0.zip
  csvq plugins list
  csvq plugins validate fuzzy_compare
  csvq compare left.csv right.csv --key id --with fuzzy_compare --param threshold=0.9
  csvq plugins uninstall fuzzy_compare";

const INSTALL_EXAMPLES: &str = "\
Examples:
  csvq plugins install fuzzy_compare-1.0.0.zip
  csvq plugins install fuzzy_compare/
  csvq plugins install target/release/libmy_plugin.so";

const CONFIG_EXAMPLES: &str = "\
Examples:
  csvq config show
  csvq config get plugin_system.default_timeout_seconds
  csvq config set plugin_system.max_concurrent_comparisons 8
  csvq config set plugin_settings.fuzzy_compare.threshold 0.9";
