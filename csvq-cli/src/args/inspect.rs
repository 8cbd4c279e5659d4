//! What the commands that look at one table are told.

use std::path::PathBuf;

use clap::Args;
use csvq_core::report::render::Format;
use csvq_core::spec::ByteSize;

use super::output::{ColorChoice, format};
use super::reading::DialectArgs;

/// Show the first rows of a table
///
/// Reads no more of a large file than it needs. The result goes to standard output.
#[derive(Debug, Args)]
#[command(after_help = HEAD_EXAMPLES)]
pub(crate) struct HeadArgs {
    /// How many rows
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub(crate) rows: u64,
    /// The table, and how it is read and shown.
    #[command(flatten)]
    pub(crate) inspect: InspectArgs,
}

/// Tell what the columns of a table hold: types, nulls, distinct values, and which could be a key
///
/// Reads the whole table. In delimited text, empty cells count as nulls, and a column's type is what its first cells
/// look like, or a wider one that all of them can be read as.
#[derive(Debug, Args)]
#[command(after_help = COLUMNS_EXAMPLES)]
pub(crate) struct ColumnsArgs {
    /// The table, and how it is read and shown.
    #[command(flatten)]
    pub(crate) inspect: InspectArgs,
}

/// One table, and how it is read and shown.
#[derive(Debug, Default, Args)]
pub(crate) struct InspectArgs {
    /// The table: a file, or - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How the file is written.
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    /// The memory to stay within, such as 2GiB [default: a quarter of what there is]
    #[arg(long, value_name = "SIZE", help_heading = "Limits")]
    pub(crate) memory: Option<ByteSize>,
    /// The folder for temporary files [default: the system's]
    #[arg(long, value_name = "DIR", help_heading = "Limits")]
    pub(crate) spill_dir: Option<PathBuf>,
    /// How many threads read [default: one for each processor]
    #[arg(long, value_name = "N", help_heading = "Limits")]
    pub(crate) threads: Option<usize>,
    /// The result's format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format(), help_heading = "Output")]
    pub(crate) format: Format,
    /// No messages but errors
    #[arg(long, short, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(crate) color: ColorChoice,
}

const HEAD_EXAMPLES: &str = "\
Examples:
  csvq head orders.parquet
  csvq head -n 3 orders.csv.gz --format jsonl";

const COLUMNS_EXAMPLES: &str = "\
Examples:
  csvq columns orders.csv
  csvq columns orders.parquet --format json";
