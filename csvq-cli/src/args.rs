//! What the command line says: one struct per heading of the help, with values already read.
//!
//! Nothing is decided here; [`convert`](crate::convert) makes a spec of it.

mod audit;
mod config;
mod home;
mod inspect;
mod limits;
mod matching;
mod output;
mod plugins;
mod quarantine;
mod reading;
mod rules;
mod signing;
mod time;
mod value;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::environment;

pub(crate) use audit::{AuditArgs, AuditCommand};
pub(crate) use config::{ConfigArgs, ConfigCommand};
pub(crate) use home::{CacheArgs, CacheCommand, InitArgs, ListFormat, SandboxArgs, StatsArgs};
pub(crate) use inspect::{ColumnsArgs, HeadArgs, InspectArgs};
pub(crate) use limits::LimitArgs;
pub(crate) use matching::MatchingArgs;
pub(crate) use output::{ColorChoice, OutputArgs};
pub(crate) use plugins::{InstalledCommand, PackageCommand, PluginsArgs, PluginsCommand, ScanArgs};
pub(crate) use quarantine::QuarantineCommand;
pub(crate) use reading::{DialectArgs, ReadingArgs};
pub(crate) use rules::RuleArgs;
pub(crate) use signing::{KeygenArgs, SignArgs, VerifyArgs};
pub(crate) use value::{List, ScopedValue, joined};

/// Compares two tables and says exactly what changed.
#[derive(Debug, Parser)]
#[command(name = "csvq", version, arg_required_else_help = true, propagate_version = false)]
#[command(disable_help_subcommand = true, max_term_width = 110, after_long_help = environment::help())]
pub(crate) struct Cli {
    /// The home: the folder of plugins, configuration and state
    #[arg(long, value_name = "DIR", global = true, help_heading = "Home")]
    pub(crate) home: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Compare(Box<CompareArgs>),
    Head(Box<HeadArgs>),
    Columns(Box<ColumnsArgs>),
    Init(InitArgs),
    Plugins(Box<PluginsArgs>),
    Config(ConfigArgs),
    Sandbox(SandboxArgs),
    Audit(AuditArgs),
    Cache(CacheArgs),
    Stats(StatsArgs),
    /// Serve as a worker that runs a plugin; csvq starts it by itself
    #[command(hide = true)]
    Worker,
    /// Write completions for a shell to standard output
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual page (roff) to standard output
    Man,
}

/// Compare two tables
///
/// Reads two tables (delimited text, Parquet, Arrow, JSON), pairs their rows by a key, by position or by content, and
/// reports the rows that were added, removed and changed, cell by cell; or, --with another comparison, how columns,
/// digests or schemas differ. The result goes to standard output, everything else to standard error. The status is 0
/// where the tables are equal, 1 where they differ, 2 after an error, 130 when interrupted.
#[derive(Debug, Args)]
#[command(after_help = "See --help for examples and for every flag.", after_long_help = EXAMPLES)]
pub(crate) struct CompareArgs {
    /// The left table: a file, or - for standard input
    #[arg(value_name = "LEFT")]
    pub(crate) left: PathBuf,
    /// The right table: a file, or - for standard input
    #[arg(value_name = "RIGHT")]
    pub(crate) right: PathBuf,
    /// Read settings from a TOML or JSON file; flags win over it
    ///
    /// The file's names are those of the flags with `_` for `-` (`header = false` for `--no-header`). A flag replaces
    /// the same setting of the file; of rules, the one with the same scope.
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,
    /// By what rows are paired, and which columns are compared.
    #[command(flatten)]
    pub(crate) matching: MatchingArgs,
    /// When two cells are equal.
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    /// How the files are written.
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// How much is used.
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    /// What is written where.
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

const EXAMPLES: &str = "\
Examples:
  Which rows changed, by the column id:
    csvq compare left.csv right.csv --key id

  A key of two columns, one with another name on the right:
    csvq compare left.csv right.csv --key country,city=town

  Prices may differ by a cent, all other numbers by one part in a million:
    csvq compare left.csv right.csv --key id --abs-tol price=0.01 --rel-tol 1e-6

  Leave columns out, and call NA and empty cells null:
    csvq compare left.csv right.csv --key id --ignore 'updated_*' --null NA --empty-is-null

  Files without a key, equal rows with equal rows in any order:
    csvq compare left.csv right.csv --by content

  Every cell that differs, as CSV; and all rows in files of their own:
    csvq compare left.csv right.csv --key id --format csv --output cells.csv
    csvq compare left.csv right.csv --key id --export differences/

  How each column differs, and in which rows; which columns were renamed; whether anything differs at all:
    csvq compare left.parquet right.parquet --key id --with column_compare
    csvq compare left.csv right.csv --with schema_compare
    csvq compare left.csv right.parquet --with hash_compare --param order=insensitive

  In a script: only the status tells:
    csvq compare left.csv right.csv --key id --limit 0 > /dev/null

Names: `\\=` and `\\,` stand for these characters in a column's name. Where a flag takes COL=VALUE, COL is the left \
table's name, `type:float` (or another type) for all columns of a type; without COL the value is for all columns. A \
column's value wins over its type's, which wins over the one for all.";
