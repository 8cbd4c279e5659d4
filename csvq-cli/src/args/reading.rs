//! Flags about how the files are written: each for both sides, and for one.

use clap::Args;
use csvq_core::spec::RaggedPolicy;

use super::value;

/// How a file is written, or both of them.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct DialectArgs {
    /// The character between fields (or tab); found out where not given
    #[arg(long, value_name = "CHAR", allow_hyphen_values = true)]
    pub(crate) delimiter: Option<String>,
    /// The character around fields, or none [default: "]
    #[arg(long, value_name = "CHAR", allow_hyphen_values = true)]
    pub(crate) quote: Option<String>,
    /// A character that makes the next one an ordinary one, or none [default: none]
    #[arg(long, value_name = "CHAR", allow_hyphen_values = true)]
    pub(crate) escape: Option<String>,
    /// Records that begin with this character are left out, or none [default: none]
    #[arg(long, value_name = "CHAR", allow_hyphen_values = true)]
    pub(crate) comment: Option<String>,
    /// The encoding, such as utf-8, utf-16le, latin1 [default: by the BOM, else utf-8]
    #[arg(long, value_name = "LABEL")]
    pub(crate) encoding: Option<String>,
    /// The first record is data; columns are called column_1, column_2, …
    #[arg(long)]
    pub(crate) no_header: bool,
    /// What to do with records that have too few or too many fields [default: error]
    #[arg(long, value_name = "WHAT", value_parser = value::choice::<RaggedPolicy>(RAGGED))]
    pub(crate) ragged: Option<RaggedPolicy>,
}

/// How the files are written.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct ReadingArgs {
    /// For both sides.
    #[command(flatten)]
    pub(crate) both: DialectArgs,
    /// As --delimiter, for the left side
    #[arg(long, value_name = "CHAR", hide_short_help = true, allow_hyphen_values = true)]
    pub(crate) left_delimiter: Option<String>,
    /// As --delimiter, for the right side
    #[arg(long, value_name = "CHAR", hide_short_help = true, allow_hyphen_values = true)]
    pub(crate) right_delimiter: Option<String>,
    /// As --quote, for the left side
    #[arg(long, value_name = "CHAR", hide_short_help = true, allow_hyphen_values = true)]
    pub(crate) left_quote: Option<String>,
    /// As --quote, for the right side
    #[arg(long, value_name = "CHAR", hide_short_help = true, allow_hyphen_values = true)]
    pub(crate) right_quote: Option<String>,
    /// As --escape, for the left side
    #[arg(long, value_name = "CHAR", hide_short_help = true, allow_hyphen_values = true)]
    pub(crate) left_escape: Option<String>,
    /// As --escape, for the right side
    #[arg(long, value_name = "CHAR", hide_short_help = true, allow_hyphen_values = true)]
    pub(crate) right_escape: Option<String>,
    /// As --comment, for the left side
    #[arg(long, value_name = "CHAR", hide_short_help = true, allow_hyphen_values = true)]
    pub(crate) left_comment: Option<String>,
    /// As --comment, for the right side
    #[arg(long, value_name = "CHAR", hide_short_help = true, allow_hyphen_values = true)]
    pub(crate) right_comment: Option<String>,
    /// As --encoding, for the left side
    #[arg(long, value_name = "LABEL", hide_short_help = true)]
    pub(crate) left_encoding: Option<String>,
    /// As --encoding, for the right side
    #[arg(long, value_name = "LABEL", hide_short_help = true)]
    pub(crate) right_encoding: Option<String>,
    /// As --no-header, for the left side
    #[arg(long, hide_short_help = true)]
    pub(crate) left_no_header: bool,
    /// As --no-header, for the right side
    #[arg(long, hide_short_help = true)]
    pub(crate) right_no_header: bool,
}

const RAGGED: &[(&str, &str)] = &[
    ("error", "Refuse them, with file, line and byte"),
    ("pad", "Missing fields are empty; too many are an error"),
    ("truncate", "Fields too many are left out, and missing ones are empty"),
];
