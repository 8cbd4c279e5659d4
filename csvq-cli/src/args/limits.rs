//! Flags about how much a comparison may use and show.

use std::path::PathBuf;

use clap::Args;
use csvq_core::spec::{ByteSize, Limit};

/// How much is used and shown.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Show at most N rows of each kind (JSON lines and CSV: in all), or all; counts are always exact
    ///
    /// Without it, text and markdown show ten, JSON a hundred, JSON lines and CSV all.
    #[arg(long, value_name = "N|all")]
    pub(crate) limit: Option<Limit>,
    /// Report the first N rows that differ, and count no others
    ///
    /// By position the comparison ends once they are known; by key or content, only the end of the files tells.
    #[arg(long, value_name = "N")]
    pub(crate) stop_after: Option<u64>,
    /// The memory to stay within, such as 2GiB [default: a quarter of what there is]
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory: Option<ByteSize>,
    /// The folder for temporary files [default: the system's]
    #[arg(long, value_name = "DIR")]
    pub(crate) spill_dir: Option<PathBuf>,
    /// How many threads compare [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}
