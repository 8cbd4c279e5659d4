//! What is done with the configuration: its files, one setting at a time, and all of them checked.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use csvq_core::config::ConfigFile;

use super::home::AnswerArgs;

/// Show, change and check the configuration
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

/// Which configuration file is meant.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct FileArgs {
    /// The configuration file, with or without its ending
    #[arg(long, value_name = "NAME", default_value = "plugin_config", value_parser = config_file())]
    pub(crate) file: ConfigFile,
}

/// What can be done with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show the value of a setting
    Get {
        /// The setting, such as `plugin_system.enabled`
        path: String,
        /// The file.
        #[command(flatten)]
        of: FileArgs,
    },
    /// Change a setting
    ///
    /// The file is checked as a whole and written as a whole, or left as it is. A change of the security policy, and of
    /// who may do what, is a line of the audit log.
    Set {
        /// The setting, such as `plugin_system.max_concurrent_comparisons`
        path: String,
        /// The value: JSON, or else text
        value: String,
        /// The file.
        #[command(flatten)]
        of: FileArgs,
    },
    /// Take a setting out, so that its default holds
    Unset {
        /// The setting
        path: String,
        /// The file.
        #[command(flatten)]
        of: FileArgs,
    },
    /// Show all settings in force
    Show {
        /// The file.
        #[command(flatten)]
        of: FileArgs,
    },
    /// Check all configuration files, also where no other command works because one of them is wrong
    ///
    /// The status is 0 where all are sound, and 2 where one is not.
    Check,
}

/// A configuration file by its name; the ending is left out where names are listed.
fn config_file() -> impl TypedValueParser<Value = ConfigFile> {
    let value = |file: &ConfigFile| {
        let name = file.name();
        PossibleValue::new(name.strip_suffix(".json").unwrap_or(name)).alias(name)
    };
    PossibleValuesParser::new(ConfigFile::ALL.iter().map(value)).try_map(|name| name.parse::<ConfigFile>())
}

const CONFIG_EXAMPLES: &str = "\
Examples:
  csvq config show
  csvq config get plugin_system.default_timeout_seconds
  csvq config set plugin_system.max_concurrent_comparisons 8
  csvq config set plugin_settings.fuzzy_compare.threshold 0.9
  csvq config set --file security_policy plugin_security.require_signature_verification true
  csvq config show --file security_policy
  csvq config check";
