//! What is done with plugins: those that are installed, and packages and keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::home::AnswerArgs;
use super::quarantine::QuarantineArgs;
use super::signing::{KeygenArgs, SignArgs, VerifyArgs};

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
    /// With those that are installed.
    #[command(flatten)]
    Installed(InstalledCommand),
    /// With packages and keys.
    #[command(flatten)]
    Package(PackageCommand),
    Quarantine(QuarantineArgs),
}

/// What can be done with packages and keys, which need not be installed.
#[derive(Debug, Subcommand)]
pub(crate) enum PackageCommand {
    Keygen(KeygenArgs),
    Sign(SignArgs),
    Verify(VerifyArgs),
    Scan(ScanArgs),
}

/// Look through a package, file or folder for what a comparison has no use for
///
/// Nothing of it is run. Libraries are looked at by what they import, Python by its syntax tree, everything else by name
/// and content. The rules are the home's, where there is one, and otherwise those that are built in. The status is 0
/// where nothing was found that matters, 1 where something was, 2 where something could not be looked at. What is clean
/// may still do harm: it is the sandbox that keeps a plugin from it.
#[derive(Debug, Args)]
#[command(after_help = SCAN_EXAMPLES)]
pub(crate) struct ScanArgs {
    /// A package, a file or a folder
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
}

/// What can be done with installed plugins, and how others come to be installed.
#[derive(Debug, Subcommand)]
pub(crate) enum InstalledCommand {
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

const SCAN_EXAMPLES: &str = "\
Examples:
  csvq plugins scan fuzzy_compare-1.0.0.zip
  csvq plugins scan my_plugin.py --format json";
